"""Prepared statements of PostgreSQL asked through libpq itself, for `core/direct`: the way through a cursor costs more than most answers do.

The driver prepares what is asked through its cursors under other names; both live beside each other on a connection. With a rollback it
may have the server forget them all, ours too: within a transaction nothing can be asked twice, so whoever rolls back says so (`doubt`).
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, Callable, Sequence

from psycopg import OperationalError, pq
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.types.numeric import Int8BinaryLoader

MOST = 300  # prepared statements a connection
BINARY = pq.Format.BINARY
_OPEN = re.compile(r"%%|%\((\w+)\)s")
_DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)

_ZERO = datetime(2000, 1, 1, tzinfo=UTC)  # of PostgreSQL's moments

Rows = list[tuple]


def numbered(words: str) -> tuple[str, list[str]]:
    """(the statement with $1, $2 … for its open places, their names in that order)."""
    names: list[str] = []

    def number(found: re.Match) -> str:
        if (name := found[1]) is None:
            return "%"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _OPEN.sub(number, words), names


def moment(microseconds: int) -> datetime:
    """What a moment of these rows stands for, in UTC."""
    return _ZERO + timedelta(microseconds=microseconds)


def asked(connection: Any, words: str, values: Sequence[Any]) -> Rows:
    """Rows with the driver's own types; moments are numbers (see `moment`): a list reads hundreds and looks at few. `connection`: the driver's, as the pool gives it. Raises the driver's errors."""
    return line_of(connection).ask(words, values)


def line_of(connection: Any) -> "Line":
    line = connection.info.get("line") or connection.info.setdefault("line", Line(connection.driver_connection))
    if connection.info.pop("doubt", False):
        line.look_again()
    return line


def doubt(info: dict[str, Any]) -> None:
    """What was prepared on this connection (`info`: of the pool's record) may be forgotten when it is asked the next time."""
    info["doubt"] = True


def settle(connection: Any) -> None:
    """Nothing is left unanswered on this connection."""
    if (line := connection.info.get("line")) is not None:
        line.settle()


class Line:
    """The way to the server that one connection is, with what was prepared on it and what was asked and not yet answered."""

    __slots__ = ("_server", "_adapt", "_names", "_prepared", "_coming")

    def __init__(self, connection: Any):
        adapters = AdaptersMap(connection.adapters)
        adapters.register_loader("timestamptz", Int8BinaryLoader)
        self._server, self._adapt = connection.pgconn, Transformer(SimpleNamespace(connection=connection, adapters=adapters))
        self._names: OrderedDict[str, bytes] = OrderedDict()
        self._prepared = 0
        self._coming: deque[list[Rows]] = deque()

    def look_again(self) -> None:
        """Which of the statements are still there."""
        self.settle()
        found = checked(self._server, self._server.exec_(b"SELECT name FROM pg_prepared_statements"))
        alive = {found.get_value(row, 0) for row in range(found.ntuples)}
        self._names = OrderedDict((words, name) for words, name in self._names.items() if name in alive)

    def ask(self, words: str, values: Sequence[Any]) -> Rows:
        self.settle()
        try:
            return self._asked(words, values)
        except InvalidSqlStatementName:  # after a rollback the driver has all prepared statements forgotten, ours too
            self._names.clear()
            return self._asked(words, values)

    def _asked(self, words: str, values: Sequence[Any]) -> Rows:
        return self._rows(self._server.exec_prepared(self._name(words), self._sent(values), None, BINARY))

    def send(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Callable[[], Rows]]:
        """Ask one behind the other without waiting; for each a function that waits for its rows. What was never made, because one before
        it failed, is asked again by itself."""
        self.settle()
        made = [(self._name(words), self._sent(values)) for words, values in questions]
        self._server.enter_pipeline_mode()
        for name, sent in made:
            self._server.send_query_prepared(name, sent, None, BINARY)
            self._server.send_flush_request()  # the answer is not to wait for the next
        self._server.pipeline_sync()
        self._server.flush()
        answers: list[list[Rows]] = [[] for _question in made]
        self._coming.extend(answers)
        return [partial(self._received, answer, *question) for answer, question in zip(answers, questions)]

    def settle(self) -> None:
        """Wait for all that was sent: nothing else can be asked before."""
        while self._coming:
            self._receive()

    def _received(self, answer: list[Rows], words: str, values: Sequence[Any]) -> Rows:
        while not answer and self._coming:
            self._receive()
        return answer[0] if answer else self.ask(words, values)

    def _receive(self) -> None:
        """The next answer in turn. When it is an error those behind it were never made."""
        answer = self._coming.popleft()
        try:
            answer.append(self._rows(self._server.get_result()))
        except InvalidSqlStatementName:
            self._names.clear()
            self._coming.clear()
        except Exception:
            self._coming.clear()
            raise
        finally:
            self._server.get_result()  # the end of this answer
            if not self._coming:
                self._end()

    def _end(self) -> None:
        while self._server.status == pq.ConnStatus.OK:
            found = self._server.get_result()
            if found is not None and found.status == pq.ExecStatus.PIPELINE_SYNC:
                return self._server.exit_pipeline_mode()

    def _sent(self, values: Sequence[Any]) -> Sequence[Any]:
        return self._adapt.dump_sequence(values, [PyFormat.TEXT] * len(values))

    def _rows(self, result: Any) -> Rows:
        self._adapt.set_pgresult(checked(self._server, result))
        return self._adapt.load_rows(0, result.ntuples, tuple)

    def _name(self, words: str) -> bytes:
        """Under which a statement is prepared here; the one unused longest makes room."""
        name = self._names.get(words)
        if name is not None:
            self._names.move_to_end(words)
            return name
        if len(self._names) >= MOST:
            checked(self._server, self._server.exec_(b"DEALLOCATE " + next(iter(self._names.values()))))
            self._names.popitem(last=False)
        name, self._prepared = b"kept_%d" % self._prepared, self._prepared + 1
        checked(self._server, self._server.prepare(name, words.encode()))
        self._names[words] = name
        return name


def checked(server: Any, result: Any) -> Any:
    """This result of a statement that was asked of `server` (libpq's connection). Raises the driver's errors when it failed."""
    if result is not None and result.status in _DONE:
        return result
    if result is None or server.status == pq.ConnStatus.BAD:
        raise OperationalError(server.get_error_message())
    raise error_from_result(result)
