"""How each database is connected to, what its transactions begin with, and who may write when."""

from __future__ import annotations

import fcntl
import os
import select
import time
from contextlib import closing
from contextvars import ContextVar

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

from portal.core.prepared import doubt

TURN_SECONDS = 10
writing: ContextVar[bool | None] = ContextVar("writing", default=None)  # None: outside of requests and units of work
plans: ContextVar[str] = ContextVar("plans", default="auto")  # PostgreSQL's plan_cache_mode
_planned_once: set[str] = set()


def plan_once(blueprint: str) -> None:
    """The pages of this blueprint ask the same statements again and again, and planning them costs more than running them: PostgreSQL
    makes each plan once a connection, not for each new value. Searches among them say `planned_for_values`."""
    _planned_once.add(blueprint)


def begin_request(may_write: bool, blueprint: str | None) -> None:
    writing.set(may_write)
    plans.set("force_generic_plan" if blueprint in _planned_once else "auto")


def end_request() -> None:
    writing.set(None)
    plans.set("auto")


@event.listens_for(Engine, "connect")
def _on_connect(connection, record):
    if connection.__class__.__module__.startswith("sqlite3"):
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "cache_size=-2000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    else:
        connection.prepare_threshold, connection.prepared_max = 1, 300
        connection.execute("SET lock_timeout = '15s'")
        connection.commit()


@event.listens_for(Engine, "begin")
def _on_begin(connection):
    """Writing transactions take turns from their first statement to their commit, on both databases: nobody works on a row that another
    is about to change, none waits for one that waits for it, and activity ids become visible in their order (a live reader that has
    seen 8 must not miss a late 7)."""
    if connection.dialect.name != "sqlite":
        _begin_on_server(connection)
        return
    if not writing.get():
        connection.exec_driver_sql("BEGIN")
        return
    _take_turn(connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_on_server(connection) -> None:
    """Nothing for pages that read: each of their statements sees what is committed then, with or without a transaction around them."""
    let_plan(connection.connection)
    if writing.get():
        connection.exec_driver_sql("BEGIN; SELECT pg_advisory_xact_lock(7301)")
    elif writing.get() is None and connection.connection.driver_connection.autocommit:
        connection.exec_driver_sql("BEGIN")


def let_plan(connection) -> None:
    """The driver's connection, as the pool gives it, plans as this request wishes."""
    mode = plans.get()
    if connection.info.get("plans", "auto") != mode:
        _say(connection, f"SET plan_cache_mode = {mode}")
        connection.info["plans"] = mode


def waiting_for_disk(connection, whether: bool) -> None:
    """Do the next commits of this connection (the driver's, outside of a transaction) wait until they are on the disk? They do by default."""
    if connection.driver_connection.__class__.__module__.startswith("sqlite3"):
        _say(connection, f"PRAGMA synchronous={'FULL' if whether else 'NORMAL'}")
    else:
        _say(connection, f"SET synchronous_commit = {'on' if whether else 'off'}")


def reading(engine):
    """A connection of the pool for a page that only reads, without a session around it. On SQLite what it reads is of one moment."""
    connection = engine.raw_connection()
    if engine.dialect.name == "sqlite":
        _say(connection, "BEGIN")
    else:
        let_plan(connection)
    return connection


def _say(connection, words: str) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute(words)


@event.listens_for(Pool, "checkout")
def _still_connected(connection, record, _proxy) -> None:
    """A server that has gone has closed its end: that can be seen without asking it. Raises DisconnectionError, and the pool connects anew."""
    if connection.__class__.__module__.startswith("sqlite3"):
        return
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if line.poll(0):  # something came unasked: its end, or its last words
        doubt(record.info)
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except connection.OperationalError as gone:
            raise DisconnectionError from gone


@event.listens_for(Pool, "reset")
def _leave_no_transaction(connection, record, _state) -> None:
    """Before a connection goes back to PostgreSQL's pool (`pool_reset_on_return` is off): most have none, and looking is cheaper than ending."""
    if not connection.__class__.__module__.startswith("sqlite3") and connection.pgconn.transaction_status:  # 0: idle
        doubt(record.info)
        connection.rollback()


def _take_turn(connection) -> None:
    """SQLite's own busy wait is unfair and can starve one writer for seconds: they queue up on one file lock."""
    path = connection.engine.url.database
    if not path or path == ":memory:":
        return
    handle = os.open(f"{path}.turn", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + TURN_SECONDS
    while not _got(handle) and time.monotonic() < deadline:
        time.sleep(0.002)
    connection.info["turn"] = handle  # past the deadline SQLite itself decides who may write


def _got(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@event.listens_for(Engine, "rollback_savepoint")
def _on_step_back(connection, _name, _context):
    doubt(connection.info)


@event.listens_for(Engine, "rollback")
def _on_rollback(connection):
    doubt(connection.info)
    _on_end(connection)


@event.listens_for(Engine, "commit")
def _on_end(connection):
    # The event fires just before the statement itself; the lock is only a queue, BEGIN IMMEDIATE is the guard.
    handle = connection.info.pop("turn", None)
    if handle is not None:
        os.close(handle)
