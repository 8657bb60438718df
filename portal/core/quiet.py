"""Polls that find nothing new are asked of the database once: it says when something was committed, and until then the same poll has the
same answer.

PostgreSQL tells each process that listens (see `turns.COMMITS`); SQLite counts what others wrote into its file.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Any

from flask import Flask, Response, current_app, g, has_app_context, request
from psycopg import Error
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal.core import access, clock
from portal.core.db import db
from portal.core.prepared import checked
from portal.core.turns import COMMITS

LASTS = timedelta(seconds=20)  # an answer, at most: who is where, and sessions, end without a commit
SURE, STALE = 2.0, 2.4  # seconds: PostgreSQL is asked itself so often, and nothing stands without: a word may get lost; with a poll's 2.5 less than the queue's 5
DEAF = 30.0  # seconds between two attempts to listen
UNWANTED = 60.0  # seconds without a poll, and nobody listens: what is told and not read would hold PostgreSQL up
MOST = 500  # answers a process

Answers = dict[tuple, tuple[datetime, datetime, int | None]]  # poll: since when and until when it has its 304, whose it is


class Ear:
    """What was answered since the last commit. Threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: Answers = {}

    def answers(self) -> Answers | None:
        """Another dictionary after each commit; None while nothing can be heard."""
        raise NotImplementedError

    def forget(self) -> None:
        """Something was committed; what this very process commits it need not be told."""
        self._answers = {}


class FileEar(Ear):
    """Asks SQLite, each time, whether anybody else wrote into the file; on this connection nothing is ever written."""

    def __init__(self) -> None:
        super().__init__()
        self._connection = self._version = None

    def answers(self) -> Answers | None:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _apart()
                known, self._version = self._version, self._connection.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:  # another connection counts anew
                self._connection = self._version = None
                return None
            if known != self._version:
                self.forget()
            return self._answers


class ServerEar(Ear):
    """Has a thread that reads what PostgreSQL tells, while polls come."""

    def __init__(self) -> None:
        super().__init__()
        self._listener: Thread | None = None
        self._tried = self._wanted = self._sure = -DEAF

    def answers(self) -> Answers | None:
        self._wanted = now = time.monotonic()
        if self._listener is None or not self._listener.is_alive():
            self._start(now)
        return self._answers if now - self._sure < STALE else None

    def _start(self, now: float) -> None:
        with self._lock:
            if now - self._tried < DEAF or self._listener is not None and self._listener.is_alive():
                return
            self._tried = now
            self._listener = Thread(target=self._listen, args=(_apart(),), daemon=True)
            self._listener.start()

    def _listen(self, connection: Any) -> None:
        newest = None
        try:
            with closing(connection):
                if not _is_own(connection.pgconn):
                    return
                connection.execute(f"LISTEN {COMMITS}")
                while time.monotonic() - self._wanted < UNWANTED:
                    asked_at, known = time.monotonic(), newest
                    newest = connection.execute("SELECT max(id) FROM activity").fetchone()
                    if newest != known:
                        self.forget()
                    self._sure = asked_at
                    for _word in connection.notifies(timeout=SURE):
                        self.forget()
        except Error:  # the server has gone; polls are asked each time until somebody listens again
            pass
        finally:
            self._sure = -DEAF
            self.forget()


def _apart() -> Any:
    """A connection of the driver's that is not the pool's."""
    pooled = db.engine.raw_connection()
    connection = pooled.driver_connection
    pooled.detach()  # the pool makes another in its place
    return connection


def _is_own(server: Any) -> bool:
    """Behind a pooler a connection (libpq's) is another one each time, and what it is told another reads: nobody may listen there."""
    return int(checked(server, server.exec_(b"SELECT pg_backend_pid()")).get_value(0, 0)) == server.backend_pid


def init_app(app: Flask) -> None:
    app.extensions["quiet"] = FileEar() if app.config["DATABASE"].startswith("sqlite") else ServerEar()
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
