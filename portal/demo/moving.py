"""Moves the sample company's clock: everything that has happened lies some days further back, so that new days can be told up to now."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table, func, literal_column, update

from portal.core.db import Moment, db, is_sqlite

KEEP = {"calendar_day", "huey"}  # holidays stand where they stand
A_DAY = 96  # quarters of an hour
FAR = 4_000_000


def back(days: int) -> None:
    """All moments and days of all tables, in the present transaction."""
    for table in db.metadata.sorted_tables:
        values = {c.name: _earlier(c, days) for c in table.columns if isinstance(c.type, (Moment, Date))}
        if values and table.name not in KEEP:
            db.session.execute(update(table).values(values))
    _quarters(db.metadata.tables["booked_quarter"], days)
    db.session.expire_all()


def _earlier(column: Column, days: int):
    if not is_sqlite():
        return column - literal_column(f"interval '{days} days'" if isinstance(column.type, Moment) else str(days))
    day = func.date(func.substr(column, 1, 10), f"-{days} days")
    return day.concat(func.substr(column, 11)) if isinstance(column.type, Moment) else day


def _quarters(table: Table, days: int) -> None:
    """In two steps: the quarters are unique, and one must not land on another that is still to move."""
    for step in (FAR, -FAR - days * A_DAY):
        db.session.execute(update(table).values(quarter=table.c.quarter + step))
