from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.catalogue.models import Service
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db, reference
from portal.core.i18n import language
from portal.core.labels import IconLabel, Label
from portal.roster.models import Skill
from portal.tickets.models import Ticket


class VisitStatus(IconLabel):
    PROPOSED = "proposed", _l("To be planned"), "outline", "calendar"
    SCHEDULED = "scheduled", _l("Scheduled"), "", "clock"
    ACCEPTED = "accepted", _l("Accepted by technician"), "", "check"
    ON_THE_WAY = "on_the_way", _l("On the way"), "accent", "nav"
    ON_SITE = "on_site", _l("On site"), "accent", "wrench"
    DONE = "done", _l("Done"), "ok", "check"
    PARTLY_DONE = "partly_done", _l("Partly done"), "warn", "flag"
    NO_ACCESS = "no_access", _l("No access"), "warn", "lock"
    NEEDS_SPECIALIST = "needs_specialist", _l("Needs a specialist"), "warn", "cap"
    DECLINED = "declined", _l("Declined by technician"), "warn", "x"
    CANCELLED = "cancelled", _l("Cancelled"), "", "x"


AHEAD = (VisitStatus.PROPOSED, VisitStatus.SCHEDULED, VisitStatus.ACCEPTED)
UNDER_WAY = (VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)
FINISHED = (VisitStatus.DONE, VisitStatus.PARTLY_DONE, VisitStatus.NO_ACCESS, VisitStatus.NEEDS_SPECIALIST)
LONGEST = timedelta(hours=12)  # no visit lasts longer: whoever looks for overlaps need not look further back
_PROPOSED = text("status = 'proposed'")


class Answer(Label):
    YES = "yes", _l("Yes"), "ok"
    NO = "no", _l("Not possible"), "danger"
    NOT_APPLICABLE = "not_applicable", _l("Not applicable")


class Visit(db.Model):
    """One appointment of one technician for one ticket."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_day", "technician_id", "starts_at"),
        Index("ix_visit_starts", "starts_at", "id"),
        Index("ix_visit_proposed", "ticket_id", sqlite_where=_PROPOSED, postgresql_where=_PROPOSED),
        CheckConstraint("ends_at > starts_at", name="window"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    status: Mapped[VisitStatus] = mapped_column(LabelType(VisitStatus), default=VisitStatus.SCHEDULED)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    bring: Mapped[str] = mapped_column(String(200), default="")
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    set_off_at: Mapped[datetime | None] = mapped_column(Moment)
    arrived_at: Mapped[datetime | None] = mapped_column(Moment)
    expected_at: Mapped[datetime | None] = mapped_column(Moment)  # the new time, when the technician runs late
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(300), default="")  # of a decline, no access, cancellation or what is left over
    waited_minutes: Mapped[int | None] = mapped_column()
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))  # what the next one must be able to do
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # comes along; the technician answers for the visit
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)  # the customer has said that the time suits
    wish: Mapped[str] = mapped_column(String(300), default="", server_default="")  # another time that the customer asked for
    series_id: Mapped[int | None] = mapped_column(ForeignKey("visit_series.id"), index=True)
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_id: Mapped[int] = mapped_column(BigId, default=0)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    ticket: Mapped[Ticket] = reference(ticket_id)
    technician: Mapped[Person | None] = reference(technician_id)
    second: Mapped[Person | None] = reference(second_id)
    service: Mapped[Service | None] = reference(service_id)
    skill: Mapped[Skill | None] = reference(skill_id)
    items: Mapped[list["VisitItem"]] = relationship(order_by="VisitItem.position", cascade="all, delete-orphan", back_populates="visit")
    __mapper_args__ = {"version_id_col": version}

    @property
    def bring_word(self) -> str:
        """What the service asks for in the reader's language; what was written for this visit as it was written."""
        usual = self.service and self.bring in (self.service.bring, self.service.bring_en)
        return self.service.bring_word if usual else self.bring


class VisitSeries(db.Model):
    """Visits that come again: every so many weeks, at the same time, so often in all."""

    __tablename__ = "visit_series"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    weeks: Mapped[int] = mapped_column()
    times: Mapped[int] = mapped_column()
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class BookedQuarter(db.Model):
    """A technician's quarter hour given to a visit. The key is what keeps two dispatchers from booking the same time."""

    __tablename__ = "booked_quarter"

    technician_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    quarter: Mapped[int] = mapped_column(primary_key=True)  # quarter hours since 1970
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"), index=True)


class VisitItem(db.Model):
    """One line of the standard as it stood when the visit was planned, with the technician's answer."""

    __tablename__ = "visit_item"
    __table_args__ = (UniqueConstraint("visit_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column()
    item_id: Mapped[int | None] = mapped_column(ForeignKey("standard_item.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(10))
    slot: Mapped[str] = mapped_column(String(10), default="")
    words: Mapped[str] = mapped_column(String(80))
    words_en: Mapped[str] = mapped_column(String(80), default="")
    required: Mapped[bool] = mapped_column(default=False)
    minimum: Mapped[int] = mapped_column(default=0)
    answer: Mapped[Answer | None] = mapped_column(LabelType(Answer))
    note: Mapped[str] = mapped_column(String(300), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    visit: Mapped[Visit] = relationship(back_populates="items")

    @property
    def word(self) -> str:
        return self.words_en if self.words_en and not language().startswith("zh") else self.words
