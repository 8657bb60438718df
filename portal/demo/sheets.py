"""Rows written in bulk: COPY on PostgreSQL, one prepared statement on SQLite. Values are stored exactly as the models' types would."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Callable

from sqlalchemy import JSON, Column, Connection, Table, func, select, text

from portal.core.db import LabelType, Moment
from portal.core.search import Tokens


class Sheet:
    """Rows of one table; what is not given takes the model's default."""

    def __init__(self, table: Table, connection: Connection):
        self.table, self.rows = table, []
        sqlite = connection.dialect.name == "sqlite"
        self.places = {c.name: (n, _stored(c, sqlite)) for n, c in enumerate(table.columns)}
        self.blank = [_default(c, store) for c, (_n, store) in zip(table.columns, self.places.values(), strict=True)]

    def add(self, **values: Any) -> None:
        row = self.blank.copy()
        for name, value in values.items():
            place, store = self.places[name]
            row[place] = value if store is None or value is None else store(value)
        self.rows.append(row)

    def write(self, connection: Connection) -> None:
        """Send the rows collected so far."""
        names = ", ".join(f'"{name}"' for name in self.places)
        cursor = connection.connection.cursor()
        if connection.dialect.name == "sqlite":
            cursor.executemany(f'INSERT INTO "{self.table.name}" ({names}) VALUES ({", ".join("?" * len(self.places))})', self.rows)
        elif self.rows:
            with cursor.copy(f'COPY "{self.table.name}" ({names}) FROM STDIN') as copy:
                for row in self.rows:
                    copy.write_row(row)
        cursor.close()
        self.rows.clear()


def _stored(column: Column, sqlite: bool) -> Callable[[Any], Any] | None:
    """What turns a value into the stored one; None: it already is."""
    if isinstance(column.type, LabelType):
        return lambda label: getattr(label, "_value_", label)
    if isinstance(column.type, JSON):
        return lambda value: json.dumps(value) if value else "{}" if value == {} else "[]"
    if isinstance(column.type, Moment) and sqlite:
        return _text_of_moment
    if isinstance(column.type, Tokens) and sqlite:
        return " ".join
    return None


def _text_of_moment(moment: datetime) -> str:
    """A moment in UTC as SQLite keeps it."""
    return moment.isoformat(" ", "microseconds")[:26]


def _default(column: Column, store: Callable[[Any], Any] | None) -> Any:
    if column.default is None:
        return None
    value = column.default.arg if column.default.is_scalar else column.default.arg(None)
    return value if store is None else store(value)


def continue_sequences(connection: Connection, tables: list[Table]) -> None:
    """PostgreSQL: the next row made by the portal gets the number after the last one loaded."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        last = connection.execute(select(func.max(table.c.id))).scalar()
        if last:
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": f'"{table.name}"', "last": last})
