"""proposals: approval by level, the days of the funnel, the measured gain, words of anonymous authors told a day later

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


PROPOSAL_RULES = {
    "duplicate": "(status = 'duplicate') = (duplicate_of_id IS NOT NULL)", "anonymous": "naming <> 'anonymous' OR author_id IS NULL",
}
TRIAL_RULES = {
    "place": "(team_id IS NULL) <> (area_id IS NULL)",
    "control": "control_team_id IS NULL OR (team_id IS NOT NULL AND control_team_id <> team_id)",
    "control_area": "control_area_id IS NULL OR (area_id IS NOT NULL AND control_area_id <> area_id)",
}
WINDOW = {"window": "ends_on >= starts_on"}


def upgrade() -> None:
    forgets = op.get_bind().dialect.name == "sqlite"  # a table that is rebuilt there loses its checks
    with op.batch_alter_table("proposal") as batch:
        batch.add_column(sa.Column("company_scope", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("screened_at", Moment(), nullable=True))
        batch.add_column(sa.Column("adopted_at", Moment(), nullable=True))
        batch.add_column(sa.Column("verified_at", Moment(), nullable=True))
        batch.add_column(sa.Column("gain", sa.Double(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("untold", sa.String(30), nullable=False, server_default=""))
        batch.add_column(sa.Column("untold_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("public_words", sa.Text(), nullable=False, server_default=""))
        batch.create_index("ix_proposal_status_created", ["status", "created_at", "id"])
        batch.create_index("ix_proposal_score", ["score", "id"])
        batch.create_index("ix_proposal_status_score", ["status", "score", "id"])
        batch.create_index("ix_proposal_status_gain", ["status", "gain", "id"])
        batch.create_index("ix_proposal_changed", ["changed_id"])
        batch.create_index("ix_proposal_gain", ["gain", "id"])
        batch.add_column(sa.Column("category_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_proposal_category_id_category", "category", ["category_id"], ["id"])
        batch.add_column(sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch.create_foreign_key("fk_proposal_survey_id_survey", "survey", ["survey_id"], ["id"], ondelete="SET NULL")
        batch.create_index("ix_proposal_survey_id", ["survey_id"])
        _set_rules(batch, "proposal", PROPOSAL_RULES if forgets else {})
    with op.batch_alter_table("proposal_trial") as batch:
        batch.alter_column("team_id", existing_type=sa.Integer(), nullable=True)
        for name in ("area_id", "control_area_id"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_proposal_trial_{name}_area"), "area", [name], ["id"])
        if not forgets:
            batch.drop_constraint(op.f("ck_proposal_trial_control"), type_="check")
        _set_rules(batch, "proposal_trial", TRIAL_RULES | (WINDOW if forgets else {}))
        batch.add_column(sa.Column("stage_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("category_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_proposal_trial_stage_id_stage", "stage", ["stage_id"], ["id"])
        batch.create_foreign_key("fk_proposal_trial_category_id_category", "category", ["category_id"], ["id"])
    agreed = "('adopted', 'in_progress', 'done', 'verified', 'not_reached')"
    op.execute(f"UPDATE proposal SET adopted_at = decided_at WHERE status IN {agreed}")
    op.execute("UPDATE proposal SET screened_at = decided_at WHERE decided_at IS NOT NULL")
    op.execute("UPDATE proposal SET verified_at = changed_at WHERE status = 'verified'")


def _set_rules(batch, table: str, rules: dict[str, str]) -> None:
    for name, rule in rules.items():
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), rule)
