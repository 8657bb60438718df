"""Kept statements (written once a process) asked of the driver itself: what every page asks must not cost more to ask than to answer.

A statement that is built anew for each request belongs to `db.session.execute`: here it would be written anew each time. One that has
variants (`written`) leaves only its words behind: as an expression it would hold twenty times the memory.
"""

from __future__ import annotations

from collections import namedtuple
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, Callable, Iterable

from flask import current_app, g, request
from sqlalchemy import Float, bindparam, event, insert
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.core import prepared
from portal.core.db import Moment, db, driver_connection, is_sqlite, utc
from portal.core.turns import let_plan, writing


NUMERIC = 1700  # PostgreSQL's number of the type: what comes of it are decimals


def rows(statement: Any, values: dict[str, Any] | None = None) -> list[Any]:
    """Named rows, each value in its column's type. While something is being changed: within the session's transaction, what is pending flushed first."""
    kept = _kept(statement)
    return list(map(kept.row, _fetched(kept, values or {})))


def stored(statement: Any, values: dict[str, Any] | None = None) -> list[tuple]:
    """The same as the driver gives it: for lists that remember what they made of it."""
    return _fetched(_kept(statement), values or {})


def typed(statement: Any) -> Callable[[tuple], Any]:
    """Makes a named row of one that `stored` gave."""
    return _kept(statement).row


def ahead(*questions: tuple[Any, dict[str, Any]]) -> None:
    """A page says what it is about to ask, with the very values: PostgreSQL is asked all of it at once and answers while the page goes on.

    Whoever then asks one of these takes the answer that came; SQLite, and a deed, are asked only then.
    """
    if not questions or is_sqlite() or writing.get() is not False:
        return
    g.ahead = [*g.get("ahead", ()), *_sent(driver_connection(), questions)]


def together(*questions: tuple[Any, dict[str, Any]]) -> list[list[Any]]:
    """`rows` of each, in a deed as well: PostgreSQL is asked all of it at once."""
    if is_sqlite():
        return [rows(*question) for question in questions]
    connection = driver_connection()
    _tell_all(connection)
    for statement, values in questions:
        _counted(connection, _kept(statement), values)
    return [list(map(kept.row, _said(kept.words, answer))) for kept, _values, answer in _sent(connection, questions)]


def tell(statement: Any, values: dict[str, Any]) -> None:
    """A deed writes a row of which it knows everything already: PostgreSQL is told of all such rows at once, before whatever else is asked
    on the connection or the commit, so that nobody misses them. Errors of the database are raised then."""
    connection, kept = db.session.connection(), _kept(statement)
    if is_sqlite():
        _counted(connection, kept, values)
        _said(kept.words, lambda: _through_cursor(connection.connection, kept.words, kept.bind(values)))
    else:
        connection.info.setdefault("to_tell", []).append((kept, values))


def new_row(table: Any, *names: str, insert: Callable = insert) -> Any:
    """The statement that writes a new row of this table: these columns, or all. `insert`: a database's own."""
    columns = [c for c in table.columns if not names or c.name in names]
    return insert(table).inline().values({c.name: bindparam(c.name, type_=c.type) for c in columns})


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def _before_statement(connection: Any, _cursor: Any, words: str, values: Any, *_more: Any) -> tuple[str, Any]:
    _tell_all(connection.connection)
    return words, values


@event.listens_for(Engine, "commit")
def _before_commit(connection: Any) -> None:
    _tell_all(connection.connection)


def _tell_all(connection: Any) -> None:
    if (told := connection.info.pop("to_tell", None)) is None:
        return
    for kept, values in told:
        _counted(connection, kept, values)
    for kept, _values, answer in _sent(connection, told):
        _said(kept.words, answer)


@event.listens_for(Engine, "rollback")
def _tell_nothing(connection: Any) -> None:
    connection.info.pop("to_tell", None)


def _sent(connection: Any, questions: Iterable[tuple[Any, dict[str, Any]]]) -> list[tuple["Kept", dict[str, Any], Callable[[], list[tuple]]]]:
    """On their way to PostgreSQL, one behind the other; each with what waits for its rows."""
    asked = [(_kept(statement), values) for statement, values in questions]
    answers = prepared.line_of(connection).send([kept.question(values) for kept, values in asked])
    return [(kept, values, answer) for (kept, values), answer in zip(asked, answers)]


def asks(questions: Callable[..., tuple]) -> Callable[[Callable], Callable]:
    """Decorator of a view, the innermost: questions(person, **values of the address) -> what `ahead` takes. Asked together with the session
    of whoever came with the same cookie before; the view asks again, and takes an answer only where it asks the very same."""

    def decorated(view: Callable) -> Callable:
        view.asks = questions
        return view

    return decorated


def asked_by_view(person: Any) -> tuple:
    """What the view of this request has said it is going to ask for this person; nothing where asking ahead is of no use."""
    if is_sqlite() or writing.get() is not False:
        return ()
    questions = getattr(current_app.view_functions.get(request.endpoint), "asks", None)
    return questions(person, **(request.view_args or {})) if questions else ()


def apart(statement: Any, values: dict[str, Any]) -> list[tuple]:
    """Plain columns (numbers, texts), read beside the session: for polls, of which most find nothing new."""
    connection = db.engine.raw_connection()
    if not is_sqlite():
        let_plan(connection)
    try:
        return _from(connection, _kept(statement), values)
    finally:
        connection.close()


