"""The database: one session, one transaction a request, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import select
import time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, String, event, inspect
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, RelationshipProperty, Session, relationship
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from portal.core.labels import Label

TURN_SECONDS = 10
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_writing: ContextVar[bool | None] = ContextVar("writing", default=None)  # None: outside of requests and units of work


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator):
    """An aware moment; stored as UTC on both databases. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LabelType(TypeDecorator):
    """A Label stored as its text value."""

    impl = String(40)
    cache_ok = True

    def __init__(self, label: type[Label]):
        super().__init__()
        self.label = label

    def process_bind_param(self, value, dialect):
        return None if value is None else self.label(value).value

    def process_result_value(self, value, dialect):
        return None if value is None else self.label(value)




db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)


def reference(column: Any) -> Any:
    """A many-to-one that follows its key column: assigning the record sets the key, and a flush need not look through it.

    The record must have its id. With a dozen such references a flush of a ticket costs a third of what plain relationships cost.
    """
    return relationship(foreign_keys=[column], viewonly=True, info={"reference": True})


@event.listens_for(db.Model, "attribute_instrument", propagate=True)
def _follow_references(owner, name, attribute):
    if isinstance(attribute.property, RelationshipProperty) and attribute.property.info.get("reference"):
        event.listen(attribute, "set", _set_key)


def _set_key(target, value, _old, initiator):
    mapper = inspect(target).mapper
    (column,) = mapper.relationships[initiator.key].local_columns
    if value is not None and value.id is None:
        raise ValueError(f"{initiator.key} has no id yet")
    setattr(target, mapper.get_property_by_column(column).key, None if value is None else value.id)


def init_app(app: Flask) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = _driver_url(app.config["DATABASE"])
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", _engine_options(app))
    db.init_app(app)
    app.before_request(_mark_writing)
    app.after_request(_end_transaction)
    app.teardown_request(_forget_writing)


def _driver_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _engine_options(app: Flask) -> dict:
    if app.config["DATABASE"].startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"check_same_thread": False, "timeout": 15}, "pool_use_lifo": True, "pool_size": 16, "max_overflow": 8}
    # The driver begins nothing by itself: _on_begin says when. A page that only reads then needs no BEGIN and no ROLLBACK.
    return {"hide_parameters": True, "isolation_level": "AUTOCOMMIT", "pool_use_lifo": True, "pool_size": 8, "max_overflow": 8}


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


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
    if not _writing.get():
        connection.exec_driver_sql("BEGIN")
        return
    _take_turn(connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_on_server(connection) -> None:
    """Nothing for pages that read: each of their statements sees what is committed then, with or without a transaction around them.

    Requests ask the same statements again and again, of which some join ten tables: PostgreSQL plans each once a connection, not for each
    new value (`planned_for_values` is the way out). Jobs and commands ask for all kinds of things: there it may choose.
    """
    _let_plan(connection, "auto" if _writing.get() is None else "force_generic_plan")
    if _writing.get():
        connection.exec_driver_sql("BEGIN; SELECT pg_advisory_xact_lock(7301)")
    elif _writing.get() is None and connection.connection.driver_connection.autocommit:
        connection.exec_driver_sql("BEGIN")


def _let_plan(connection, mode: str) -> None:
    if connection.info.get("plans", "auto") != mode:
        connection.exec_driver_sql(f"SET plan_cache_mode = {mode}")
        connection.info["plans"] = mode


def planned_for_values() -> None:
    """From here to the end of this request PostgreSQL plans each statement for its values: words of a search, of which one is in three
    tickets and the next in a third of all; sums over a time."""
    if is_sqlite() or _writing.get() is None:
        return
    connection = db.session.connection()
    if _writing.get():
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    else:
        _let_plan(connection, "force_custom_plan")


def in_one_transaction() -> None:
    """For a page whose rows are read bit by bit while they are sent: PostgreSQL keeps a cursor only within a transaction."""
    if not is_sqlite() and _writing.get() is False:
        db.session.connection().exec_driver_sql("BEGIN")


@event.listens_for(Session, "before_flush")
def _only_read(session, _context, _instances) -> None:
    """Raises RuntimeError when a page would change something: what it flushes would stand on PostgreSQL."""
    if _writing.get() is False and (session.new or session.deleted or any(map(session.is_modified, session.dirty))):
        raise RuntimeError("a GET changes nothing")


@event.listens_for(Pool, "checkout")
def _still_connected(connection, _record, _proxy) -> None:
    """A server that has gone has closed its end: that can be seen without asking it. Raises DisconnectionError, and the pool connects anew."""
    if connection.__class__.__module__.startswith("sqlite3"):
        return
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    if line.poll(0):  # something came unasked: its end, or its last words
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except connection.OperationalError as gone:
            raise DisconnectionError from gone


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


@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _on_end(connection):
    # The event fires just before the statement itself; the lock is only a queue, BEGIN IMMEDIATE is the guard.
    handle = connection.info.pop("turn", None)
    if handle is not None:
        os.close(handle)


def _mark_writing() -> None:
    _writing.set(request.method not in SAFE_METHODS)


def _forget_writing(error=None) -> None:
    _writing.set(None)
    if error is not None:
        db.session.rollback()


def _end_transaction(response):
    """A POST that succeeded is committed before its answer leaves; a GET or a refused POST is rolled back."""
    keep = request.method not in SAFE_METHODS and (response.status_code < 400 or g.get("keep_changes"))
    if keep:
        db.session.commit()
    else:
        db.session.rollback()
    return response


def is_writing() -> bool:
    """Is this a request or unit of work that may write? A second writing transaction beside it would wait for itself."""
    return bool(_writing.get())


def keep_changes() -> None:
    """Commit although the answer is a refusal (a counted wrong password, a stored conflict)."""
    g.keep_changes = True


def release() -> None:
    """End the transaction before slow work (hashing, pictures) so that nobody waits for it. Loses unsaved changes."""
    db.session.rollback()


@contextmanager
def unit_of_work():
    """One writing transaction outside a request: jobs, commands, seeds."""
    token = _writing.set(True)
    db.session.rollback()
    try:
        yield db.session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


@contextmanager
def own_transaction():
    """A short writing transaction on a connection of its own ("last seen", rate limits): independent of the request's."""
    token = _writing.set(True)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        _writing.reset(token)


def utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)
