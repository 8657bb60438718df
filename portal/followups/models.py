from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db, reference
from portal.core.labels import Label
from portal.tickets.models import Ticket


class FollowUpState(Label):
    DUE = "due", _l("To follow up")
    ATTEMPTED = "attempted", _l("Tried, not reached")
    SATISFIED = "satisfied", _l("Satisfied"), "ok"
    NOT_SATISFIED = "not_satisfied", _l("Not satisfied"), "danger"
    UNREACHABLE = "unreachable", _l("Unreachable"), "warn"
    DROPPED = "dropped", _l("Not needed any more")


PENDING = (FollowUpState.DUE, FollowUpState.ATTEMPTED)


class FollowUp(db.Model):
    """A planned call after a resolution; `rule` says why it was drawn."""

    __tablename__ = "follow_up"
    __table_args__ = (Index("ix_follow_up_due", "state", "due_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    state: Mapped[FollowUpState] = mapped_column(LabelType(FollowUpState), default=FollowUpState.DUE)
    due_at: Mapped[datetime] = mapped_column(Moment)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    ticket: Mapped[Ticket] = reference(ticket_id)
    owner: Mapped[Person | None] = reference(owner_id)
    attempts: Mapped[list["FollowUpAttempt"]] = relationship(order_by="FollowUpAttempt.id", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}


class FollowUpAttempt(db.Model):
    """One call: reached or not, and what the customer said."""

    __tablename__ = "follow_up_attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reached: Mapped[bool] = mapped_column()
    satisfied: Mapped[bool | None] = mapped_column()
    score: Mapped[int | None] = mapped_column()
    words: Mapped[str] = mapped_column(String(1000), default="")
