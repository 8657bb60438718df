"""Writers take turns: nobody is told that somebody else was quicker where both only add something."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import func, select

from portal.core.activity import Activity
from portal.core.db import is_sqlite
from portal.core.forms import new_key
from portal.core.options import StoredOption
from tests import cast, counting, make


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
    ours = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(app.config["DATABASE"], autocommit=True) as other:
        assert other.execute(f"SELECT pg_terminate_backend(pid, 10000) {ours}").fetchall()  # waits until they have gone
        assert other.execute(f"SELECT count(*) {ours}").fetchone() == (0,)
    assert reader.get(f"/tickets/{ticket.id}").status_code == 200


def test_statements_of_pages_are_planned_once_and_searches_for_their_words(app, db):
    if is_sqlite():
        return
    reader = cast.signed_in(app.test_client(), cast.agent())
    make.ticket()
    db.commit()

    def modes(*paths: str) -> list[str]:
        sent = counting.words(lambda: [reader.get(path) for path in paths])
        return [words.rpartition(" ")[2] for words in sent if words.startswith("SET plan_cache_mode")]

    modes("/tickets/", "/tickets/", "/tickets/")
    assert modes("/tickets/", "/tickets/") == []
    assert modes("/search?q=漏水", "/tickets/", "/tickets/") == ["force_custom_plan", "force_generic_plan"]
