"""Running numbers by month: S2611-0384."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock, direct
from portal.core.activity import COMING
from portal.core.db import is_sqlite
from portal.tickets.models import NumberSeries


def next_number(prefix: str) -> str:
    """The next number of `prefix` this month; the row lock makes two at once impossible."""
    return next_numbers(prefix)[0]


def next_numbers(prefix: str) -> tuple[str, int]:
    """The same, and the id of the activity row that is to tell of it: what is stored with both need not be touched again."""
    name = f"{prefix}{clock.local(clock.now()):%y%m}"
    ((last, told_as),) = direct.rows(_GIVE[is_sqlite()], {"name": name, "last": 1})
    return f"{name}-{last:04d}", told_as


_series = NumberSeries.__table__
_GIVE = {
    lite: direct.new_row(_series, insert=dialect.insert).on_conflict_do_update(index_elements=["name"], set_={"last": _series.c.last + 1}).returning(_series.c.last, COMING[lite])
    for lite, dialect in ((True, sqlite), (False, postgresql))
}
