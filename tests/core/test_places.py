from sqlalchemy import String, literal_column, select, union_all

from portal.core import direct
from portal.core.places import Places

_WORDS = Places("word", String, 3, empty="")
_KNOWN = union_all(*(select(literal_column(f"'{word}'", String).label("word")) for word in ("rain", "wind", "snow", "hail"))).subquery()
_FOUND = select(_KNOWN.c.word).where(_KNOWN.c.word.in_(_WORDS)).order_by(_KNOWN.c.word)


def test_one_statement_serves_any_number_of_values(app):
    for wanted in ([], ["rain"], ["rain", "snow"], ["hail", "rain", "snow"]):
        assert [row.word for row in direct.rows(_FOUND, _WORDS.filled(wanted))] == wanted


def test_no_more_values_than_places_are_asked_for(app):
    assert [row.word for row in direct.rows(_FOUND, _WORDS.filled(["hail", "rain", "snow", "wind"]))] == ["hail", "rain", "snow"]
