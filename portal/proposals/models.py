from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person, Team
from portal.catalogue.models import Service, Stage
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db
from portal.core.labels import Label


class ProposalStatus(Label):
    SUBMITTED = "submitted", _l("Submitted")
    SCREENING = "screening", _l("Screening")
    REVIEW = "review", _l("Under review")
    RETURNED = "returned", _l("Sent back for more"), "warn"
    ADOPTED = "adopted", _l("Adopted"), "ok"
    TRIAL = "trial", _l("Trial")
    DEFERRED = "deferred", _l("Deferred")
    DECLINED = "declined", _l("Declined")
    IN_PROGRESS = "in_progress", _l("Being carried out")
    DONE = "done", _l("Carried out")
    VERIFIED = "verified", _l("Effect reached"), "ok"
    NOT_REACHED = "not_reached", _l("Effect not reached"), "warn"
    DUPLICATE = "duplicate", _l("Duplicate")
    WITHDRAWN = "withdrawn", _l("Withdrawn")


class Naming(Label):
    NAMED = "named", _l("With my name")
    REVIEWERS = "reviewers", _l("Name only for reviewers")
    ANONYMOUS = "anonymous", _l("Anonymous")


class Source(Label):
    STAFF = "staff", _l("Staff")
    CUSTOMER = "customer", _l("Customer")


class Proposal(db.Model):
    """A suggestion for improvement. An anonymous one holds no author, no address and only the day."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_status", "status", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    problem: Mapped[str] = mapped_column(Text, deferred=True)
    suggestion: Mapped[str] = mapped_column(Text, deferred=True)
    expected: Mapped[str] = mapped_column(Text, deferred=True, default="")
    source: Mapped[Source] = mapped_column(LabelType(Source))
    naming: Mapped[Naming] = mapped_column(LabelType(Naming), default=Naming.NAMED)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    customer_name: Mapped[str] = mapped_column(String(60), default="")
    customer_contact: Mapped[str] = mapped_column(String(200), default="")
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    status: Mapped[ProposalStatus] = mapped_column(LabelType(ProposalStatus), default=ProposalStatus.SUBMITTED)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    answer_by: Mapped[datetime | None] = mapped_column(Moment)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    selector: Mapped[str | None] = mapped_column(String(12), unique=True)
    secret: Mapped[str | None] = mapped_column(String(40))
    votes: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_id: Mapped[int] = mapped_column(BigId, default=0)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    stage: Mapped[Stage | None] = relationship()
    service: Mapped[Service | None] = relationship()
    team: Mapped[Team | None] = relationship()
    __mapper_args__ = {"version_id_col": version}


class ProposalVote(db.Model):
    """One person, one vote."""

    __tablename__ = "proposal_vote"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
