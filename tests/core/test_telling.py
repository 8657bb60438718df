"""Rows that a deed tells the database of without waiting: nobody misses them, none outlives its deed."""

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core import direct, search
from portal.core.db import unit_of_work
from portal.core.search import SearchEntry
KNOWN = select(SearchEntry.record_id).where(SearchEntry.kind == bindparam("kind")).order_by(SearchEntry.record_id)


def _known(db: Session) -> list[int]:
    return list(db.scalars(KNOWN, {"kind": "trial"}))


@pytest.fixture
def entries(app, db):
    """Tells of the rows of these records."""
    return lambda *numbers: [search.begin("trial", number, "厨房漏水") for number in numbers]


def test_whoever_asks_next_finds_them(entries, db):
    with unit_of_work():
        entries(1, 2)
        assert _known(db) == [1, 2]
        entries(3)
        assert [row.record_id for row in direct.rows(KNOWN, {"kind": "trial"})] == [1, 2, 3]
        entries(4)
        assert [row.record_id for row in direct.together((KNOWN, {"kind": "trial"}))[0]] == [1, 2, 3, 4]
        entries(5)
    assert _known(db) == [1, 2, 3, 4, 5]


def test_a_step_back_takes_those_of_its_step(entries, db):
    with unit_of_work():
        entries(1)
        with pytest.raises(ZeroDivisionError), db.begin_nested():
            entries(2)
            raise ZeroDivisionError
        entries(3)
    assert _known(db) == [1, 3]


def test_a_deed_taken_back_leaves_none_for_the_next(entries, db):
    with pytest.raises(ZeroDivisionError), unit_of_work():
        entries(1)
        raise ZeroDivisionError
    with unit_of_work():
        entries(2)
    assert _known(db) == [2]


def test_a_refused_row_takes_its_deed_back(entries, db):
    with unit_of_work():
        entries(1)
    with pytest.raises(IntegrityError), unit_of_work():
        entries(2, 1, 3)
    assert _known(db) == [1]
    with unit_of_work():
        entries(4)
    assert _known(db) == [1, 4]
