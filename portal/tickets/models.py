from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Area, Person, Team
from portal.catalogue.models import Category, Cause, Impact, Kind, Priority, Service, Stage, Urgency
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db, reference
from portal.core.labels import Label
from portal.customers import masking
from portal.customers.models import Customer, CustomerPhone, Site


class Channel(Label):
    PHONE = "phone", _l("Phone"), "phone-in"
    WEB = "web", _l("Web"), "globe"
    EMAIL = "email", _l("E-mail"), "message"
    WECHAT = "wechat", _l("WeChat"), "message"
    WALK_IN = "walk_in", _l("Walk-in"), "user"
    STAFF = "staff", _l("Staff"), "users"


class Status(Label):
    NEW = "new", _l("New")
    ACCEPTED = "accepted", _l("Accepted")
    DISPATCHED = "dispatched", _l("Dispatched")
    IN_PROGRESS = "in_progress", _l("In progress")
    WAITING = "waiting", _l("Waiting for customer"), "warn"
    RESOLVED = "resolved", _l("Resolved")
    CLOSED = "closed", _l("Closed"), "ok"
    CANCELLED = "cancelled", _l("Cancelled")
    MERGED = "merged", _l("Merged")


OPEN = (Status.NEW, Status.ACCEPTED, Status.DISPATCHED, Status.IN_PROGRESS, Status.WAITING)
WORKING = (*OPEN, Status.RESOLVED)  # everything that somebody still has to do something about
ENDED = (Status.CLOSED, Status.CANCELLED, Status.MERGED)

# Conditions of the partial indexes, written out: SQLite uses such an index only for a query that repeats its words without parameters.
_WORKING = "status IN ({})".format(", ".join(f"'{s.value}'" for s in WORKING))
_FOLLOW_UP_DUE = "follow_up_state = 'due'"
WORKING_NOW, FOLLOW_UP_DUE = text(f"ticket.{_WORKING}"), text(f"ticket.{_FOLLOW_UP_DUE}")


class ClockKind(Label):
    FIRST_RESPONSE = "first_response", _l("Response")
    RESULT = "result", _l("Result report")
    RESOLUTION = "resolution", _l("Resolution")


