"""A backup brought back into an empty instance. The copy comes up muted: it must not write to customers until somebody has looked at it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import flask_migrate
from flask import current_app
from sqlalchemy import func, inspect, select, table

from portal.core import backup, dumps, files, heartbeat, options
from portal.core.backup import KEY, Manifest
from portal.core.db import db, unit_of_work
from portal.core.errors import Refused

MUTED = "notifications.muted"
LAID = {"calendar"}  # rows that the revisions lay down: they are nobody's


def restore(folder: Path, check: bool = False) -> tuple[Manifest, list[str]]:
    """Bring everything back, then up to the present revision; returns what was in the backup and, with `check`, what differs from it.

    Raises Refused before anything is touched: no complete backup, damaged, of another kind of database, or this instance is in use.
    """
    manifest, dump = backup.read_manifest(folder), dumps.of_database()
    if manifest.database != dump.name:
        raise Refused(f"The backup is of {manifest.database}, this instance uses {dump.name}.")
    _refuse_damaged(folder, manifest)
    _refuse_in_use()
    dump.load(folder, manifest.revision, manifest.tables, manifest.sequences)
    _bring_files(folder, manifest)
    _bring_key(folder)
    problems = compare(manifest) if check else []
    flask_migrate.upgrade(directory=str(current_app.extensions["migrate"].directory))
    with unit_of_work():
        options.put(MUTED, True)
    return manifest, problems


def compare(manifest: Manifest) -> list[str]:
    """What differs between the backup and this instance, in sentences: rows, contents, files."""
    problems = dumps.of_database().compare(manifest.tables)
    for token, wanted in manifest.files.items():
        path = files.path_of(token)
        if not path.exists() or dumps.hash_of(path) != wanted:
            problems.append(f"file {token} is missing or damaged")
    return problems


def _refuse_damaged(folder: Path, manifest: Manifest) -> None:
    parts = {folder / part: wanted for part, wanted in manifest.parts.items()}
    parts |= {backup.place_of(token, folder): wanted for token, wanted in manifest.files.items()}
    for path, wanted in parts.items():
        if not path.exists() or dumps.hash_of(path) != wanted:
            raise Refused(f"The backup is damaged: {path.relative_to(folder)}.")


def _refuse_in_use() -> None:
    """Only an instance without rows and files is overwritten, and only while nothing runs on it."""
    if heartbeat.alive(current_app):
        raise Refused("The portal is running here. Stop it first.")
    with db.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith(dumps.NOT_OURS) and name not in LAID]
        rows = sum(connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names)
    folder = files.folder()
    if rows or (folder.exists() and any(p.is_file() for p in folder.rglob("*"))):
        raise Refused("This instance holds data already. Restore into an empty one: another INSTANCE_DIR or another database.")


def _bring_files(folder: Path, manifest: Manifest) -> None:
    for token in manifest.files:
        path = files.path_of(token)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(backup.place_of(token, folder), path)


def _bring_key(folder: Path) -> None:
    if not (folder / KEY).exists() or os.environ.get("SECRET_KEY"):
        return
    own = Path(current_app.config["INSTANCE"]) / KEY
    own.unlink(missing_ok=True)
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write((folder / KEY).read_bytes())
