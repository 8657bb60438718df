"""The database as files, whole and at one moment: SQLite by its online backup, PostgreSQL by COPY inside one snapshot; and back."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_migrate
from flask import current_app
from sqlalchemy import Connection, MetaData, Select, inspect, text

from portal.core.db import db, is_sqlite

NOT_OURS = ("huey_", "alembic_version", "search_fts", "sqlite_")  # the queue's own, the revision, the index that follows from its table
Facts = dict[str, dict]


@dataclass
class Saved:
    """One moment of the database: contents by table, hashes of its files, last numbers of sequences, rows of the query handed in."""

    revision: str
    tables: Facts
    parts: dict[str, str]
    sequences: dict[str, int]
    named: list


def of_database() -> SqliteDump | PostgresDump:
    return SqliteDump() if is_sqlite() else PostgresDump()


class SqliteDump:
    name = "sqlite"

    @property
    def _path(self) -> Path:
        return Path(db.engine.url.database)

    def save(self, folder: Path, named: Select) -> Saved:
        """Write DIR/portal.db."""
        copy = folder / "portal.db"
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            revision = target.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            rows = target.execute(str(named.compile(dialect=db.engine.dialect))).fetchall()
            facts = self._facts(target)
        return Saved(revision, facts, {"portal.db": hash_of(copy)}, {}, rows)

    def _facts(self, connection: sqlite3.Connection) -> Facts:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: _hashed_rows(connection, name) for name in names if not name.startswith(NOT_OURS)}

    def load(self, folder: Path, revision: str, tables: Facts, sequences: dict[str, int]) -> None:
        """Put the database in the place of the present, empty one."""
        db.engine.dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{self._path}{ending}").unlink(missing_ok=True)
        draft = self._path.with_name("portal.db.restoring")
        shutil.copyfile(folder / "portal.db", draft)
        os.replace(draft, self._path)

    def compare(self, tables: Facts) -> list[str]:
        """Sentences about what differs from `tables`."""
        with closing(sqlite3.connect(self._path)) as connection:
            found = self._facts(connection)
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        return differences(tables, found) + ([] if sound == "ok" else [f"integrity check: {sound}"])


def _hashed_rows(connection: sqlite3.Connection, name: str) -> dict:
    digest, rows = hashlib.sha256(), 0
    key = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (name,)).fetchall()
    order = ", ".join(f'"{column}"' for (column,) in key) or "rowid"
    for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY {order}'):
        digest.update(repr(row).encode())
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


class PostgresDump:
    name = "postgresql"

    def save(self, folder: Path, named: Select) -> Saved:
        """Write DIR/tables/<name>."""
        (folder / "tables").mkdir()
        with _snapshot() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            rows = [tuple(row) for row in connection.execute(named)]
            facts = {}
            for name in _tables(connection):
                with open(folder / "tables" / name, "wb") as file:
                    facts[name] = _copied(connection, name, file.write)
            sequences = connection.execute(text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"))
            last = {name: number for name, number in sequences if not name.startswith(NOT_OURS)}
            return Saved(revision, facts, {f"tables/{name}": part["sha256"] for name, part in facts.items()}, last, rows)

    def load(self, folder: Path, revision: str, tables: Facts, sequences: dict[str, int]) -> None:
        """Build the schema of the backup's revision in the present, empty database and fill it."""
        _drop_all()
        flask_migrate.upgrade(directory=str(current_app.extensions["migrate"].directory), revision=revision)
        with db.engine.begin() as connection:
            schema = MetaData()
            schema.reflect(connection)
            for table in reversed(schema.sorted_tables):  # what the revisions themselves laid down
                if table.name != "alembic_version":
                    connection.execute(table.delete())
            for table in schema.sorted_tables:
                if table.name in tables:
                    _filled(connection, table.name, folder / "tables" / table.name)
            for name, last in sequences.items():
                connection.execute(text("SELECT setval(quote_ident(:name)::regclass, :last)"), {"name": name, "last": last})

    def compare(self, tables: Facts) -> list[str]:
        with _snapshot() as connection:
            return differences(tables, {name: _copied(connection, name, len) for name in _tables(connection)})


def _snapshot() -> Connection:
    """A connection that sees one moment and reads the same text on every server."""
    connection = db.engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    for setting in ("timezone = 'UTC'", "datestyle = 'ISO'", "intervalstyle = 'postgres'", "extra_float_digits = 1"):
        connection.execute(text(f"SET LOCAL {setting}"))
    return connection


def _tables(connection: Connection) -> list[str]:
    return sorted(name for name in inspect(connection).get_table_names() if not name.startswith(NOT_OURS))


def _columns(connection: Connection, name: str) -> str:
    return ", ".join(f'"{column["name"]}"' for column in inspect(connection).get_columns(name))


def _copied(connection: Connection, name: str, write: Callable[[Any], Any]) -> dict:
    """Send the table's rows in the order of its key to `write`; returns rows and hash."""
    key = ", ".join(f'"{c}"' for c in inspect(connection).get_pk_constraint(name)["constrained_columns"]) or "1"
    digest = hashlib.sha256()
    with connection.connection.cursor() as cursor:
        with cursor.copy(f'COPY (SELECT {_columns(connection, name)} FROM "{name}" ORDER BY {key}) TO STDOUT') as copy:
            for block in copy:
                digest.update(block)
                write(block)
        return {"rows": cursor.rowcount, "sha256": digest.hexdigest()}


def _filled(connection: Connection, name: str, path: Path) -> None:
    with connection.connection.cursor() as cursor, open(path, "rb") as file:
        with cursor.copy(f'COPY "{name}" ({_columns(connection, name)}) FROM STDIN') as copy:
            while block := file.read(1 << 20):
                copy.write(block)


def _drop_all() -> None:
    """An empty database may have been migrated by a start already; its schema is built anew."""
    schema = MetaData()
    with db.engine.begin() as connection:
        schema.reflect(connection)
        schema.drop_all(connection)


def hash_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(wanted: Facts, found: Facts) -> list[str]:
    made = []
    for name in sorted(wanted.keys() | found.keys()):
        was, now = wanted.get(name), found.get(name)
        if was is None or now is None:
            made.append(f"{name}: only in the {'backup' if now is None else 'restored copy'}")
        elif was["rows"] != now["rows"]:
            made.append(f"{name}: {was['rows']} rows in the backup, {now['rows']} restored")
        elif was["sha256"] != now["sha256"]:
            made.append(f"{name}: the same number of rows, but not the same content")
    return made
