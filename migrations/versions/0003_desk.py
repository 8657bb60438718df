"""desk

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _replies()
    _teamwork()
    _macros()
    _desk()


def _replies() -> None:
    op.create_table(
        "reply_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_reply_template_category_id_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
        sa.UniqueConstraint("name", name=op.f("uq_reply_template_name")),
    )


def _to(table: str, column: str, other: str, cascade: bool = False) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE" if cascade else None)


def _teamwork() -> None:
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        _to("ticket_tag", "ticket_id", "ticket", True),
        _to("ticket_tag", "tag_id", "tag", True),
        sa.PrimaryKeyConstraint("ticket_id", "tag_id", name=op.f("pk_ticket_tag")),
    )
    op.create_index("ix_ticket_tag_tag", "ticket_tag", ["tag_id", "ticket_id"])
    op.create_index("ix_ticket_due", "ticket", ["next_due_at", "id"])
    working = sa.text("status IN ('new', 'accepted', 'dispatched', 'in_progress', 'waiting', 'resolved')")
    op.create_index("ix_ticket_working_created", "ticket", ["created_at", "id"], sqlite_where=working, postgresql_where=working)
    op.create_index("ix_ticket_status_created", "ticket", ["status", "created_at", "id"])
    op.create_index("ix_ticket_owner_created", "ticket", ["owner_id", "created_at", "id"])
    _tasks()
    op.create_table(
        "watch",
        sa.Column("id", BIG, nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        _to("watch", "ticket_id", "ticket", True),
        _to("watch", "person_id", "person", True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sa.UniqueConstraint("ticket_id", "person_id", name=op.f("uq_watch_ticket_id_person_id")),
    )
    op.create_index(op.f("ix_watch_person_id"), "watch", ["person_id"])
    op.create_table(
        "ticket_link",
        sa.Column("id", BIG, nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("other_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        _to("ticket_link", "ticket_id", "ticket", True),
        _to("ticket_link", "other_id", "ticket", True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
        sa.UniqueConstraint("ticket_id", "other_id", name=op.f("uq_ticket_link_ticket_id_other_id")),
    )
    op.create_index(op.f("ix_ticket_link_other_id"), "ticket_link", ["other_id"])
    op.create_table(
        "reminder",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        _to("reminder", "person_id", "person", True),
        _to("reminder", "ticket_id", "ticket", True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_ticket_id"), "reminder", ["ticket_id"])
    op.create_index("ix_reminder_due", "reminder", ["done_at", "at"])
    op.create_index("ix_reminder_person", "reminder", ["person_id", "done_at", "at"])


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("id", BIG, nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("owner_id", BIG, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("task", "ticket_id", "ticket", True),
        _to("task", "owner_id", "person"),
        _to("task", "made_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_ticket_id"), "task", ["ticket_id"])
    op.create_index("ix_task_owner", "task", ["owner_id", "status", "due_at", "id"])
    op.create_index("ix_task_due", "task", ["status", "due_at", "id"])


def _macros() -> None:
    op.create_table(
        "macro",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro")),
        sa.UniqueConstraint("name", name=op.f("uq_macro_name")),
    )
    op.create_table(
        "bulk_run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("waiting", sa.JSON(), nullable=False),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("undoes_id", BIG, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("bulk_run", "person_id", "person"),
        _to("bulk_run", "undoes_id", "bulk_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
    )
    op.create_index("ix_bulk_run_waiting", "bulk_run", ["ended_at", "id"])
    op.create_index(op.f("ix_bulk_run_person_id"), "bulk_run", ["person_id"])


def _desk() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.String(400), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        _to("saved_view", "person_id", "person", True),
        _to("saved_view", "team_id", "team", True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_person_id"), "saved_view", ["person_id"])
    op.create_index(op.f("ix_saved_view_team_id"), "saved_view", ["team_id"])
    op.create_table(
        "queue_look",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("density", sa.String(40), nullable=False),
        sa.Column("hidden", sa.String(100), nullable=False),
        _to("queue_look", "person_id", "person", True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_look")),
        sa.UniqueConstraint("person_id", name=op.f("uq_queue_look_person_id")),
    )
    op.create_table(
        "call_back",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("customer_id", BIG, nullable=True),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("owner_id", BIG, nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("call_back", "customer_id", "customer"),
        _to("call_back", "ticket_id", "ticket"),
        _to("call_back", "owner_id", "person"),
        _to("call_back", "made_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    op.create_index("ix_call_back_due", "call_back", ["state", "at", "id"])
    op.create_index("ix_call_back_number", "call_back", ["number"])
    op.create_index(op.f("ix_call_back_ticket_id"), "call_back", ["ticket_id"])
    op.create_table(
        "handover",
        sa.Column("id", BIG, nullable=False),
        sa.Column("from_id", BIG, nullable=False),
        sa.Column("to_id", BIG, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("back", sa.Boolean(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("returned_at", MOMENT, nullable=True),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _to("handover", "from_id", "person"),
        _to("handover", "to_id", "person"),
        _to("handover", "made_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_from_id"), "handover", ["from_id"])
