"""dispatch: skills, working hours, leave; booked quarter hours, second technician, the customer's answer, recurring visits

Revision: 0004, after 0003
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = ("scheduled", "accepted", "on_the_way", "on_site")


def upgrade() -> None:
    _roster()
    _visits()
    _book_open_visits()


def _roster() -> None:
    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), nullable=False), sa.Column("certificate", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False), sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False), sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_skill"),
    )
    op.create_table(
        "service_skill",
        sa.Column("service_id", sa.Integer(), nullable=False), sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_skill_service_id_service", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name="fk_service_skill_skill_id_skill", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("service_id", "skill_id", name="pk_service_skill"),
    )
    op.create_index("ix_service_skill_skill_id", "service_skill", ["skill_id"])
    op.create_table(
        "person_skill",
        sa.Column("id", BIG, nullable=False), sa.Column("person_id", BIG, nullable=False), sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(40), nullable=False), sa.Column("certificate", sa.String(60), nullable=False),
        sa.Column("expires_on", sa.Date()), sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_skill_person_id_person", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name="fk_person_skill_skill_id_skill", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_person_skill"), sa.UniqueConstraint("person_id", "skill_id", name="uq_person_skill_person_id_skill_id"),
    )
    op.create_index("ix_person_skill_skill_id", "person_skill", ["skill_id"])
    op.create_table(
        "working_day",
        sa.Column("person_id", BIG, nullable=False), sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False), sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("rest_starts", sa.Integer(), nullable=False), sa.Column("rest_ends", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_working_day_weekday"),
        sa.CheckConstraint("starts < ends AND rest_starts <= rest_ends", name="ck_working_day_hours"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_working_day_person_id_person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "weekday", name="pk_working_day"),
    )
    op.create_table(
        "terms",
        sa.Column("person_id", BIG, nullable=False), sa.Column("daily_visits", sa.Integer()),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_terms_person_id_person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name="pk_terms"),
    )
    op.create_table(
        "leave",
        sa.Column("id", BIG, nullable=False), sa.Column("person_id", BIG, nullable=False), sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False), sa.Column("ends_at", MOMENT, nullable=False), sa.Column("note", sa.String(200), nullable=False),
        sa.Column("entered_by_id", BIG), sa.Column("created_at", MOMENT, nullable=False), sa.Column("withdrawn_at", MOMENT),
        sa.CheckConstraint("ends_at > starts_at", name="ck_leave_time"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_leave_person_id_person", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_leave_entered_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_leave"),
    )
    op.create_index("ix_leave_time", "leave", ["ends_at", "starts_at"])
    op.create_index("ix_leave_person_id", "leave", ["person_id"])


def _visits() -> None:
    op.create_table(
        "visit_series",
        sa.Column("id", BIG, nullable=False), sa.Column("ticket_id", BIG, nullable=False), sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False), sa.Column("planned_by_id", BIG), sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_visit_series_ticket_id_ticket"),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name="fk_visit_series_planned_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_visit_series"),
    )
    op.create_index("ix_visit_series_ticket_id", "visit_series", ["ticket_id"])
    with op.batch_alter_table("visit") as batch:
        batch.add_column(sa.Column("second_id", BIG))
        batch.add_column(sa.Column("confirmed_at", MOMENT))
        batch.add_column(sa.Column("wish", sa.String(300), nullable=False, server_default=""))
        batch.add_column(sa.Column("series_id", BIG))
        batch.create_foreign_key("fk_visit_second_id_person", "person", ["second_id"], ["id"])
        batch.create_foreign_key("fk_visit_series_id_visit_series", "visit_series", ["series_id"], ["id"])
        batch.create_index("ix_visit_second_id", ["second_id"])
        batch.create_index("ix_visit_series_id", ["series_id"])
    op.create_table(
        "booked_quarter",
        sa.Column("technician_id", BIG, nullable=False), sa.Column("quarter", sa.Integer(), nullable=False), sa.Column("visit_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["technician_id"], ["person.id"], name="fk_booked_quarter_technician_id_person"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name="fk_booked_quarter_visit_id_visit", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("technician_id", "quarter", name="pk_booked_quarter"),
    )
    op.create_index("ix_booked_quarter_visit_id", "booked_quarter", ["visit_id"])


def _book_open_visits() -> None:
    """What is planned already takes its time; of two old visits in one quarter hour the earlier planned one."""
    connection = op.get_bind()
    visit = sa.table("visit", *map(sa.column, ("id", "technician_id", "status")), sa.column("starts_at", MOMENT), sa.column("ends_at", MOMENT))
    booked = sa.table("booked_quarter", *map(sa.column, ("technician_id", "quarter", "visit_id")))
    made: dict[tuple[int, int], int] = {}
    query = sa.select(visit).where(visit.c.status.in_(OPEN), visit.c.technician_id.is_not(None)).order_by(visit.c.id)
    for row in connection.execute(query):
        for quarter in range(_quarter(row.starts_at), max(_quarter(row.ends_at), _quarter(row.starts_at) + 1)):
            made.setdefault((row.technician_id, quarter), row.id)
    if made:
        connection.execute(booked.insert(), [{"technician_id": t, "quarter": q, "visit_id": v} for (t, q), v in made.items()])


def _quarter(moment: datetime) -> int:
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) // 900
