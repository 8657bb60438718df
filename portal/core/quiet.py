"""Polls that find nothing new are asked of the database once: it says when something was committed, and until then the same poll has the
same answer.

PostgreSQL tells each process that listens (see `turns.COMMITS`); SQLite counts what others wrote into its file.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Callable

from flask import Flask, Response, current_app, g, has_app_context, request
from psycopg import OperationalError
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal.core import access, clock
from portal.core.db import db, is_sqlite
from portal.core.prepared import checked
from portal.core.turns import COMMITS

LASTS = timedelta(seconds=20)  # an answer, at most: who is where, and sessions, end without a commit
SURE = 2  # seconds after which PostgreSQL is asked itself, once for all polls: a word may get lost; with a poll's 2.5 less than the queue's 5
DEAF = timedelta(seconds=30)  # between two attempts to listen
MOST = 500  # answers a process

Answers = dict[tuple, tuple[datetime, datetime, int | None]]  # poll: since when and until when it has its 304, whose it is


class Ear:
    """The connection on which this process hears of commits, and what was answered since the last one. Threads share it."""

    def __init__(self) -> None:
        self._lock, self._told, self._tried = Lock(), None, None
        self._answers: Answers = {}

    def answers(self) -> Answers | None:
        """What was answered since the last commit: another dictionary after each. None while nothing can be heard."""
        with self._lock:
            try:
                if self._told is None and not self._listens():
                    return None
                if self._told():
                    self._answers = {}
            except db.engine.dialect.loaded_dbapi.Error:
                self._told = None
                return None
            return self._answers

    def forget(self) -> None:
        """This very process commits: it need not wait for the word."""
        self._answers = {}

    def _listens(self) -> bool:
        now = clock.now()
        if self._tried is not None and timedelta() <= now - self._tried < DEAF:
            return False
        self._tried = now
        pooled = db.engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()  # the pool makes another in its place
        self._told = _counting(connection) if is_sqlite() else _listening(connection)
        self._answers = {}
        return True


def _listening(connection: Any) -> Callable[[], bool]:
    """Asks PostgreSQL's connection whether it was told of a commit since the last call. Raises the driver's errors, also when the server has gone.

    Behind a pooler a connection is another one each time, and what it is told another reads: OperationalError, nobody listens there.
    """
    server, newest, asked_at = connection.pgconn, None, 0.0
    if int(checked(server, server.exec_(b"SELECT pg_backend_pid()")).get_value(0, 0)) != server.backend_pid:
        connection.close()
        raise OperationalError("not our own connection: a pooler stands before PostgreSQL")
    connection.execute(f"LISTEN {COMMITS}")

    def told() -> bool:
        nonlocal newest, asked_at
        known = newest
        if time.monotonic() - asked_at < SURE:
            server.consume_input()
        else:
            newest, asked_at = checked(server, server.exec_(b"SELECT max(id) FROM activity")).get_value(0, 0), time.monotonic()
        heard = newest != known
        while server.notifies() is not None:
            heard = True
        return heard

    return told


def _counting(connection: Any) -> Callable[[], bool]:
    """Asks SQLite whether anybody else wrote into the file since the last call; nothing is ever written on this connection."""
    known = None

    def told() -> bool:
        nonlocal known
        before, known = known, connection.execute("PRAGMA data_version").fetchone()
        return known != before

    return told


def init_app(app: Flask) -> None:
    app.extensions["quiet"] = Ear()
    app.before_request(_unchanged_until_told)
    app.after_request(_remember)


def _unchanged_until_told() -> Response | None:
    """304 when the same poll got it before and nothing was committed since. Whoever asks shows the same cookies: a session that was ended, a
    right that was taken is a commit."""
    shown = request.headers.get("HX-PTag")
    answers = _ear().answers() if shown and request.method == "GET" else None
    if answers is None:
        return None
    now, known = clock.now(), answers.get(key := _key(shown))
    if known is not None and known[0] <= now < known[1]:
        g.known_id = known[2]
        return Response(status=304)
    g.poll = answers, key, now
    return None


def _remember(response: Response) -> Response:
    """A commit that came while this poll was answered has left its dictionary behind."""
    if response.status_code == 304 and "poll" in g and "tag_ends" in g:
        answers, key, began = g.poll
        if len(answers) >= MOST:
            answers.clear()
        answers[key] = began, min(began + LASTS, g.tag_ends), access.known_id()
    return response


def _key(shown: str) -> tuple:
    """All that the answer depends on, beside the database and the time."""
    environ = request.environ
    return environ.get("HTTP_COOKIE"), environ["PATH_INFO"], environ["QUERY_STRING"], shown


def _ear() -> Ear:
    return current_app.extensions["quiet"]


@event.listens_for(Engine, "commit")
def _forget(_connection) -> None:
    if has_app_context():
        _ear().forget()
