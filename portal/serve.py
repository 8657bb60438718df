"""`python -m portal.serve` migrates, then runs web, jobs and, if wanted, the wake-up process together until Ctrl-C; `… web`, `… jobs` or
`… wake` runs one of them."""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from importlib import util

import flask_migrate
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import select

from portal import create_app, work
from portal.core import bodies, wake
from portal.core.bodies import BodiesFirst
from portal.core.db import db
from portal.settings import ROOT, SettingsError
from portal.translations import build

M_ARENA_MAX = -8  # malloc.h
PATIENCE = 25  # seconds that a stopping process gets


def main(parts: list[str]) -> int:
    gc.disable()  # nothing that is loaded is garbage, and looking for it takes a tenth of the start
    try:
        app = create_app()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    starters = {"web": lambda: Web(app).run(), "jobs": lambda: work.main(app)}
    if app.config["WAKE_PORT"] or "wake" in parts:
        starters["wake"] = lambda: wake_up(app)
    problem = _lacks(parts or list(starters), app)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    prepare(app)
    gc.enable()
    return Together({name: starters[name] for name in parts or starters}, app).run()


def _lacks(parts: list[str], app: Flask) -> str:
    if "wake" not in parts:
        return ""
    if not app.config["WAKE_PORT"]:
        return "The wake-up process needs WAKE_PORT, the same for every process."
    return "" if util.find_spec("gevent") else "The wake-up process needs gevent: pip install -r requirements-wake.txt"


def wake_up(app: Flask) -> None:
    """Become the process of portal/wake.py: apart from all that is loaded here, because it has to stay small."""
    own = {
        "WAKE_BIND": f"{app.config['HOST']}:{app.config['WAKE_PORT']}", "WAKE_CHANNEL": wake.CHANNEL,
        "WAKE_WEB": f"{app.config['HOST'].replace('0.0.0.0', '127.0.0.1')}:{app.config['PORT']}",
        "WAKE_DSN": app.config["DATABASE"].replace("+psycopg", "", 1),
    }
    os.execve(sys.executable, [sys.executable, "-P", str(ROOT / "portal" / "wake.py")], os.environ | own)


def prepare(app: Flask) -> None:
    """Compile the words, bring the database up to date; an empty demo gets its sample company. Leaves no connection open: processes are forked next."""
    build.build()
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        empty = app.config["DEMO"] and db.session.scalar(select(db.metadata.tables["person"].c.id).limit(1)) is None
        db.session.remove()
        db.engine.dispose()
    if empty:
        print("Loading the sample company, this takes a minute …", flush=True)
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load"], check=True, cwd=ROOT)


class Web(BaseApplication):
    """gunicorn with the application already loaded."""

    def __init__(self, app: Flask):
        self.application = app
        super().__init__()

    def load_config(self) -> None:
        for name, value in options(self.application).items():
            self.cfg.set(name, value)

    def load(self) -> BodiesFirst:
        config = self.application.config
        return BodiesFirst(self.application, config["WEB_THREADS"], config["MAX_BODY_BYTES"])


def options(app: Flask) -> dict:
    return {
        "bind": f"{app.config['HOST']}:{app.config['PORT']}",
        "worker_class": "gthread",
        "workers": app.config["WEB_WORKERS"],
        "threads": app.config["WEB_THREADS"] + bodies.WAITING,
        "preload_app": True,
        "when_ready": lambda _server: gc.freeze(),  # what is loaded stays shared between the workers
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,
        "graceful_timeout": 20,
        "timeout": 60,
        "keepalive": 5,
        "loglevel": "warning",
        "forwarded_allow_ips": "127.0.0.1",
    }


class Together:
    """Forks each part, tells the address when the web answers, revives jobs, and stops all parts together."""

    def __init__(self, starters: dict, app: Flask):
        self.starters, self.app, self.pids, self.stopping, self.failed = starters, app, {}, False, False

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for name in self.starters:
            self._start(name)
        if "web" in self.starters:
            threading.Thread(target=self._tell, daemon=True).start()
        self._watch()
        return 1 if self.failed else 0

    def _start(self, name: str) -> None:
        starter = os.getpid()
        pid = os.fork()
        if pid:
            self.pids[pid] = name
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _end_with(starter)
        _one_heap()
        code = 1
        try:
            self.starters[name]()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        finally:
            os._exit(code)

    def _watch(self) -> None:
        while self.pids:
            pid, _status = os.wait()
            name = self.pids.pop(pid, None)
            if name is None or self.stopping:
                continue
            if name in ("jobs", "wake") and "web" in self.starters:
                time.sleep(1)
                self._start(name)
            else:
                self.failed = True
                self._stop()

    def _stop(self, *_signal) -> None:
        if not self.stopping:
            self.stopping = True
            signal.signal(signal.SIGALRM, self._kill)
            signal.alarm(PATIENCE)
        self._send(signal.SIGTERM)

    def _kill(self, *_signal) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        for pid in list(self.pids):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def _tell(self) -> None:
        address = f"http://{self.app.config['HOST']}:{self.app.config['PORT']}"
        if not _answers(address.replace("//0.0.0.0", "//127.0.0.1") + "/healthz"):
            return
        print(f"\n  The portal is ready: {address}    (Ctrl-C stops it)\n", flush=True)
        line = _set_up_line(self.app)
        if line:
            print(f"  {line}\n", flush=True)


def _answers(url: str) -> bool:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.1)
    return False


def _set_up_line(app: Flask) -> str | None:
    try:
        setup = importlib.import_module("portal.accounts.setup")
    except ModuleNotFoundError:
        return None
    with app.app_context():
        return setup.console_line()


def _end_with(starter: int) -> None:
    """On Linux a part gets TERM when its starter is killed, also when that was before it could ask for it; elsewhere it stays."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    except (AttributeError, OSError):
        return
    if os.getppid() != starter:
        os._exit(1)


def _one_heap() -> None:
    """On glibc threads share one heap: they draw in turns, and many heaps would each keep what was once needed."""
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
    except (AttributeError, OSError):
        pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
