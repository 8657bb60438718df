"""What seldom changes is read once and kept; what may yet be undone is not."""

import secrets

import pytest
from flask import g
from sqlalchemy import insert, select
from sqlalchemy.orm.exc import DetachedInstanceError

from portal.accounts import people
from portal.catalogue import queries as catalogue
from portal.catalogue import seeds
from portal.catalogue.models import Cause, Impact, Kind, Priority, PriorityRule, Urgency
from portal.core import direct, kept
from portal.core.access import SYSTEM, Role
from portal.core.clock import now
from portal.core.db import Moment
from portal.core.turns import writing
from portal.tickets.models import Status, Ticket
from tests import cast, counting, make

HERE = (Urgency.SOON, Impact.ROOM)


def _cell(db) -> PriorityRule:
    return db.scalars(select(PriorityRule).where(PriorityRule.urgency == HERE[0], PriorityRule.impact == HERE[1])).one()


def test_a_kept_answer_costs_no_statement_until_what_it_came_from_changes(db):
    seeds.load()
    db.commit()
    before = catalogue.priority_of(*HERE)
    assert counting.statements(lambda: catalogue.priority_of(*HERE)) == 0
    _cell(db).priority = other = next(p for p in Priority if p is not before)
    db.commit()
    assert catalogue.priority_of(*HERE) is other


def test_an_answer_from_what_is_undone_is_not_kept(db):
    seeds.load()
    db.commit()
    stored = _cell(db).priority
    _cell(db).priority = other = next(p for p in Priority if p is not stored)
    assert catalogue.priority_of(*HERE) is other
    db.rollback()
    assert catalogue.priority_of(*HERE) is stored


def test_a_kept_row_belongs_to_no_session_and_follows_its_change(db):
    seeds.load()
    db.commit()
    kind = kept.row_of(Kind, "repair")
    assert kind.word  # the company's language is known from here on
    assert counting.statements(lambda: kept.row_of(Kind, "repair").word) == 0
    assert kind not in db and kept.row_of(Kind, None) is None
    db.get(Kind, "repair").name = "上门维修"
    db.commit()
    assert kept.row_of(Kind, "repair").name == "上门维修" != kind.name


def test_a_record_read_in_part_does_not_tell_what_was_not_read(db):
    row = kept.as_stored(Kind, ("code", "name"), ("repair", "维修"))
    assert (row.code, row.name) == ("repair", "维修") and row not in db
    with pytest.raises(DetachedInstanceError):
        row.name_en  # noqa: B018 - asking is the deed


def test_a_row_that_came_after_the_list_was_kept_is_read(db):
    seeds.load()
    db.commit()
    assert kept.rows_of(Cause)
    (new,) = db.execute(insert(Cause.__table__).values(name="水锤", name_en="Water hammer", position=99, active=True, version=1).returning(Cause.id)).one()
    assert new not in kept.rows_of(Cause) and kept.row_of(Cause, new).name == "水锤"


def test_rows_asked_of_the_driver_are_what_the_session_gives(db):
    ticket = make.ticket()
    t = Ticket.__table__.c
    query = select(t.id, t.status, t.created_at, t.reopened, t.owner_id).where(t.id == ticket.id, t.status.in_([Status.NEW, Status.CLOSED]))
    (row,) = direct.rows(query)
    assert isinstance(t.created_at.type, Moment) and row.created_at <= now() and row.created_at.tzinfo is not None
    assert tuple(row) == tuple(db.execute(query).one()) and row.status is Status.NEW
    assert [direct.typed(query)(stored) for stored in direct.stored(query)] == [row]


def test_a_new_state_takes_the_place_of_the_one_before():
    shelf = kept.Shelf(10)
    assert [shelf.latest(("row", 1), state, lambda: f"drawn {state}") for state in (("a",), ("a",), ("b",))] == ["drawn ('a',)", "drawn ('a',)", "drawn ('b',)"]
    assert shelf.latest(("row", 1), ("b",), lambda: "never") == "drawn ('b',)" and len(shelf._answers) == 1


def test_a_shelf_keeps_what_was_used_last():
    shelf = kept.Shelf(2)
    for key in ("a", "b"):
        shelf.latest((key,), (), lambda key=key: key)
    shelf.latest(("a",), (), lambda: "never")
    shelf(("c",), lambda: "c")
    assert list(shelf._answers) == [("a",), ("c",)]


def test_a_copy_for_the_session_is_read_from_nowhere_and_is_one_object(db):
    seeds.load()
    db.commit()
    kept.rows_of(Cause)
    some = next(iter(kept.rows_of(Cause)))
    db.expunge_all()
    found = []
    assert counting.statements(lambda: found.extend((kept.attached(Cause, some), kept.attached(Cause, some)))) == 0
    assert found[0] is found[1] is db.get(Cause, some) and found[0] in db and kept.row_of(Cause, some) not in db
    assert kept.attached(Cause, None) is None


def test_deeds_read_who_does_them_once_until_it_changes(app, db):
    """A process that gets nothing but forms keeps people too; and what somebody may no longer do they cannot do from then on."""
    cast.administrator()
    lin, ticket = cast.agent(), make.ticket()
    client = cast.signed_in(app.test_client(), lin)

    def note() -> int:
        return client.post(f"/tickets/{ticket.id}/reply", data={"key": secrets.token_urlsafe(18), "mode": "internal", "words": "已联系", "then": ""}).status_code

    assert note() == 303
    assert not [words for words in counting.words(note) if "password_hash" in words]
    people.change(lin, roles={Role.TECHNICIAN}, by=SYSTEM)
    assert note() == 404
    people.change(lin, roles={Role.AGENT}, by=SYSTEM)
    assert note() == 303


def test_what_is_counted_while_nothing_happens_is_kept_but_not_what_a_deed_counts(db):
    kept.renew()
    db.commit()
    g.newest_activity = 7
    token = writing.set(True)
    assert [kept.while_idle(("so many",), lambda number=number: number) for number in (1, 2)] == [1, 2]
    writing.set(False)
    assert [kept.while_idle(("so many",), lambda number=number: number) for number in (3, 4)] == [3, 3]
    assert kept.while_idle(("so many",), lambda: 5, lambda answer: answer > 3) == 5
    g.newest_activity = 8
    assert kept.while_idle(("so many",), lambda: 6) == 6
    writing.reset(token)
