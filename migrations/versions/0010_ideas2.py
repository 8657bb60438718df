"""proposals: what lists count by is read from indexes alone

Revision: 0010, after 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None

COUNTED = ["status", "source", "stage_id", "team_id", "category_id", "created_at"]
REACHED = {"screened": "screened_at", "adopted": "adopted_at", "done": "finished_at", "verified": "verified_at"}


def upgrade() -> None:
    op.create_index("ix_proposal_counted", "proposal", COUNTED)
    op.create_index("ix_proposal_category", "proposal", ["category_id", "status"])
    for name, column in REACHED.items():
        only = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_proposal_{name}", "proposal", ["status", "created_at", "id"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name in ("counted", "category", *REACHED):
        op.drop_index(f"ix_proposal_{name}", "proposal")
