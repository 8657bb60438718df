"""The wake-up process: holds one stream for each open page and says no more than "ask now".

It stands alone, so that a thousand streams need little memory: `python -P portal/wake.py`, started by `portal.serve`. It knows no rule
and reads no table: whether somebody may listen says the web process, and PostgreSQL says when.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import http.client
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import gevent
import psycopg
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from gunicorn.app.base import BaseApplication

BREATH = 25  # seconds between signs of life on a quiet stream
LIVES = 900  # seconds after which a stream is asked for anew, and so is the right to it
CALM = 0.15  # seconds: what changes within them is one signal
ASKERS = 4  # questions to the web process at once
QUIET = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'")]


class Stream:
    """One open page."""

    def __init__(self) -> None:
        self.signal, self.over, self.ends_at = Event(), False, time.monotonic() + LIVES

    def words(self) -> Iterator[bytes]:
        yield b"retry: 4000\n\n"
        while not self.over and time.monotonic() < self.ends_at:
            signalled = self.signal.wait(BREATH)
            self.signal.clear()
            if not self.over:
                yield b"data: 1\n\n" if signalled else b":\n\n"


class Streams:
    """All open pages, by the person who looks at them. `listening`: does PostgreSQL tell us?"""

    def __init__(self) -> None:
        self.of: dict[str, set[Stream]] = defaultdict(set)
        self.listening, self._waking = False, False

    def hold(self, person: str) -> Iterator[bytes]:
        stream = Stream()
        self.of[person].add(stream)
        try:
            yield from stream.words()
        finally:
            self.of[person].discard(stream)
            if not self.of[person]:
                del self.of[person]

    def heard(self, words: str) -> None:
        kind, _space, person = words.partition(" ")
        if kind == "person":
            self.end(person)
        elif not self._waking:
            self._waking = True
            gevent.spawn_later(CALM, self._wake)

    def end(self, *people: str) -> None:
        """Those of these people; all without a name."""
        for person in people or list(self.of):
            for stream in self.of.get(person, ()):
                stream.over = True
                stream.signal.set()

    def _wake(self) -> None:
        self._waking = False
        for streams in self.of.values():
            for stream in streams:
                stream.signal.set()


streams, asking = Streams(), BoundedSemaphore(ASKERS)


def app(environ: dict[str, Any], start_response: Any) -> Any:
    status, person = _may_listen(environ) if environ["REQUEST_METHOD"] == "GET" else (405, "")
    origin = environ.get("HTTP_ORIGIN")
    if status != 204:
        start_response(f"{status} {http.client.responses.get(status, '')}", [*QUIET, ("Content-Length", "0")])
        return [b""]
    ours = [("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin")] if origin else []
    start_response("200 OK", [*QUIET, *ours, ("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")])
    return streams.hold(person)


def _may_listen(environ: dict[str, Any]) -> tuple[int, str]:
    """(status, person): what the web process says of this cookie and origin. While nothing can be heard nobody is let in."""
    if not streams.listening:
        return 503, ""
    sent = {"Cookie": environ.get("HTTP_COOKIE", ""), "Origin": environ.get("HTTP_ORIGIN", ""), "HX-Request": "true"}
    with asking:
        web = http.client.HTTPConnection(os.environ["WAKE_WEB"], timeout=10)
        try:
            web.request("GET", "/wake", headers={name: value for name, value in sent.items() if value})
            answer = web.getresponse()
            answer.read()
            return answer.status, answer.headers.get("X-Person", "")
        except (OSError, http.client.HTTPException):
            return 503, ""
        finally:
            web.close()


def listen() -> None:
    """Hear PostgreSQL for as long as the process lives; whenever it falls silent the streams end and the browsers poll."""
    while True:
        try:
            with psycopg.connect(os.environ["WAKE_DSN"], autocommit=True, keepalives_idle=20) as connection:
                connection.execute(f"LISTEN {os.environ['WAKE_CHANNEL']}")
                streams.listening = True
                for notice in connection.notifies():
                    streams.heard(notice.payload)
        except psycopg.Error as error:
            print(f"wake: {type(error).__name__}", file=sys.stderr, flush=True)
        streams.listening = False
        streams.end()
        gevent.sleep(2)


class Wake(BaseApplication):
    def load_config(self) -> None:
        for name, value in {
            "bind": os.environ["WAKE_BIND"], "worker_class": "gevent", "workers": 1, "worker_connections": 10_000, "loglevel": "warning",
            "backlog": 2048, "keepalive": 5, "graceful_timeout": 3, "control_socket_disable": True, "preload_app": True,
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None, "post_worker_init": lambda _worker: gevent.spawn(listen),
            "worker_exit": lambda _server, _worker: streams.end(),
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return app


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    Wake().run()
