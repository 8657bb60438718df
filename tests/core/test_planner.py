"""What planners are told: a column that only filters, and how large tables are."""

from sqlalchemy import select, text

from portal.core.db import is_sqlite
from portal.core.planner import aside, know_the_sizes
from portal.core.search import SearchEntry
from tests import cast, make


def test_a_column_aside_filters_like_the_column(clock, db):
    make.ticket(by=cast.agent())
    plain = db.scalars(select(SearchEntry.id).where(SearchEntry.kind == "ticket")).all()
    assert plain and db.scalars(select(SearchEntry.id).where(aside(SearchEntry.kind) == "ticket")).all() == plain
    assert len(db.scalars(select(SearchEntry.id).where(aside(SearchEntry.kind).in_(["ticket", "nothing"]))).all()) == len(plain)


def test_a_statement_with_a_column_aside_is_compiled_once():
    """Without a key of its own it would be compiled anew for each request."""
    keys = [select(SearchEntry.id).where(aside(column) == "ticket")._generate_cache_key() for column in (SearchEntry.kind, SearchEntry.kind, SearchEntry.tokens)]
    assert keys[0] == keys[1] != keys[2]
    assert keys[0] is not None


def test_words_lead_to_their_entries_and_not_all_entries_to_the_words(clock, db):
    """SQLite once walked through every entry of a kind for each search."""
    make.ticket(by=cast.agent())
    if not is_sqlite():
        return
    found = "SELECT record_id FROM search_entry WHERE +kind = 'ticket' AND id IN (SELECT rowid FROM search_fts_ticket WHERE search_fts_ticket MATCH '漏水')"
    plan = [row[3] for row in db.execute(text("EXPLAIN QUERY PLAN " + found))]
    assert plan[0] == "SEARCH search_entry USING INTEGER PRIMARY KEY (rowid=?)"


def test_the_sizes_are_known_afterwards(clock, db):
    make.ticket(by=cast.agent())
    db.commit()
    know_the_sizes()
    query = "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'ticket'" if is_sqlite() else "SELECT reltuples FROM pg_class WHERE relname = 'ticket'"
    assert db.scalar(text(query)) >= 1


def test_postgresql_also_notes_which_pages_everybody_sees(clock, db):
    """It says itself when it last did."""
    if is_sqlite():
        return
    times = text("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'ticket'")
    before = db.scalar(times)
    db.rollback()  # what it counts is read once a transaction
    know_the_sizes()
    assert db.scalar(times) == before + 1
