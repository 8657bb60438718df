from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Person
from portal.core import clock
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db, reference
from portal.core.labels import Label
from portal.tickets.models import Ticket


class Tag(db.Model):
    """A word of the company's own that tickets can carry."""

    __tablename__ = "tag"
    seldom = True

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)


class TicketTag(db.Model):
    __tablename__ = "ticket_tag"
    __table_args__ = (Index("ix_ticket_tag_tag", "tag_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)


class TaskStatus(Label):
    OPEN = "open", _l("To do"), "outline"
    DOING = "doing", _l("Being done"), "accent"
    DONE = "done", _l("Done"), "ok"
    DECLINED = "declined", _l("Cannot be done"), "warn"


PENDING = (TaskStatus.OPEN, TaskStatus.DOING)


class Task(db.Model):
    """Something another department does for a ticket; while it is pending the ticket is not closed."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_owner", "owner_id", "status", "due_at", "id"), Index("ix_task_due", "status", "due_at", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text, default="")
    department: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime] = mapped_column(Moment)  # the end of its last day
    status: Mapped[TaskStatus] = mapped_column(LabelType(TaskStatus), default=TaskStatus.OPEN)
    answer: Mapped[str] = mapped_column(String(500), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    ticket: Mapped[Ticket] = reference(ticket_id)
    owner: Mapped[Person | None] = reference(owner_id)
    __mapper_args__ = {"version_id_col": version}

    @property
    def due_on(self) -> date:
        """The last day, by the company's calendar."""
        return clock.local(self.due_at - timedelta(seconds=1)).date()


class Watch(db.Model):
    """A person who wants to hear what happens on a ticket."""

    __tablename__ = "watch"
    __table_args__ = (UniqueConstraint("ticket_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


class LinkKind(Label):
    RELATED = "related", _l("Related")
    SPLIT = "split", _l("Split off")


class TicketLink(db.Model):
    """Two tickets that belong together; read from both sides."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LinkKind] = mapped_column(LabelType(LinkKind), default=LinkKind.RELATED)


class Reminder(db.Model):
    """A private "tell me again then": only its person sees it."""

    __tablename__ = "reminder"
    __table_args__ = (Index("ix_reminder_due", "done_at", "at"), Index("ix_reminder_person", "person_id", "done_at", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    words: Mapped[str] = mapped_column(String(200), default="")
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    ticket: Mapped[Ticket | None] = reference(ticket_id)
