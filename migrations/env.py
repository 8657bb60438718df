"""Runs the revisions: all or nothing, on SQLite and PostgreSQL. `flask db upgrade` before the first start of a new version."""

from alembic import context
from flask import current_app

# The job queue's own tables, the virtual tables of full-text search, and the index that only PostgreSQL has.
IGNORED = ("huey_", "search_fts", "ix_search_entry_tokens")


def main() -> None:
    migrate = current_app.extensions["migrate"]
    engine = migrate.db.engine
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            _foreign_keys(connection, "OFF")  # batch mode rebuilds tables; with the keys on, the drop would cascade
        context.configure(
            connection=connection, target_metadata=migrate.db.metadata, include_name=_is_ours, transactional_ddl=True, render_item=_plain_type,
            **migrate.configure_args,
        )
        with context.begin_transaction():
            if not sqlite:
                connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260)")
            before = context.get_context().get_current_heads()
            context.run_migrations()
            if sqlite and context.get_context().get_current_heads() != before:  # it reads the whole database
                _refuse_broken_references(connection)
        if sqlite:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection, state: str) -> None:
    # On the driver's connection: inside a transaction SQLite ignores this pragma.
    connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={state}")


def _refuse_broken_references(connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"the migration would leave {len(broken)} references to nothing, first: {broken[0]}")


def _plain_type(kind, item, autogen):
    """A revision names plain column types, so that it still runs when the portal's own types have moved on."""
    plain = {"Moment": "sa.DateTime(timezone=True)", "LabelType": "sa.String(length=40)", "Tokens": "sa.Text().with_variant(ARRAY(sa.Text()), 'postgresql')"}
    return plain.get(type(item).__name__, False) if kind == "type" else False


def _is_ours(name, kind, parents) -> bool:
    return not (kind in ("table", "index") and name and name.startswith(IGNORED))


main()