def written(most: int) -> Callable[[Callable], Callable[..., "Kept"]]:
    """Decorator of a function that writes a statement for (hashable) arguments: the words of the `most` last used ones are kept."""

    def decorated(write: Callable) -> Callable:
        words_of = lru_cache(maxsize=most)(lambda dialect, *args: Kept(write(*args), dialect))
        said = wraps(write)(lambda *args: words_of(db.engine.dialect, *args))
        said.cache_clear = words_of.cache_clear
        return said

    return decorated


def moment_of(value: Any) -> datetime | None:
    """A moment as `stored` gives it: text in UTC on SQLite, a number on PostgreSQL."""
    if isinstance(value, int):
        return prepared.moment(value)
    return utc(datetime.fromisoformat(value)) if isinstance(value, str) else value


def _fetched(kept: "Kept", values: dict[str, Any]) -> list[tuple]:
    connection = driver_connection()
    _tell_all(connection)
    _counted(connection, kept, values)
    return _from(connection, kept, values) if "ahead" not in g else _answered(connection, kept, values)


def _counted(connection: Any, kept: "Kept", values: dict[str, Any]) -> None:
    """Whoever counts statements counts these too."""
    for listener in db.engine.dispatch.before_cursor_execute:
        if listener is not _before_statement:
            listener(connection, None, kept.words, kept.bind(values), None, False)


def _answered(connection: Any, kept: "Kept", values: dict[str, Any]) -> list[tuple]:
    for place, (known, those, answer) in enumerate(g.ahead):
        if known is kept and those == values:
            del g.ahead[place]
            return _said(kept.words, answer)
    return _from(connection, kept, values)


def _from(connection: Any, kept: "Kept", values: dict[str, Any]) -> list[tuple]:
    if kept.numbered:
        return _said(kept.words, lambda: prepared.asked(connection, *kept.question(values)))
    return _said(kept.words, lambda: _through_cursor(connection, kept.words, kept.bind(values)))


def _said(words: str, ask: Callable[[], list[tuple]]) -> list[tuple]:
    driver = db.engine.dialect.loaded_dbapi
    try:
        return ask()
    except driver.OperationalError as away:  # as the session says it
        raise OperationalError(words, None, away, hide_parameters=True) from away
    except driver.IntegrityError as refused:
        raise IntegrityError(words, None, refused, hide_parameters=True) from refused


def _through_cursor(connection: Any, words: str, values: Any) -> list[tuple]:
    cursor = connection.cursor()
    try:
        cursor.execute(words, values)
        return cursor.fetchall()
    finally:
        cursor.close()


class Kept:
    """A statement in the words of one database: its fixed parameters as the driver wants them, its open ones, its columns."""

    __slots__ = ("words", "numbered", "_open", "_places", "_makers", "_fixed", "_found", "_read")

    def __init__(self, statement: Any, dialect: Any):
        compiled = statement.compile(dialect=dialect)
        self._open = {name: bind.callable for name, bind in compiled.binds.items() if bind.required or bind.callable}
        whole = compiled.construct_expanded_state(dict.fromkeys(self._open))
        makers = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()} | whole.processors
        self.words, self._places = whole.statement, whole.positiontup
        self.numbered = None if self._places is not None else prepared.numbered(self.words)
        self._makers = {name: make for name, make in makers.items() if make}
        self._fixed = {name: self._stored(name, value) for name, value in whole.parameters.items() if name not in self._open}
        columns = list(statement.exported_columns)
        self._found = _named(tuple(c.key for c in columns))
        typed = [(i, c.type.dialect_impl(dialect)) for i, c in enumerate(columns) if not isinstance(c.type, Float)]  # drivers give floats
        readers = ((i, kind.result_processor(dialect, NUMERIC), isinstance(kind, Moment)) for i, kind in typed)
        self._read = [(i, _of_moment(read) if of_moments else read) for i, read, of_moments in readers if read]

    def bind(self, values: dict[str, Any]) -> Any:
        """Raises KeyError when a parameter is missing."""
        made = dict(self._fixed)
        for name, ask in self._open.items():
            made[name] = self._stored(name, ask() if ask and name not in values else values[name])
        return made if self._places is None else [made[name] for name in self._places]

    def question(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """PostgreSQL's words and what their places take, in order."""
        words, names = self.numbered
        made = self.bind(values)
        return words, [made[name] for name in names]

    def row(self, found: tuple) -> Any:
        if not self._read:
            return self._found._make(found)
        values = list(found)
        for i, read in self._read:
            values[i] = read(values[i])
        return self._found._make(values)

    def _stored(self, name: str, value: Any) -> Any:
        make = self._makers.get(name)
        return make(value) if make else value


def _of_moment(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: prepared.moment(value) if type(value) is int else read(value)


@lru_cache(maxsize=512)
def _named(columns: tuple[str, ...]) -> type:
    return namedtuple("Found", columns, rename=True)


def _kept(statement: Any) -> Kept:
    return statement if type(statement) is Kept else _once(statement, db.engine.dialect)


@lru_cache(maxsize=512)
def _once(statement: Any, dialect: Any) -> Kept:
    return Kept(statement, dialect)
