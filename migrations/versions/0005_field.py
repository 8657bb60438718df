"""field: signatures, parts, extra work, payments, check-in, running late, the reports of phones

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("visit") as visit:
        visit.add_column(sa.Column("expected_at", MOMENT))
        visit.add_column(sa.Column("skill_id", sa.Integer()))
        visit.create_foreign_key("fk_visit_skill_id_skill", "skill", ["skill_id"], ["id"])
    _of_visit("visit_signature", sa.Column("words", sa.Text(), nullable=False), _text("name", 40), _file(nullable=True), sa.Column("unsigned", sa.String(40)),
              _text("note", 200), _at("at"), check=("signed_or_reason", "file_id IS NOT NULL OR unsigned IS NOT NULL"))
    _of_visit("visit_part", _text("name", 60), _whole("quantity"), _whole("cents"), _text("payer", 40), _at("at"), check=("amounts", "quantity > 0 AND cents >= 0"))
    _of_visit("visit_extra", _text("words", 200), _whole("cents"), _text("agreed_by", 40), _file(nullable=False), _at("agreed_at"), check=("amount", "cents >= 0"))
    _of_visit("visit_payment", _whole("due"), _whole("paid"), _text("way", 40), _at("at"), check=("amounts", "due >= 0 AND paid >= 0"))
    op.create_table(
        "visit_check_in",
        sa.Column("visit_id", BIG, nullable=False), sa.Column("latitude", sa.Float(), nullable=False), sa.Column("longitude", sa.Float(), nullable=False),
        _whole("accuracy"), _at("at"), _to("visit_check_in", "visit_id", "visit"), sa.PrimaryKeyConstraint("visit_id", name="pk_visit_check_in"),
    )
    _reports()


def _of_visit(name: str, *columns: sa.Column, check: tuple[str, str]) -> None:
    to_file = [_to(name, "file_id", "stored_file")] if any(c.name == "file_id" for c in columns) else []
    op.create_table(
        name, sa.Column("id", BIG, nullable=False), sa.Column("visit_id", BIG, nullable=False), *columns, sa.Column("person_id", BIG, nullable=False),
        _to(name, "visit_id", "visit"), _to(name, "person_id", "person"), *to_file,
        sa.CheckConstraint(check[1], name=f"ck_{name}_{check[0]}"), sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_visit_id", name, ["visit_id"])


def _reports() -> None:
    name = "field_report"
    op.create_table(
        name, sa.Column("id", BIG, nullable=False), _text("key", 64), sa.Column("person_id", BIG, nullable=False), sa.Column("visit_id", BIG, nullable=False),
        _text("kind", 20), sa.Column("data", sa.JSON(), nullable=False), _at("device_at"), _at("happened_at"), _at("received_at"), _whole("skew"),
        _text("state", 40), _text("reason", 300), sa.Column("was", sa.JSON(), nullable=False), sa.Column("settled_at", MOMENT), sa.Column("settled_by_id", BIG),
        _to(name, "person_id", "person"), _to(name, "visit_id", "visit"), _to(name, "settled_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"), sa.UniqueConstraint("key", name=f"uq_{name}_key"),
    )
    op.create_index("ix_field_report_state", name, ["state", "id"])
    op.create_index("ix_field_report_person", name, ["person_id", "state", "id"])
    op.create_index("ix_field_report_visit_id", name, ["visit_id"])


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False)


def _whole(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _at(name: str) -> sa.Column:
    return sa.Column(name, MOMENT, nullable=False)


def _file(nullable: bool) -> sa.Column:
    return sa.Column("file_id", BIG, nullable=nullable)
