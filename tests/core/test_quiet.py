"""A poll that found nothing new is not asked again until something was committed, by whomever; and nothing is missed by it."""

import re
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from html import unescape

import psycopg
import pytest
from sqlalchemy import event, insert

from portal.core import clock as now
from portal.core import direct, live, quiet
from portal.core.db import db as database
from portal.core.db import is_sqlite, own_transaction
from portal.core.options import StoredOption
from portal.macros import jobs as bulk
from portal.notifications import jobs as outbox
from portal.tickets import actions
from tests import cast, make

PATIENCE = 30  # seconds; a hang guard


@pytest.fixture
def lin(app):
    return cast.agent()


@pytest.fixture
def ticket(lin):
    return make.ticket(by=lin)


@pytest.fixture
def reader(app, lin):
    return cast.signed_in(app.test_client(), lin)


@pytest.fixture
def asked(monkeypatch):
    """What the polls of the queue ask of the database."""
    found, ask = [], direct.apart
    monkeypatch.setattr(direct, "apart", lambda statement, values: (found.append(statement), ask(statement, values))[1])
    return found


@pytest.fixture
def ear(app, monkeypatch):
    """One that has heard nothing yet."""
    fresh = type(app.extensions["quiet"])()
    monkeypatch.setitem(app.extensions, "quiet", fresh)
    yield fresh
    fresh._wanted = -quiet.UNWANTED  # its thread ends


@pytest.fixture
def poll(ear, ticket, reader, asked, monkeypatch):
    """Asks the queue's live region; status. It has said that nothing is new, and what was committed before has been heard.

    The region's minute begins where the test's clock does."""
    monkeypatch.setattr(live, "crc32", lambda _what: 0)
    page = reader.get("/tickets/").text
    address, tag = re.search(r'id="queue"[^>]*hx-get="([^"]+)"[^>]*hx-ptag="([^"]+)"', page).groups()

    def ask(client=reader) -> int:
        return client.get(unescape(address), headers={"HX-Request": "true", "HX-PTag": tag}).status_code

    assert ask() == 304 and settled(ask, asked)
    return ask


def settled(ask, asked: list) -> bool:
    """Polls until some in a row need not be asked; nothing is counted yet. On PostgreSQL commits to its other databases, as of tests that run
    beside this one, are heard too: nobody can say which try it is."""

    def quiet_now() -> bool:
        ask()
        asked.clear()
        return [ask() for _n in range(3)] == [304] * 3 and not asked

    found = until(quiet_now)
    asked.clear()
    return found


def in_another_process(app, words: str, *values) -> None:
    """What a writer elsewhere commits."""
    if is_sqlite():
        with closing(sqlite3.connect(database.engine.url.database, timeout=PATIENCE)) as other:
            other.execute(words.replace("%s", "?"), values)
            return other.commit()
    with psycopg.connect(url(app)) as other:
        other.execute(words, values)


def url(app) -> str:
    return app.config["DATABASE"].replace("+psycopg", "")


def listeners(app) -> int:
    """Connections whose last statement was the look."""
    with psycopg.connect(url(app)) as other:
        return other.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_current_snapshot()::text'").fetchone()[0]


def until(condition) -> bool:
    ends = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    return condition()


def test_nothing_is_asked_while_nothing_is_committed(poll, asked):
    assert settled(poll, asked)
    if is_sqlite():
        assert [poll() for _n in range(5)] == [304] * 5 and asked == []


def test_it_is_kept_for_whoever_shows_the_same_cookies_alone(app, poll, asked):
    other = cast.signed_in(app.test_client(), cast.agent())
    assert settled(poll, asked)  # signing in was a commit
    assert poll(other) == 200 and len(asked) == 1
    assert poll(app.test_client()) != 304


def test_what_this_process_commits_is_seen_at_once(poll, ticket, lin):
    actions.note(ticket, "已联系", by=lin)
    assert poll() == 200


def test_what_another_process_commits_is_seen(app, db, poll):
    db.commit()
    in_another_process(app, "UPDATE signed_in_session SET ended_at = created_at")
    assert until(lambda: poll() != 304)


def test_a_file_that_cannot_be_asked_is_opened_again(ear, poll, asked):
    if is_sqlite():
        ear._connection.close()
        assert [poll() for _n in range(3)] == [304] * 3 and len(asked) == 2, "one without an ear, one of the new connection"


def test_time_is_not_waited_for(clock, poll, asked):
    clock.shift(quiet.LASTS)
    poll()
    assert len(asked) == 1
    clock.shift(-quiet.LASTS - timedelta(seconds=10))
    poll()
    assert len(asked) == 2


def test_a_new_minute_ends_it_to_the_second(ear, poll):
    began, kept_and_asked = now.now(), []
    for second in range(61):
        with now.at(began + timedelta(seconds=second)):
            kept = poll()
            ear.forget()
            kept_and_asked.append((kept, poll()))
    assert set(kept_and_asked) == {(304, 304), (200, 200)}


def test_a_commit_while_it_is_answered_is_not_missed(poll, asked, monkeypatch, clock):
    clock.shift(quiet.LASTS)
    ask = direct.apart

    def ask_and_be_overtaken(statement, values):
        found = ask(statement, values)
        with own_transaction() as connection:
            connection.execute(insert(StoredOption).values(name="meanwhile", value=1, changed_at=now.now()))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(direct, "apart", ask_and_be_overtaken)
        poll()
    before = len(asked)
    poll()
    assert len(asked) == before + 1


@pytest.mark.postgresql
def test_who_cannot_look_asks_each_time_and_looks_again(app, db, ear, poll, asked, monkeypatch):
    db.commit()
    with psycopg.connect(url(app), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
    assert until(lambda: ear.answers() is None)
    assert [poll() for _n in range(3)] == [304] * 3 and len(asked) == 3
    monkeypatch.setattr(quiet, "AWAY", 0)
    assert settled(poll, asked)


@pytest.mark.postgresql
def test_nothing_stands_on_a_look_that_is_too_old(poll, asked, monkeypatch):
    monkeypatch.setattr(quiet, "STALE", 0)
    assert [poll() for _n in range(3)] == [304] * 3 and len(asked) == 3


@pytest.mark.postgresql
def test_nobody_looks_when_no_polls_come(app, db, ear, monkeypatch):
    assert until(lambda: ear.answers() is not None)
    monkeypatch.setattr(quiet, "UNWANTED", 0)
    ear._watch.join(PATIENCE)
    assert not ear._watch.is_alive() and until(lambda: listeners(app) == 0)


def test_jobs_without_work_commit_nothing(app, db):
    db.commit()
    commits = []

    def note(connection):
        commits.append(connection)

    event.listen(database.engine, "commit", note)
    try:
        assert (outbox.send_due(), bulk.carry_on()) == (0, 0)
    finally:
        event.remove(database.engine, "commit", note)
    assert commits == []
