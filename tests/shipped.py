"""The catalogue as shipped, made once a process and then copied into the empty tables of each test."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, func, insert, select, text

from portal.catalogue import models, seeds
from portal.core import kept
from portal.core.db import db, is_sqlite

FILLED = (models.Kind, models.Stage, models.Cause, models.PriorityRule, models.Service, models.Category)
TABLES: tuple[Table, ...] = tuple(t for t in db.metadata.sorted_tables if t in {m.__table__ for m in (*FILLED, models.StandardItem)})
_rows: dict[Table, list[dict[str, Any]]] = {}


def load() -> None:
    """What `seeds.load()` does, at a tenth of its price."""
    db.session.flush()
    full = db.session.execute(text("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {m.__table__.name})" for m in FILLED))).one()
    if not any(full) and _rows:
        _copy()
    elif not all(full):
        seeds.load()
    if not any(full) and not _rows:
        _rows.update({t: [dict(row._mapping) for row in db.session.execute(select(t).order_by(*t.primary_key))] for t in TABLES})


def _copy() -> None:
    for table, rows in _rows.items():
        db.session.execute(insert(table), rows)
    if not is_sqlite():
        last = {t.name: max(row["id"] for row in rows) for t, rows in _rows.items() if t.autoincrement_column is not None}
        db.session.execute(select(*(func.setval(func.pg_get_serial_sequence(name, "id"), number) for name, number in last.items())))
    kept.renew()
