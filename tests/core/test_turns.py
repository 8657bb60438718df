"""Writers take turns: nobody is told that somebody else was quicker where both only add something."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import event, func, insert, select

from portal.core import clock, turns
from portal.core.activity import Activity
from portal.core.db import db as database
from portal.core.db import is_sqlite, own_transaction
from portal.core.forms import new_key
from portal.core.options import StoredOption
from tests import cast, make


def test_notes_written_at_the_same_moment_are_all_kept(app, db):
    ticket = make.ticket()
    writers = [cast.signed_in(app.test_client(), cast.agent()) for _n in range(4)]
    path = f"/tickets/{ticket.id}/reply"
    db.commit()

    def write(client) -> list[int]:
        return [client.post(path, data={"key": new_key(), "mode": "internal", "words": "已联系", "then": ""}).status_code for _n in range(5)]

    with ThreadPoolExecutor(4) as pool:
        answers = [status for found in pool.map(write, writers) for status in found]
    assert answers == [303] * 20
    assert db.scalar(select(func.count()).where(Activity.verb == "ticket.noted")) == 20


def test_a_reader_does_not_wait_for_a_writer(app, db):
    reader = cast.signed_in(app.test_client(), cast.agent())
    ticket = make.ticket()
    db.commit()
    make.ticket()  # the test now holds the turn
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: reader.get(f"/tickets/{ticket.id}").status_code).result(timeout=10) == 200


def test_a_page_changes_nothing_even_by_mistake(app, db):
    """On PostgreSQL a page begins no transaction: what it flushed would stand."""
    before = db.scalar(select(func.count()).select_from(Activity))
    with app.test_request_context("/"), pytest.raises(RuntimeError, match="changes nothing"):
        app.preprocess_request()
        db.add(StoredOption(name="by mistake", value=1))
        db.flush()
    db.rollback()
    assert db.get(StoredOption, "by mistake") is None and db.scalar(select(func.count()).select_from(Activity)) == before


def test_connections_that_the_server_has_ended_are_made_anew(app, db):
    """A restart of PostgreSQL is not what the next visitor sees."""
    reader, ticket = cast.signed_in(app.test_client(), cast.agent()), make.ticket()
    db.commit()
    if is_sqlite():
        return
    assert reader.get(f"/tickets/{ticket.id}").status_code == 200
    ours = "FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    with psycopg.connect(app.config["DATABASE"], autocommit=True) as other:
        assert other.execute(f"SELECT pg_terminate_backend(pid, 10000) {ours}").fetchall()  # waits until they have gone
        assert other.execute(f"SELECT count(*) {ours}").fetchone() == (0,)
    assert reader.get(f"/tickets/{ticket.id}").status_code == 200


def test_statements_of_pages_are_planned_once_and_searches_for_their_words(app, db, monkeypatch):
    if is_sqlite():
        return
    reader = cast.signed_in(app.test_client(), cast.agent())
    make.ticket()
    db.commit()

    sent, say = [], turns._say
    monkeypatch.setattr(turns, "_say", lambda connection, words: (sent.append(words), say(connection, words)))

    def modes(*paths: str) -> list[str]:
        sent.clear()
        assert [reader.get(path).status_code for path in paths] == [200] * len(paths)
        return [words.rpartition(" ")[2] for words in sent if words.startswith("SET plan_cache_mode")]

    modes("/tickets/", "/tickets/", "/tickets/")
    assert modes("/tickets/", "/tickets/") == []
    assert set(modes("/search?q=漏水")) == {"force_custom_plan"}
    assert modes("/tickets/", "/tickets/") == ["force_generic_plan"]


@pytest.mark.parametrize("address", ["/tickets/", "/tickets/{}"])
def test_the_pages_of_the_desk_begin_no_session(app, db, address):
    """What they show is asked of the driver: a session around it costs as much as a bare page."""
    client, ticket = cast.signed_in(app.test_client(), cast.agent()), make.ticket()
    db.commit()
    number, address, begun = ticket.number, address.format(ticket.id), []
    assert client.get(address).status_code == 200  # what seldom changes is kept from here on

    def note(connection):
        begun.append(connection)

    event.listen(database.engine, "begin", note)
    try:
        answer = client.get(address)
    finally:
        event.remove(database.engine, "begin", note)
    assert answer.status_code == 200 and number in answer.text and begun == []


def test_what_need_not_last_does_not_wait_for_the_disk_and_all_else_does(app, db):
    said = "PRAGMA synchronous" if is_sqlite() else "SHOW synchronous_commit"
    asleep, awake = (("1", "off"), ("2", "on"))
    found = []
    with own_transaction(lasting=False) as connection:
        connection.execute(insert(StoredOption).values(name="passing", value=1, changed_at=clock.now()))
        found.append(str(connection.exec_driver_sql(said).scalar()))
    with own_transaction() as connection:  # the same connection, given back
        found.append(str(connection.exec_driver_sql(said).scalar()))
    assert found[0] in asleep and (found[1] in awake or not is_sqlite())  # the tests' own server never waits
    assert db.get(StoredOption, "passing") is not None


@pytest.mark.postgresql
def test_a_connection_goes_back_to_the_pool_without_a_transaction(app, db):
    for words in ("BEGIN", "BEGIN; SELECT 1 / 0"):
        connection = database.engine.raw_connection()
        server = connection.driver_connection
        with suppress(psycopg.errors.DivisionByZero):
            connection.cursor().execute(words)
        assert server.info.transaction_status.name in ("INTRANS", "INERROR")
        connection.close()
        assert server.info.transaction_status.name == "IDLE"
