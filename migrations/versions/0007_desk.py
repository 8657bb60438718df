"""desk: entries of the search apart by kind, an index for who solved what lately

Revision: 0007, after 0008
"""

from alembic import op

revision = "0007"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ("ticket", "customer", "proposal")
FTS = (
    "CREATE VIEW search_{0} AS SELECT id, tokens FROM search_entry WHERE kind = '{0}'",
    """CREATE VIRTUAL TABLE search_fts_{0} USING fts5(
 tokens, content='search_{0}', content_rowid='id', tokenize="unicode61 remove_diacritics 0", detail=none)""",
    """CREATE TRIGGER search_{0}_ai AFTER INSERT ON search_entry WHEN new.kind = '{0}' BEGIN
 INSERT INTO search_fts_{0}(rowid, tokens) VALUES (new.id, new.tokens); END""",
    """CREATE TRIGGER search_{0}_ad AFTER DELETE ON search_entry WHEN old.kind = '{0}' BEGIN
 INSERT INTO search_fts_{0}(search_fts_{0}, rowid, tokens) VALUES ('delete', old.id, old.tokens); END""",
    """CREATE TRIGGER search_{0}_au AFTER UPDATE ON search_entry WHEN new.kind = '{0}' BEGIN
 INSERT INTO search_fts_{0}(search_fts_{0}, rowid, tokens) VALUES ('delete', old.id, old.tokens);
 INSERT INTO search_fts_{0}(rowid, tokens) VALUES (new.id, new.tokens); END""",
    "INSERT INTO search_fts_{0}(search_fts_{0}) VALUES ('rebuild')",
)
ONE_FOR_ALL = ("DROP TRIGGER search_entry_ai", "DROP TRIGGER search_entry_ad", "DROP TRIGGER search_entry_au", "DROP TABLE search_fts")
GIN = ("CREATE INDEX ix_search_entry_tokens_{0} ON search_entry USING gin (tokens) WHERE kind = '{0}'",)


def upgrade() -> None:
    op.create_index("ix_ticket_solved", "ticket", ["category_id", "resolved_at", "owner_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ONE_FOR_ALL if sqlite else ("DROP INDEX ix_search_entry_tokens",):
        op.execute(statement)
    for kind in KINDS:
        for statement in FTS if sqlite else GIN:
            op.execute(statement.format(kind))
