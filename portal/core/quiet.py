"""Polls that find nothing new are asked of the database once: until something was committed, the same poll has the same answer.

SQLite counts what others wrote into its file; PostgreSQL's snapshot is another one after each transaction that wrote, whoever it was.
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

LASTS = timedelta(seconds=20)  # an answer, at most: who is where, and sessions, end without a commit
PAUSE, STALE = 0.25, 2.4  # seconds: PostgreSQL is looked at so often, and nothing stands on an older look; with a poll's 2.5 less than the queue's 5
AWAY = 30.0  # seconds between two attempts to connect
UNWANTED = 60.0  # seconds without a poll, and nobody looks
MOST = 500  # answers a process

Answers = dict[tuple, tuple[datetime, datetime, int | None]]  # poll: since when and until when it has its 304, whose it is


class Ear:
    """What was answered since the last commit. Threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: Answers = {}

    def answers(self) -> Answers | None:
        """Another dictionary after each commit; None while nobody can say."""
        raise NotImplementedError

    def forget(self) -> None:
        """Something was committed; what this very process commits it need not look for."""
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
    """Has a thread that looks at PostgreSQL's snapshot while polls come: one question for all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._watch: Thread | None = None
        self._tried = self._wanted = self._sure = -AWAY

    def answers(self) -> Answers | None:
        self._wanted = now = time.monotonic()
        if self._watch is None or not self._watch.is_alive():
            self._start(now)
        return self._answers if now - self._sure < STALE else None

    def _start(self, now: float) -> None:
        with self._lock:
            if now - self._tried < AWAY or self._watch is not None and self._watch.is_alive():
                return
            self._tried = now
            self._watch = Thread(target=self._look, args=(_apart(),), daemon=True)
            self._watch.start()

    def _look(self, connection: Any) -> None:
        known = None
        try:
            with closing(connection):
                while time.monotonic() - self._wanted < UNWANTED:
                    asked_at = time.monotonic()
                    found = connection.execute("SELECT pg_current_snapshot()::text").fetchone()
                    if found != known:
                        known = found
                        self.forget()
                    self._sure = asked_at
                    time.sleep(PAUSE)
        except Error:  # the server has gone; polls are asked each time until somebody looks again
            pass
        finally:
            self._sure = -AWAY
            self.forget()


def _apart() -> Any:
    """A connection of the driver's that is not the pool's."""
    pooled = db.engine.raw_connection()
    connection = pooled.driver_connection
    pooled.detach()  # the pool makes another in its place
    return connection


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
