"""The database: one session, one transaction a request, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, String, event, inspect
from sqlalchemy.orm import DeclarativeBase, RelationshipProperty, Session, relationship
from sqlalchemy.types import TypeDecorator

from portal.core.labels import Label
from portal.core.prepared import settle
from portal.core.turns import begin_request, end_request, let_plan, plans, reading, waiting_for_disk, writing

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


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
    app.teardown_appcontext(_end_reading)


def _driver_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _engine_options(app: Flask) -> dict:
    if app.config["DATABASE"].startswith("sqlite"):
        lasting = {"pool_size": 4, "max_overflow": 20}  # each holds up to 4 MB of pages and statements: as many stay as a worker has threads
        return {"hide_parameters": True, "connect_args": {"check_same_thread": False, "timeout": 15}, "pool_use_lifo": True, **lasting}
    # The driver begins nothing by itself: _on_begin says when. A page that only reads then needs no BEGIN and no ROLLBACK.
    return {"hide_parameters": True, "isolation_level": "AUTOCOMMIT", "pool_use_lifo": True, "pool_size": 8, "max_overflow": 8, "pool_reset_on_return": None}


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def planned_for_values() -> None:
    """From here to the end of this request PostgreSQL plans each statement for its values: words of a search, of which one is in three
    tickets and the next in a third of all; sums over a time."""
    if is_sqlite() or writing.get() is None:
        return
    connection = db.session.connection()
    if writing.get():
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
        return
    plans.set("force_custom_plan")
    let_plan(connection.connection)
    if "reading" in g:
        settle(g.reading)
        let_plan(g.reading)


def in_one_transaction() -> None:
    """For a page whose rows are read bit by bit while they are sent: PostgreSQL keeps a cursor only within a transaction."""
    if not is_sqlite() and writing.get() is False:
        db.session.connection().exec_driver_sql("BEGIN")


@event.listens_for(Session, "before_flush")
def _only_read(session, _context, _instances) -> None:
    """Raises RuntimeError when a page would change something: what it flushes would stand on PostgreSQL."""
    if writing.get() is False and (session.new or session.deleted or any(map(session.is_modified, session.dirty))):
        raise RuntimeError("a GET changes nothing")


def _mark_writing() -> None:
    begin_request(request.method not in SAFE_METHODS, request.blueprint)


def _forget_writing(error=None) -> None:
    end_request()
    if error is not None:
        db.session.rollback()


def driver_connection() -> Any:
    """The driver's connection of this request, for statements that need no session: a page that only reads begins none for them."""
    if writing.get() is not False:
        db.session.flush()
        return db.session.connection().connection
    if "reading" not in g:
        g.reading = reading(db.engine)
    return g.reading


def _end_reading(_error=None) -> None:
    if "reading" in g:
        connection = g.pop("reading")
        try:
            settle(connection)
        except Exception as wrong:  # noqa: BLE001 - whoever asked was told; the connection is in an unknown state
            connection.invalidate(wrong)
        connection.close()


def _end_transaction(response):
    """A POST that succeeded is committed before its answer leaves, a refused one is rolled back; a GET's session just goes with it."""
    if request.method in SAFE_METHODS:
        return response
    if response.status_code < 400 or g.get("keep_changes"):
        db.session.commit()
    else:
        db.session.rollback()
    return response


def is_writing() -> bool:
    """Is this a request or unit of work that may write? A second writing transaction beside it would wait for itself."""
    return bool(writing.get())


def keep_changes() -> None:
    """Commit although the answer is a refusal (a counted wrong password, a stored conflict)."""
    g.keep_changes = True


def release() -> None:
    """End the transaction before slow work (hashing, pictures) so that nobody waits for it. Loses unsaved changes."""
    db.session.rollback()


@contextmanager
def unit_of_work():
    """One writing transaction outside a request: jobs, commands, seeds."""
    token = writing.set(True)
    db.session.rollback()
    try:
        yield db.session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        writing.reset(token)


@contextmanager
def own_transaction(lasting: bool = True):
    """A short writing transaction on a connection of its own, independent of the request's. Not `lasting` ("last seen", tries that are
    counted): nobody waits for the disk, and a power cut may take the last of them."""
    token = writing.set(True)
    try:
        with db.engine.connect() as connection:
            if not lasting:
                waiting_for_disk(connection.connection, False)
            try:
                with connection.begin():
                    yield connection
            finally:
                if not lasting:
                    waiting_for_disk(connection.connection, True)
    finally:
        writing.reset(token)


def utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)
