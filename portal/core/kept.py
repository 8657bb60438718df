"""Answers from data that seldom changes, kept in each process: valid while the mark in the database stands.

Models that say `seldom = True` (lists of the business, people, knobs) give a new mark in the same transaction that changes them.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from functools import wraps
from typing import Any, Callable, Iterable

from flask import Flask, current_app, g, has_app_context, has_request_context
from sqlalchemy import JSON, Column, MetaData, String, Table, Text, cast, delete, event, insert, inspect, select
from sqlalchemy.orm import Session, make_transient_to_detached

from portal.core import clock
from portal.core.db import Moment, db, is_writing
from portal.core.turns import writing

MARK = "kept.mark"
MOST = 3000  # answers a process

option_rows = Table("option", MetaData(), Column("name", String, primary_key=True), Column("value", JSON), Column("changed_at", Moment))
MARK_NOW = select(cast(option_rows.c.value, Text)).where(option_rows.c.name == MARK)  # compared, never read: as it is stored


class Shelf:
    """At most so many answers by their keys; the longest unused one goes first. Threads share it."""

    def __init__(self, most: int):
        self.most, self._answers = most, OrderedDict()

    def __call__(self, key: tuple, make: Callable[[], Any], stands: Callable[[], bool] = lambda: True) -> Any:
        """`stands`: asked after making whether the key is still right; else the answer is given and not kept."""
        try:
            self._answers.move_to_end(key)
            return self._answers[key]
        except KeyError:  # also when another thread dropped it just now
            made = make()
            if stands():
                self.put(key, made)
            return made

    def latest(self, key: tuple, state: tuple, make: Callable[[], Any]) -> Any:
        """The answer of this key while it is made of the same `state`; another takes its place, so that old ones do not pile up."""
        known = self._answers.get(key)
        if known is None or known[0] != state:
            known = state, make()
        self.put(key, known)
        return known[1]

    def get(self, key: tuple) -> Any:
        """The answer that is kept, or None."""
        return self._answers.get(key)

    def put(self, key: tuple, made: Any) -> None:
        self._answers.pop(key, None)  # it moves to the end
        self._answers[key] = made
        if len(self._answers) > self.most:
            self._answers.popitem(last=False)


def init_app(app: Flask) -> None:
    app.extensions["kept"] = Shelf(MOST)


def mark() -> str | None:
    """The present mark, read once a request; None until something seldom changed was stored first. What is pending is stored first."""
    if writing.get() is False and "kept_mark" in (noted := vars(g._get_current_object())):  # a page asks a hundred times
        return noted["kept_mark"]
    if (is_writing() or not has_request_context()) and _is_pending(db.session()):
        db.session.flush()
    if "kept_mark" not in g:
        g.kept_mark = db.session.execute(MARK_NOW).scalar()
    return g.kept_mark


def kept(function: Callable) -> Callable:
    """Decorator: the answer for these (hashable) arguments is kept until the mark changes. The answer must not be changed by anybody."""

    @wraps(function)
    def answer(*args):
        present = mark()
        return _recalled((function, present, args), lambda: function(*args), present)

    return answer


def recall(key: tuple, make: Callable[[], Any]) -> Any:
    """The answer kept under a key that says all it depends on; made when there is none.

    Asking may send what is pending to the database: then it is an answer of another mark, and of a transaction that may yet be undone.
    """
    return _recalled(key, make, mark())


def _recalled(key: tuple, make: Callable[[], Any], before: str | None) -> Any:
    return _shelf(before)(key, make, lambda: mark() == before)


def shelf() -> Shelf:
    """`recall` for many keys in a row."""
    return _shelf(mark())


def _shelf(present: str | None) -> Shelf:
    return current_app.extensions["kept"] if present else _of_this_request()


@kept
def rows_of(model: type, *names: str) -> dict[Any, Any]:
    """Key → row of a list of the business, to be read only: the rows belong to no session and have these columns (all when none is named)."""
    columns = {a.key: a.columns[0] for a in inspect(model).column_attrs if not names or a.key in names}
    rows = [as_stored(model, columns, values) for values in db.session.execute(select(*columns.values()))]
    return {inspect(row).identity[0]: row for row in rows}


def as_stored(model: type, names: Iterable[str], values: Iterable[Any]) -> Any:
    """A record to be read only, with what was read of it (its key at least): it belongs to no session, and asking it for anything else
    raises DetachedInstanceError."""
    row = inspect(model).class_manager.new_instance()
    vars(row).update(zip(names, values))
    make_transient_to_detached(row)
    return row


def row_of(model: type, key: Any, *names: str) -> Any:
    """One of them, or None for no key; a row that was added since this request began is read."""
    if key is None:
        return None
    found = rows_of(model, *names).get(key)
    return db.session.get(model, key) if found is None else found


def attached(model: type, key: Any) -> Any:
    """A copy of `row_of` that belongs to the session, read from nowhere: for writing it into what is stored."""
    row = row_of(model, key)
    return row if row is None or row in db.session else db.session.merge(row, load=False)


def while_idle(key: tuple, make: Callable[[], Any], holds: Callable[[Any], bool] = lambda answer: True) -> Any:
    """An answer that may be as old as the minute, and never older than the newest activity: numbers in the menu. `holds`: is a kept one
    still right at this moment?"""
    found = idle(key, holds)
    if found is None:
        present, found = mark(), make()
        if (place := _place_of(key)) and mark() == present:
            _shelf(present).put(place, found)
    return found


def idle(key: tuple, holds: Callable[[Any], bool]) -> Any:
    """What `while_idle` would give without making it, or None."""
    place = _place_of(key)
    found = shelf().get(place) if place else None
    return found if found is not None and holds(found) else None


def _place_of(key: tuple) -> tuple | None:
    """Where the answer of this minute lies; nowhere outside of a page that only reads: what a deed counts may yet be undone."""
    if writing.get() is not False or not (newest := g.get("newest_activity")):
        return None
    now = clock.now()
    return key, mark(), newest, now.day, now.hour, now.minute


def _of_this_request() -> Shelf:
    if "kept" not in g:
        g.kept = Shelf(MOST)
    return g.kept


@event.listens_for(Session, "after_flush")
def _renew(session: Session, _context: Any) -> None:
    if _is_pending(session):
        renew(session)


def _is_pending(session: Session) -> bool:
    return any(getattr(type(row), "seldom", False) for rows in (session.new, session.dirty, session.deleted) for row in rows)


@event.listens_for(Session, "after_rollback")
def _read_anew(_session: Session) -> None:
    if has_app_context():
        g.pop("kept_mark", None)  # it may be one that was never stored


def renew(session: Any = db.session) -> None:
    """A new mark, for whoever writes such rows without objects."""
    session.execute(delete(option_rows).where(option_rows.c.name == MARK))
    session.execute(insert(option_rows).values(name=MARK, value=secrets.token_hex(8), changed_at=clock.now()))
    if has_app_context():
        g.pop("kept_mark", None)
