"""Statements of pages on PostgreSQL: the driver's types, errors that leave the connection whole, answers on their way, nothing forgotten."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import g, request_finished
from psycopg import DataError
from psycopg.errors import DivisionByZero
from sqlalchemy import JSON, bindparam, func, literal_column, select, text

from portal.accounts import people
from portal.core import direct, prepared, turns
from portal.core.access import SYSTEM, Role
from portal.core.db import Moment, driver_connection, unit_of_work
from portal.tickets.models import Ticket
from tests import cast, make

pytestmark = pytest.mark.postgresql
ONE, OTHER = (select(bindparam("what", type_=Ticket.title.type).label(name)) for name in ("one", "other"))
TITLES = select(Ticket.title).where(Ticket.id == bindparam("id"))
BROKEN = select(literal_column("1 / 0").label("broken"))


@pytest.fixture
def reading(app, db):
    """Inside of a page that only reads."""
    db.commit()
    token = turns.writing.set(False)
    yield
    turns.writing.reset(token)


def test_open_places_are_numbered_and_used_again():
    assert prepared.numbered("a = %(x)s AND b % 2 LIKE '%%' AND c IN (%(y_1)s, %(x)s)") == ("a = $1 AND b % 2 LIKE '%' AND c IN ($2, $1)", ["x", "y_1"])


def test_values_come_back_in_their_types(reading):
    at, fact = datetime(2026, 11, 18, 2, 0, 0, 123456, tzinfo=UTC), {"为什么": ["漏水", 1]}
    query = select(
        bindparam("at", type_=Moment()).label("at"), bindparam("fact", type_=JSON()).label("fact"), func.count().label("n"),
        literal_column("1.50::numeric").label("price"), literal_column("NULL").label("none"), literal_column("true").label("yes"), literal_column("'words'").label("words"),
    )
    (found,) = direct.rows(query, {"at": at, "fact": fact})
    assert tuple(found) == (at, fact, 1, Decimal("1.50"), None, True, "words")


def test_a_failed_statement_leaves_the_connection_whole(reading):
    with pytest.raises(DivisionByZero):
        direct.rows(BROKEN)
    with pytest.raises(DataError):
        direct.rows(ONE, {"what": "a\x00b"})
    assert direct.rows(ONE, {"what": "后来"})[0].one == "后来"


def test_what_was_asked_ahead_is_answered_once_in_any_order(reading):
    direct.rows(ONE, {"what": ""})
    direct.ahead((ONE, {"what": "甲"}), (OTHER, {"what": "乙"}))
    assert direct.rows(OTHER, {"what": "乙"})[0].other == "乙"
    assert direct.rows(ONE, {"what": "丙"})[0].one == "丙"  # other values than those asked ahead
    assert direct.rows(ONE, {"what": "甲"})[0].one == "甲" == direct.rows(ONE, {"what": "甲"})[0].one


def test_an_error_on_its_way_meets_whoever_asks_and_leaves_the_connection_whole(reading):
    direct.rows(ONE, {"what": ""})
    direct.ahead((ONE, {"what": "甲"}), (BROKEN, {}), (OTHER, {"what": "乙"}))
    assert direct.rows(ONE, {"what": "甲"})[0].one == "甲"
    with pytest.raises(DivisionByZero):
        direct.rows(BROKEN)
    assert direct.rows(OTHER, {"what": "乙"})[0].other == "乙"


def test_answers_that_nobody_fetched_are_let_go_with_the_page(reading, app):
    for _n in range(3):
        with app.test_request_context("/"):
            turns.writing.set(False)
            direct.ahead((ONE, {"what": "甲"}), (OTHER, {"what": "乙"}))
    with app.test_request_context("/"):
        turns.writing.set(False)
        assert direct.rows(ONE, {"what": "丁"})[0].one == "丁"


def test_statements_that_the_driver_had_forgotten_are_prepared_again(reading):
    """After a rollback of a form it says DEALLOCATE ALL."""
    assert direct.rows(ONE, {"what": "甲"})[0].one == "甲"
    driver_connection().driver_connection.execute("DEALLOCATE ALL")
    assert direct.rows(ONE, {"what": "乙"})[0].one == "乙"


def test_what_was_asked_at_once_after_the_driver_had_forgotten_is_asked_again(reading):
    """A page asks its questions with that of its session, before anything told it of the rollback."""
    assert direct.rows(ONE, {"what": "甲"})[0].one == "甲"
    assert direct.rows(OTHER, {"what": "甲"})[0].other == "甲"
    driver_connection().driver_connection.execute("DEALLOCATE ALL")
    direct.ahead((ONE, {"what": "乙"}), (OTHER, {"what": "丙"}))
    assert direct.rows(OTHER, {"what": "丙"})[0].other == "丙"
    assert direct.rows(ONE, {"what": "乙"})[0].one == "乙"


def _once_prepared_by_the_driver(db):
    for _n in range(3):
        db.execute(select(func.count()).select_from(Ticket))


def test_a_deed_reads_on_after_a_step_back(app, db):
    """ROLLBACK TO SAVEPOINT lets the driver have all statements forgotten, in the middle of the transaction."""
    with unit_of_work():
        _once_prepared_by_the_driver(db)
        ticket = make.ticket(words="写在同一次里的话")
        assert direct.rows(TITLES, {"id": ticket.id})[0].title == "写在同一次里的话"
        with pytest.raises(ZeroDivisionError), db.begin_nested():
            db.execute(select(literal_column("1")))
            raise ZeroDivisionError
        assert direct.rows(TITLES, {"id": ticket.id})[0].title == "写在同一次里的话"
    assert db.get(Ticket, ticket.id) is not None


def test_a_deed_asks_several_things_at_once(app, db):
    with unit_of_work():
        ticket = make.ticket(words="写在同一次里的话")
        ticket.title = "还没存的标题"
        found = direct.together((TITLES, {"id": ticket.id}), (ONE, {"what": "甲"}), (OTHER, {"what": "乙"}))
        assert [[tuple(row) for row in rows] for rows in found] == [[("还没存的标题",)], [("甲",)], [("乙",)]]
        with pytest.raises(DivisionByZero), db.begin_nested():
            direct.together((ONE, {"what": "甲"}), (BROKEN, {}), (OTHER, {"what": "乙"}))
        assert direct.together((TITLES, {"id": ticket.id}))[0][0].title == "还没存的标题"
    assert db.get(Ticket, ticket.id).title == "还没存的标题"


def test_deeds_that_were_refused_leave_no_statement_behind(app, db):
    for times in (3, 0, 0):  # the driver knows statements, then none
        with pytest.raises(ZeroDivisionError), unit_of_work():
            for _n in range(times):
                _once_prepared_by_the_driver(db)
            direct.rows(ONE, {"what": "甲"}), direct.rows(OTHER, {"what": "乙"})
            raise ZeroDivisionError
    with unit_of_work():
        assert direct.rows(ONE, {"what": "甲"})[0].one == "甲"
        line = prepared.line_of(driver_connection())
        known = db.execute(text("SELECT name FROM pg_prepared_statements WHERE name LIKE 'kept%'")).scalars().all()
        assert sorted(known) == sorted(name.decode() for name in line._names.values())


def test_the_statement_unused_longest_makes_room(reading, monkeypatch):
    monkeypatch.setattr(prepared, "MOST", 2)
    line = prepared.line_of(driver_connection())
    line._names.clear()
    for word in ("ONE", "TWO", "ONE", "THREE", "ONE"):
        assert line.ask(f"SELECT '{word}'", []) == [(word,)]
    assert [words[-4:-1] for words in line._names] == ["REE", "ONE"]
    known = {row[0] for row in line.ask("SELECT name FROM pg_prepared_statements WHERE statement LIKE $1", ["SELECT '%'"])}
    assert len(known) == 1  # asking took the other place


def test_a_page_asks_nothing_that_was_answered_on_the_way(app, db):
    """The ticket page and the queue say ahead what they ask: with the very values, or it would be asked twice."""
    client, ticket = cast.signed_in(app.test_client(), cast.agent()), make.ticket()
    db.commit()
    for address in (f"/tickets/{ticket.id}", "/tickets/", "/tickets/?view=all&channel=staff"):
        assert client.get(address).status_code == 200
        assert _left(client, address) == []


def test_a_page_asks_for_whom_a_session_is_now(app, db):
    """What goes with the session's question is for the person as they were; what they may not see any more is not taken from it."""
    cast.administrator()
    somebody, ticket = cast.agent(), make.ticket(words="只有客服看得见的话")
    client = cast.signed_in(app.test_client(), somebody)
    db.commit()
    for address in (f"/tickets/{ticket.id}", "/tickets/"):
        assert ticket.number in client.get(address).text
        assert ticket.number in client.get(address).text  # now its questions go with the session's
    people.change(somebody, roles={Role.TECHNICIAN}, by=SYSTEM)
    db.commit()
    refused = client.get(f"/tickets/{ticket.id}")
    assert refused.status_code == 404 and "只有客服看得见的话" not in refused.text
    assert ticket.number not in client.get("/tickets/").text
    people.change(somebody, roles={Role.AGENT}, by=SYSTEM)
    db.commit()
    assert ticket.number in client.get("/tickets/").text


def _left(client, address: str) -> list:
    """What a page asked ahead and did not fetch."""
    left = []

    def note(_app, **_more):
        left.extend(words for words, *_answer in g.get("ahead", ()))

    with request_finished.connected_to(note, client.application):
        assert client.get(address).status_code == 200
    return left
