"""The revisions lead from nothing to exactly the models, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import CheckConstraint, event, inspect

from portal import create_app
from portal.core.db import db
from tests.databases import BACKENDS, new_database, overrides
from tests.house.source import ROOT

IGNORED = ("huey_", "search_fts", "ix_search_entry_tokens")


@pytest.mark.parametrize("name", BACKENDS)
def test_revisions_from_empty_equal_the_models(name, tmp_path, shared, worker_id):
    url = f"sqlite:///{tmp_path / 'portal.db'}" if name == "sqlite" else new_database(shared, f"portal_migrations_{worker_id}")
    app = create_app(overrides(tmp_path, shared, url))
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        with db.engine.connect() as connection:
            options = {"compare_type": True, "include_name": lambda n, kind, _: not (kind in ("table", "index") and n and n.startswith(IGNORED))}
            differences = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
            kept = {t.name: _rules(connection, t.name) for t in db.metadata.sorted_tables}
        db.engine.dispose()
    assert differences == []
    assert kept == {t.name: _named(t.name, [c.name for c in t.constraints if isinstance(c, CheckConstraint)]) for t in db.metadata.sorted_tables}


def test_a_start_with_nothing_to_migrate_does_not_read_the_whole_database(tmp_path, shared):
    app, sent = create_app(overrides(tmp_path, shared, f"sqlite:///{tmp_path / 'portal.db'}")), []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_more: sent.append(statement))
        upgrade(directory=str(ROOT / "migrations"))
        assert sent.count("PRAGMA foreign_key_check") == 1
        upgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()
    assert sent.count("PRAGMA foreign_key_check") == 1


def _rules(connection, table: str) -> set[str]:
    """A table that is rebuilt on SQLite loses the checks that its revision does not name again."""
    return _named(table, [check["name"] for check in inspect(connection).get_check_constraints(table)])


def _named(table: str, names: list[str]) -> set[str]:
    return {name.split(f"ck_{table}_")[-1] for name in names}


def test_there_is_one_head():
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) <= 1
