"""The sign of life of the jobs process: a file whose age /readyz asks for; with PostgreSQL also a row, for the other machines."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from portal.core import clock
from portal.core.db import db, is_sqlite
from portal.core.kept import option_rows

FRESH = 30  # seconds
APART = 10  # seconds between two writes of the row
ROW = "jobs.alive"


def beat(app: Flask) -> None:
    _file(app).touch()
    if time.monotonic() - app.extensions.get(ROW, -APART) >= APART:
        app.extensions[ROW] = time.monotonic()
        with app.app_context(), suppress(SQLAlchemyError):  # a database that is away for a while ends no jobs
            _write()


def alive(app: Flask) -> bool:
    """Did a jobs process beat within the last half minute, on this machine or on another one of the same database?"""
    try:
        near = abs(time.time() - _file(app).stat().st_mtime) < FRESH
    except FileNotFoundError:
        near = False
    return near or _beats_elsewhere()


def _file(app: Flask) -> Path:
    return Path(app.config["INSTANCE"]) / "jobs.alive"


def _write() -> None:
    if is_sqlite():
        return
    row = {"value": True, "changed_at": clock.now()}
    with db.engine.begin() as connection:
        connection.execute(insert(option_rows).values(name=ROW, **row).on_conflict_do_update(index_elements=["name"], set_=row))


def _beats_elsewhere() -> bool:
    if is_sqlite():
        return False
    fresh = select(option_rows.c.name).where(option_rows.c.name == ROW, option_rows.c.changed_at > clock.now() - timedelta(seconds=FRESH))
    try:
        with db.engine.connect() as connection:
            return connection.scalar(fresh) is not None
    except SQLAlchemyError:  # not reachable, or not yet migrated
        return False
