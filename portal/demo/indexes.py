"""Indexes made after the rows are there: many times quicker than keeping them in order row by row."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, Sequence

from sqlalchemy import Connection, bindparam, text

from portal.core.db import is_sqlite, own_transaction
from portal.core.search import FILL_FTS

SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN :tables"
POSTGRESQL = """SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
 format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
 FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN :tables
 UNION ALL SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
 FROM pg_index WHERE indrelid::regclass::text IN :tables AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)"""


@contextmanager
def put_off(tables: Sequence[str]) -> Iterator[None]:
    """Within, these tables have no indexes but their keys. Who is ended within leaves a database without them: for a new one only."""
    with own_transaction() as connection:
        down, up = (_of_sqlite if is_sqlite() else _of_postgresql)(connection, list(tables))
        _all(connection, down)
    yield
    with own_transaction() as connection:
        _all(connection, up)


def _all(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _of_sqlite(connection: Connection, tables: list[str]) -> tuple[list[str], list[str]]:
    found = _found(connection, SQLITE, tables)
    return [f'DROP {kind} "{name}"' for kind, name, _sql in found], [*(sql for _kind, _name, sql in found), *FILL_FTS]


def _of_postgresql(connection: Connection, tables: list[str]) -> tuple[list[str], list[str]]:
    found = _found(connection, POSTGRESQL, tables)
    return [drop for drop, _add in found], ["SET LOCAL maintenance_work_mem = '512MB'", *(add for _drop, add in found)]


def _found(connection: Connection, sql: str, tables: list[str]) -> list[tuple]:
    return [tuple(row) for row in connection.execute(text(sql).bindparams(bindparam("tables", expanding=True)), {"tables": tables})]
