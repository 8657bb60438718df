"""visits: those still to be planned are found without looking through all

Revision: 0008, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

PROPOSED = sa.text("status = 'proposed'")


def upgrade() -> None:
    op.create_index("ix_visit_proposed", "visit", ["ticket_id"], sqlite_where=PROPOSED, postgresql_where=PROPOSED)


def downgrade() -> None:
    op.drop_index("ix_visit_proposed", "visit")
