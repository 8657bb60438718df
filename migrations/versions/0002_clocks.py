"""Working calendars; clocks that count working time, warn and escalate

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OFFICE = [[[540, 1080]]] * 5 + [[], []]


def upgrade() -> None:
    _calendars()
    with op.batch_alter_table("clock_policy") as table:
        table.add_column(sa.Column("hours", sa.String(20), nullable=False, server_default="always"))
    with op.batch_alter_table("ticket_clock") as table:
        table.add_column(sa.Column("risk_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("step", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("stale", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_index("ix_ticket_clock_step", ["next_step_at"])
        table.create_index("ix_ticket_clock_stale", ["ticket_id"], sqlite_where=sa.text("stale"), postgresql_where=sa.text("stale"))
    op.execute(sa.text("UPDATE ticket_clock SET stale = true WHERE met_at IS NULL"))  # the next round of the job fills the new columns


def _calendars() -> None:
    """What a team works by; one calendar to begin with. Present time limits go on round the clock."""
    calendar = op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("holidays", sa.Boolean(), nullable=False),
        sa.Column("standard", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
    )
    op.create_table(
        "team_calendar",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_calendar_team_id_team"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_team_calendar_calendar_id_calendar"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team_calendar")),
    )
    op.create_index(op.f("ix_team_calendar_calendar_id"), "team_calendar", ["calendar_id"])
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_day_calendar_id_calendar"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("calendar_id", "day", name=op.f("uq_calendar_day_calendar_id_day")),
    )
    op.create_index(op.f("ix_calendar_day_day"), "calendar_day", ["day"])
    row = {"name": "标准工作日", "name_en": "Standard working days", "week": OFFICE, "holidays": True, "standard": True, "version": 1}
    op.bulk_insert(calendar, [row])
