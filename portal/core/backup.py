"""A copy of everything while the portal runs: one moment of the database, every file it names, and a list to check them by.

    DIR/manifest.json   what is here, with rows and hashes; written last, so a broken-off backup has none
    DIR/portal.db       SQLite: the database;   DIR/tables/<name>   PostgreSQL: one COPY text a table
    DIR/files/          uploads under their names;   DIR/secret_key   the embedded key
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Iterable

from flask import current_app
from sqlalchemy import select

from portal.core import clock, dumps, files
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.files import StoredFile

MANIFEST, KEY = "manifest.json", "secret_key"


@dataclass
class Manifest:
    """What a backup holds. `tables`: name → {"rows", "sha256"} of the contents; `parts`: path of a database file → hash;
    `files`: name → hash; `lost`: files that rows name, but that are not there or damaged."""

    made_at: str
    database: str
    revision: str = ""
    tables: dict[str, dict] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())


def read_manifest(folder: Path) -> Manifest:
    """Raises Refused when there is none."""
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        raise Refused("This folder holds no complete backup.") from None


def make(folder: Path) -> Manifest:
    """Copy everything into `folder`, which must be new or empty. Raises Refused."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused("The folder is not empty; a backup needs one of its own.")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    dump = dumps.of_database()
    manifest = Manifest(clock.now().isoformat(), dump.name)
    _copy_files(db.session.execute(_named()).all(), folder, manifest)  # a file may be discarded while the database is copied
    db.session.rollback()
    saved = dump.save(folder, _named())
    manifest.revision, manifest.tables, manifest.parts, manifest.sequences = saved.revision, saved.tables, saved.parts, saved.sequences
    manifest.lost.clear()
    _copy_files(saved.named, folder, manifest)
    _drop_others({token for token, _hash in saved.named}, folder, manifest)
    _copy_key(folder)
    _write(folder / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    return manifest


def _named():
    return select(StoredFile.token, StoredFile.sha256).order_by(StoredFile.id)


def _copy_files(named: Iterable[tuple[str, str]], folder: Path, manifest: Manifest) -> None:
    for token, wanted in named:
        if token in manifest.files:
            continue
        try:
            content = files.path_of(token).read_bytes()
        except FileNotFoundError:
            manifest.lost.append(token)
            continue
        _write(place_of(token, folder), content)
        manifest.files[token] = hashlib.sha256(content).hexdigest()
        if manifest.files[token] != wanted:
            manifest.lost.append(token)


def place_of(token: str, folder: Path) -> Path:
    """Where a backup keeps a file."""
    return folder / "files" / token[:2] / token


def _drop_others(named: set[str], folder: Path, manifest: Manifest) -> None:
    """What was forgotten between the two looks belongs to no row of this copy."""
    for token in set(manifest.files) - named:
        place_of(token, folder).unlink()
        del manifest.files[token]


def _copy_key(folder: Path) -> None:
    """Signed links on paper must go on working on the restored copy."""
    own = Path(current_app.config["INSTANCE"]) / KEY
    if own.exists():
        shutil.copyfile(own, folder / KEY)
        os.chmod(folder / KEY, 0o600)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