class Ticket(db.Model):
    """One customer problem, whatever the channel. `changed_id` is its newest activity row: the live signal."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_queue", "status", "next_due_at", "id"),
        Index("ix_ticket_working", "next_due_at", "id", sqlite_where=text(_WORKING), postgresql_where=text(_WORKING)),
        Index("ix_ticket_working_created", "created_at", "id", sqlite_where=text(_WORKING), postgresql_where=text(_WORKING)),
        Index("ix_ticket_follow_up", "next_due_at", "id", sqlite_where=text(_FOLLOW_UP_DUE), postgresql_where=text(_FOLLOW_UP_DUE)),
        Index("ix_ticket_owner", "owner_id", "status", "next_due_at", "id"),
        Index("ix_ticket_customer", "customer_id", "id"),
        Index("ix_ticket_changed", "changed_id"),
        Index("ix_ticket_created", "created_at", "id"),
        Index("ix_ticket_due", "next_due_at", "id"),
        Index("ix_ticket_status_created", "status", "created_at", "id"),
        Index("ix_ticket_solved", "category_id", "resolved_at", "owner_id"),
        Index("ix_ticket_owner_created", "owner_id", "created_at", "id"),
        CheckConstraint("status IN ('new','accepted','dispatched','in_progress','waiting','resolved','closed','cancelled','merged')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, deferred=True, default="")
    status: Mapped[Status] = mapped_column(LabelType(Status), default=Status.NEW)
    channel: Mapped[Channel] = mapped_column(LabelType(Channel))
    kind_code: Mapped[str] = mapped_column(ForeignKey("kind.code"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"))
    solution: Mapped[str | None] = mapped_column(Text, deferred=True)
    urgency: Mapped[Urgency] = mapped_column(LabelType(Urgency), default=Urgency.SOON)
    impact: Mapped[Impact] = mapped_column(LabelType(Impact), default=Impact.ROOM)
    priority: Mapped[Priority] = mapped_column(LabelType(Priority), default=Priority.NORMAL)
    priority_rank: Mapped[int] = mapped_column(default=2)  # 0 urgent … 3 low, for sorting
    priority_reason: Mapped[str] = mapped_column(String(200), default="")

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("customer_phone.id", ondelete="SET NULL"))
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    preferred: Mapped[str] = mapped_column(String(120), default="")  # when the customer would like somebody to come
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    created_at: Mapped[datetime] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    dispatched_at: Mapped[datetime | None] = mapped_column(Moment)
    first_response_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    wait_reason: Mapped[str] = mapped_column(String(200), default="")
    wait_until: Mapped[datetime | None] = mapped_column(Moment)
    end_reason: Mapped[str] = mapped_column(String(300), default="")
    reopened: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    next_due_at: Mapped[datetime] = mapped_column(Moment)  # nearest due moment of a running clock; far future when none
    customer_spoke_at: Mapped[datetime | None] = mapped_column(Moment)  # last words of the customer not yet answered
    visit_state: Mapped[str] = mapped_column(String(20), default="")  # "", planned, on_the_way, on_site: kept by visits, shown as 上门中
    follow_up_state: Mapped[str] = mapped_column(String(20), default="")  # "", due, done: kept by follow-ups
    survey_state: Mapped[str] = mapped_column(String(20), default="")  # "", sent, answered: kept by surveys
    changed_id: Mapped[int] = mapped_column(BigId, default=0)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = reference(customer_id)
    site: Mapped[Site | None] = reference(site_id)
    phone: Mapped[CustomerPhone | None] = reference(phone_id)
    kind: Mapped[Kind] = relationship(viewonly=True)
    category: Mapped[Category | None] = reference(category_id)
    service: Mapped[Service | None] = reference(service_id)
    stage: Mapped[Stage | None] = reference(stage_id)
    cause: Mapped[Cause | None] = reference(cause_id)
    area: Mapped[Area | None] = reference(area_id)
    team: Mapped[Team | None] = reference(team_id)
    owner: Mapped[Person | None] = reference(owner_id)
    entered_by: Mapped[Person | None] = reference(entered_by_id)
    clocks: Mapped[list["TicketClock"]] = relationship(back_populates="ticket", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}

    @property
    def caller(self) -> str:
        """Whom to ask for, as pages say it: a full name is shortened."""
        return masking.caller(self.contact_name, self.customer.salutation, self.customer.name)

    @property
    def caller_name(self) -> str:
        """The same in full, for what leaves the desk or is filled in: words to the customer, a signature."""
        return self.contact_name or self.customer.salutation or self.customer.name


class ClockPolicy(db.Model):
    """One ordered row: first match wins. A condition is a value or the word "any" - a blank one never matches.

    `hours`: which time counts - "always" (round the clock), "team" (the team's calendar) or the id of a calendar.
    """

    __tablename__ = "clock_policy"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column()
    clock: Mapped[ClockKind] = mapped_column(LabelType(ClockKind))
    kind: Mapped[str] = mapped_column(String(20), default="any")
    category: Mapped[str] = mapped_column(String(20), default="any")
    priority: Mapped[str] = mapped_column(String(20), default="any")
    customer_class: Mapped[str] = mapped_column(String(20), default="any")
    team: Mapped[str] = mapped_column(String(20), default="any")
    minutes: Mapped[int] = mapped_column()
    hours: Mapped[str] = mapped_column(String(20), default="always")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class TicketClock(db.Model):
    """What a clock came to, computed from the activity rows and stored for sorting. `due_at` and `risk_at` (when the share of the
    limit is used after which it is at risk) are empty while paused or met. `step` of the ladder was taken last, the next is at
    `next_step_at`. `stale`: rules or calendars changed since it was computed."""

    __tablename__ = "ticket_clock"
    __table_args__ = (
        UniqueConstraint("ticket_id", "clock"), Index("ix_ticket_clock_due", "due_at"), Index("ix_ticket_clock_step", "next_step_at"),
        Index("ix_ticket_clock_stale", "ticket_id", sqlite_where=text("stale"), postgresql_where=text("stale")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    clock: Mapped[ClockKind] = mapped_column(LabelType(ClockKind))
    target_seconds: Mapped[int] = mapped_column()
    used_seconds: Mapped[int] = mapped_column(default=0)  # counted up to `since` (running) or to the end
    since: Mapped[datetime | None] = mapped_column(Moment)  # counting since; empty: paused or met
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    met_at: Mapped[datetime | None] = mapped_column(Moment)
    breached_at: Mapped[datetime | None] = mapped_column(Moment)
    warned_at: Mapped[datetime | None] = mapped_column(Moment)
    risk_at: Mapped[datetime | None] = mapped_column(Moment)
    step: Mapped[int] = mapped_column(default=0)
    next_step_at: Mapped[datetime | None] = mapped_column(Moment)
    stale: Mapped[bool] = mapped_column(default=False)
    ticket: Mapped[Ticket] = relationship(back_populates="clocks")


class TrackingLink(db.Model):
    """The customer's way to one ticket. Found by `selector`, proven by `secret` (compared in constant time)."""

    __tablename__ = "tracking_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    selector: Mapped[str] = mapped_column(String(12), unique=True)
    secret: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(Moment)
    opened_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def token(self) -> str:
        return self.selector + self.secret


class Presence(db.Model):
    """Who is looking at or writing in a ticket; gone 60 seconds after the last sign of life."""

    __tablename__ = "presence"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    writing: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(Moment)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class ReadMark(db.Model):
    """How far a person has read a ticket's timeline."""

    __tablename__ = "read_mark"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(BigId)


class Draft(db.Model):
    """Typed, not yet sent: kept on the server so that no ended session eats it. `place` names the form."""

    __tablename__ = "draft"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class NumberSeries(db.Model):
    """Last number given out in a month: S2611-0384."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    last: Mapped[int] = mapped_column()
