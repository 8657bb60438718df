"""A backup holds everything of one moment; restored elsewhere it is the same, and says nothing to customers."""

import json
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from portal import create_app
from portal.core import backup, clock, files, options, restore
from portal.core.access import SYSTEM
from portal.core.activity import Activity
from portal.core.db import db, unit_of_work
from portal.core.errors import Refused
from portal.core.files import Received, StoredFile
from portal.notifications import jobs
from portal.notifications.models import Delivery, OutMessage
from portal.tickets import actions
from portal.tickets.models import Ticket
from tests import make
from tests.databases import new_database, overrides
from tests.house.source import ROOT

PHOTO = b"\xff\xd8\xff a photo"


class Instance:
    """An installation of its own, migrated as a real one is."""

    def __init__(self, backend: str, name: str, folder: Path, shared: Path, worker: str):
        place = folder / name
        place.mkdir()
        url = f"sqlite:///{place / 'portal.db'}" if backend == "sqlite" else new_database(shared, f"portal_{name}_{worker}")
        self.app = create_app({**overrides(place, shared, url), "JOBS_EVERY_SECONDS": 1})

    def __enter__(self):
        self.context = self.app.app_context()
        self.context.push()
        return self

    def __exit__(self, *_error):
        db.session.remove()
        db.engine.dispose()
        self.context.pop()


@pytest.fixture
def place(backend, tmp_path, shared, worker_id):
    return lambda name: Instance(backend, name, tmp_path, shared, worker_id)


@pytest.fixture
def kept(place, tmp_path):
    """A backup of an instance with two tickets, a photo and a message that has not been sent yet."""
    with place("origin"):
        upgrade(directory=str(ROOT / "migrations"))
        with unit_of_work():
            first, second = make.ticket(), make.ticket(words="厨房漏水")
            actions.accept(first, by=SYSTEM)
            actions.reply(first, "已经安排师傅", [Received("a.jpg", "image/jpeg", PHOTO, 1, 1)], by=SYSTEM)
            actions.cancel(second, "重复", by=SYSTEM)
        backup.make(tmp_path / "backup")
    return tmp_path / "backup"


def _rows() -> dict[str, int]:
    return {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in db.metadata.sorted_tables}


def test_a_restored_copy_equals_the_backup(kept, place):
    with place("copy"):
        manifest, problems = restore.restore(kept, check=True)
        assert problems == []
        kept_rows = {name: facts["rows"] for name, facts in manifest.tables.items() if facts["rows"] and name != "option"}
        assert kept_rows == {name: rows for name, rows in _rows().items() if rows and name != "option"}
        stored = db.session.scalars(select(StoredFile)).one()
        assert files.read(stored) == PHOTO


def test_a_restored_copy_is_muted_until_told_otherwise(kept, place):
    with place("copy"):
        restore.restore(kept)
        waiting = select(func.count()).where(OutMessage.state == Delivery.QUEUED)
        assert db.session.scalar(waiting) > 0
        assert jobs.send_due() == 0
        db.session.rollback()
        assert set(db.session.scalars(select(OutMessage.state))) == {Delivery.MUTED}


def test_a_restored_copy_goes_on_counting(kept, place):
    with place("copy"):
        restore.restore(kept)
        with unit_of_work():
            last = db.session.scalar(select(func.max(Activity.id)))
            numbers = set(db.session.scalars(select(Ticket.number)))
            ticket = make.ticket()
            assert ticket.changed_id > last
            assert ticket.number not in numbers


def test_it_restores_into_a_database_that_is_migrated_but_empty(kept, place):
    with place("copy"):
        upgrade(directory=str(ROOT / "migrations"))
        assert restore.restore(kept, check=True)[1] == []


def test_an_instance_with_data_is_never_overwritten(kept, place):
    with place("copy"):
        restore.restore(kept)
        before = _rows()
        with pytest.raises(Refused):
            restore.restore(kept)
        assert _rows() == before


def test_a_damaged_backup_is_refused_before_anything_is_touched(kept, place):
    part = next(p for p in (kept / "files").rglob("*") if p.is_file())
    part.write_bytes(PHOTO + b"!")
    with place("copy"):
        with pytest.raises(Refused):
            restore.restore(kept)
        assert not files.folder().exists()


def test_a_broken_off_backup_is_refused(kept, place):
    (kept / backup.MANIFEST).unlink()
    with place("copy"), pytest.raises(Refused):
        restore.restore(kept)


def test_the_check_finds_what_differs(kept, place):
    with place("copy"):
        manifest, _problems = restore.restore(kept)
        with unit_of_work():
            db.session.execute(text("UPDATE ticket SET title = 'other' WHERE id = 1"))
            options.put("company.name", "x")
        files.path_of(next(iter(manifest.files))).write_bytes(b"")
        found = " ".join(restore.compare(manifest))
        assert "ticket: the same number of rows, but not the same content" in found
        assert "option: " in found
        assert "is missing or damaged" in found


def test_a_file_that_is_gone_is_named(place, tmp_path):
    with place("origin"):
        upgrade(directory=str(ROOT / "migrations"))
        with unit_of_work():
            ticket = make.ticket()
            stored = files.store(Received("a.jpg", "image/jpeg", PHOTO, 1, 1), ticket, by=SYSTEM)
        files.path_of(stored.token).unlink()
        assert backup.make(tmp_path / "backup").lost == [stored.token]


def test_a_folder_with_something_in_it_is_not_used(kept, place):
    with place("copy"), pytest.raises(Refused):
        backup.make(kept)


def test_the_commands_say_what_they_did(kept, place, tmp_path):
    with place("copy") as copy:
        run = copy.app.test_cli_runner().invoke
        done = run(args=["restore", str(kept), "--check"])
        assert (done.exit_code, "rows, contents and files equal the backup" in done.output) == (0, True)
        assert run(args=["restore", str(kept)]).exit_code == 1
        done = run(args=["backup", str(tmp_path / "second")])
        assert (done.exit_code, "1 files" in done.output) == (0, True)


def test_the_manifest_is_readable_by_its_owner_only_and_says_when(kept):
    made = json.loads((kept / backup.MANIFEST).read_text())
    assert made["made_at"] <= clock.now().isoformat()
    assert (kept.stat().st_mode & 0o077) == 0
