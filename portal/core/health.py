"""Two addresses for machines that watch over the portal: is the process alive, is the portal ready. They tell nothing else."""

from __future__ import annotations

import logging

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from portal.core import access, heartbeat
from portal.core.db import db


def init_app(app: Flask) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it announces itself at each look
    app.add_url_rule("/healthz", "healthz", access.public(healthz))
    app.add_url_rule("/readyz", "readyz", access.public(readyz))


def healthz():
    """The process answers."""
    return _plain("alive", 200)


def readyz():
    """Database reachable, migrated, jobs alive; else 503 with the names of what is not."""
    missing = [name for name, holds in {"database": _migrated, "jobs": _jobs}.items() if not holds()]
    return _plain("not ready: " + ", ".join(missing), 503) if missing else _plain("ready", 200)


def _plain(words: str, status: int):
    return words, status, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


def _migrated() -> bool:
    try:
        with db.engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads()) == _newest()
    except SQLAlchemyError:
        return False


def _newest() -> set[str]:
    if "newest_revision" not in current_app.extensions:
        folder = current_app.extensions["migrate"].directory
        current_app.extensions["newest_revision"] = set(ScriptDirectory(str(folder)).get_heads())
    return current_app.extensions["newest_revision"]


def _jobs() -> bool:
    return heartbeat.alive(current_app)
