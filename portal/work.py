"""The jobs process: runs what schedule.py names, and what a request wants soon. Jobs find their work in tables: a run more is harmless."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from importlib import import_module
from pathlib import Path

import structlog
from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey

from portal.core import heartbeat
from portal.schedule import SCHEDULE

log = structlog.get_logger()
WORKERS = 2


def soon(app: Flask, name: str) -> None:
    """Have the job `name` of the schedule run at once, in the jobs process. Call after commit; losing the call only costs time."""
    try:
        _queue(app)[1](name)
    except Exception as error:
        log.warning("job not queued", job=name, error=type(error).__name__)


def run_job(app: Flask, name: str) -> None:
    """Run one job now. Errors are logged: the next round tries again."""
    module, function = {row[0]: row[2] for row in SCHEDULE}[name].split(":")
    try:
        with app.app_context():
            getattr(import_module(module), function)()
    except Exception:
        log.exception("job failed", job=name)


def _queue(app: Flask) -> tuple[Huey, object]:
    if "queue" not in app.extensions:
        queue = _storage(app)
        task = queue.task(name="run")(lambda name: run_job(app, name))
        app.extensions["queue"] = (queue, task)
    return app.extensions["queue"]


def _storage(app: Flask) -> Huey:
    url = app.config["DATABASE"]
    if url.startswith("sqlite"):
        return SqliteHuey("portal", results=False, filename=str(Path(app.config["INSTANCE"]) / "jobs.db"))
    return PostgresHuey("portal", results=False, dsn=url.replace("+psycopg", ""), blocking=False)


class Rounds:
    """Which jobs are due: each again `seconds` after its last run has ended."""

    def __init__(self, app: Flask):
        self.app, self.due, self.running = app, {row[0]: 0.0 for row in SCHEDULE}, set()
        self.lock = threading.Lock()

    def start_due(self) -> None:
        for name, seconds, _path in SCHEDULE:
            with self.lock:
                if name in self.running or time.monotonic() < self.due[name]:
                    continue
                self.running.add(name)
            threading.Thread(target=self._run, args=(name, seconds), daemon=True).start()

    def _run(self, name: str, seconds: int) -> None:
        run_job(self.app, name)
        with self.lock:
            self.due[name] = time.monotonic() + seconds
            self.running.discard(name)


def main(app: Flask | None = None) -> None:
    if app is None:
        from wsgi import app
    logging.getLogger("huey").setLevel(logging.WARNING)
    consumer = _queue(app)[0].create_consumer(workers=WORKERS, periodic=False, max_delay=1.0)
    consumer.start()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    rounds, parent = Rounds(app), os.getppid()
    while not stopping.wait(1) and os.getppid() == parent:
        heartbeat.beat(app)
        rounds.start_due()
    consumer.stop(graceful=True)


if __name__ == "__main__":
    main()
