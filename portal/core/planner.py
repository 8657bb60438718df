"""What the databases' planners need to be told where they would take a wrong way through large tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from portal.core.db import db, is_sqlite, own_transaction


class aside(ColumnElement):  # noqa: N801 - reads like a function: aside(column) == value
    """A column that only filters what another condition has found: SQLite must not take its index as the way in."""

    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]  # else each statement with it would be compiled anew
    inherit_cache = True

    def __init__(self, column: Any):
        self.column, self.type = column, column.type


@compiles(aside)
def _plain_column(element: aside, compiler: Any, **more: Any) -> str:
    return compiler.process(element.column, **more)


@compiles(aside, "sqlite")
def _no_way_in(element: aside, compiler: Any, **more: Any) -> str:
    return "+" + compiler.process(element.column, **more)


def few(number: int) -> Any:
    """A number of rows for .limit(), written out: a planner that does not know how few rows come prepares for all of them."""
    return literal_column(str(int(number)))


def know_the_sizes() -> None:
    """Tell the planner how many rows there are and how they are spread. SQLite looks at some rows of each index, in a fraction of a
    second at any size. PostgreSQL also notes which pages everybody sees: only then are counts and lists read from an index alone, and
    its own cleaner waits until a fifth of a table has changed. It hinders nobody meanwhile, so writers do not wait for their turn."""
    if is_sqlite():
        with own_transaction() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            connection.exec_driver_sql("ANALYZE")
        return
    connection = db.engine.raw_connection()  # which begins no transaction: a cleaner works in none
    try:
        connection.cursor().execute("VACUUM (ANALYZE)")
    finally:
        connection.close()
