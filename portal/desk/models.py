from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Person, Team
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db, reference
from portal.core.labels import Label
from portal.customers.models import Customer
from portal.tickets.models import Ticket


class SavedView(db.Model):
    """A list with a name: `query` is what stands in the address. For its maker alone, or for a team."""

    __tablename__ = "saved_view"
    seldom = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(400))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)
    team: Mapped[Team | None] = reference(team_id)
    person: Mapped[Person] = reference(person_id)


class Density(Label):
    CALM = "calm", _l("Two lines a ticket")
    COMPACT = "compact", _l("One line a ticket")


class QueueLook(db.Model):
    """How a person likes the queue; `hidden`: names of columns, parted by blanks."""

    __tablename__ = "queue_look"
    seldom = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    density: Mapped[Density] = mapped_column(LabelType(Density), default=Density.CALM)
    hidden: Mapped[str] = mapped_column(String(100), default="")


class CallState(Label):
    DUE = "due", _l("To be called"), "outline"
    DONE = "done", _l("Reached"), "ok"
    DROPPED = "dropped", _l("Not needed any more")


class CallBack(db.Model):
    """Somebody who wants to be called: after a missed call, or at a moment of their choice. `number`: E.164, shown shortened."""

    __tablename__ = "call_back"
    __table_args__ = (Index("ix_call_back_due", "state", "at", "id"), Index("ix_call_back_number", "number"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60), default="")
    words: Mapped[str] = mapped_column(String(300), default="")
    missed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(Moment)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[CallState] = mapped_column(LabelType(CallState), default=CallState.DUE)
    tries: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    customer: Mapped[Customer | None] = reference(customer_id)
    ticket: Mapped[Ticket | None] = reference(ticket_id)
    owner: Mapped[Person | None] = reference(owner_id)
    __mapper_args__ = {"version_id_col": version}


class Handover(db.Model):
    """An absent person's open work with somebody else. `moved`: {kind, id} rows; `back`: it returns when the person does."""

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))
    back: Mapped[bool] = mapped_column(default=True)
    moved: Mapped[list] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime | None] = mapped_column(Moment)
    returned: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    from_: Mapped[Person] = reference(from_id)
    to: Mapped[Person | None] = reference(to_id)
    __mapper_args__ = {"version_id_col": version}
