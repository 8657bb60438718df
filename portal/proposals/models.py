from __future__ import annotations

import secrets
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, Column, Date, ForeignKey, Index, String, Table, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Area, Person, Team
from portal.catalogue.models import Category, Service, Stage
from portal.core.activity import BigId
from portal.core.db import Base, LabelType, Moment, db
from portal.core.labels import Label
from portal.figures import effect
from portal.surveys.models import Survey
from portal.tickets.models import Ticket


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


S = ProposalStatus
WAITING = (S.SUBMITTED, S.SCREENING, S.REVIEW)  # somebody still owes the proposer an answer
CARRIED = (S.ADOPTED, S.IN_PROGRESS)
AGREED = (S.ADOPTED, S.IN_PROGRESS, S.DONE, S.VERIFIED, S.NOT_REACHED)
FINISHED = (S.DONE, S.VERIFIED, S.NOT_REACHED)


class Naming(Label):
    NAMED = "named", _l("With my name")
    REVIEWERS = "reviewers", _l("Name only for reviewers")
    ANONYMOUS = "anonymous", _l("Anonymous")


class Source(Label):
    STAFF = "staff", _l("Staff")
    CUSTOMER = "customer", _l("Customer")


proposal_ticket = Table(
    "proposal_ticket", Base.metadata,
    Column("proposal_id", ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True),
    Column("ticket_id", ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, index=True),
)


def any_id() -> int:
    """Drawn by lot: a row's place among the others must not tell when it was written."""
    return secrets.randbelow(2**31 - 2**20) + 2**20


REACHED_AT = {"screened": "screened_at", "adopted": "adopted_at", "done": "finished_at", "verified": "verified_at"}
_SO_FAR = {name: text(f"{column} IS NOT NULL") for name, column in REACHED_AT.items()}  # counted without looking through the others


class Proposal(db.Model):
    """A suggestion for improvement. An anonymous one holds no author, no address and only the day."""

    __tablename__ = "proposal"
    __table_args__ = (
        Index("ix_proposal_status", "status", "id"),
        Index("ix_proposal_status_votes", "status", "votes", "id"),
        Index("ix_proposal_votes", "votes", "id"),
        Index("ix_proposal_status_created", "status", "created_at", "id"),
        Index("ix_proposal_score", "score", "id"),
        Index("ix_proposal_status_score", "status", "score", "id"),
        Index("ix_proposal_status_gain", "status", "gain", "id"),
        Index("ix_proposal_changed", "changed_id"),
        Index("ix_proposal_gain", "gain", "id"),
        Index("ix_proposal_created", "created_at", "id"),
        Index("ix_proposal_counted", "status", "source", "stage_id", "team_id", "category_id", "created_at"),  # counting reads no row
        Index("ix_proposal_category", "category_id", "status"),
        *(Index(f"ix_proposal_{n}", "status", "created_at", "id", sqlite_where=only, postgresql_where=only) for n, only in _SO_FAR.items()),
        CheckConstraint("(status = 'duplicate') = (duplicate_of_id IS NOT NULL)", name="duplicate"),
        CheckConstraint("naming <> 'anonymous' OR author_id IS NULL", name="anonymous"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=any_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    problem: Mapped[str] = mapped_column(Text, deferred=True, deferred_group="words")
    suggestion: Mapped[str] = mapped_column(Text, deferred=True, deferred_group="words")
    expected: Mapped[str] = mapped_column(Text, deferred=True, deferred_group="words", default="")
    source: Mapped[Source] = mapped_column(LabelType(Source))
    naming: Mapped[Naming] = mapped_column(LabelType(Naming), default=Naming.NAMED)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    customer_name: Mapped[str] = mapped_column(String(60), default="")
    customer_contact: Mapped[str] = mapped_column(String(200), default="")
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    survey_id: Mapped[int | None] = mapped_column(ForeignKey("survey.id", ondelete="SET NULL"), index=True)  # the answer that gave the idea
    status: Mapped[ProposalStatus] = mapped_column(LabelType(ProposalStatus), default=ProposalStatus.SUBMITTED)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    answer_by: Mapped[datetime | None] = mapped_column(Moment)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)  # a deferred one is looked at again on this day
    cost: Mapped[int] = mapped_column(default=0)  # cents; above a limit a company-wide supervisor decides
    company_scope: Mapped[bool] = mapped_column(default=False, server_default=false())  # concerns more than one team
    screened_at: Mapped[datetime | None] = mapped_column(Moment)
    adopted_at: Mapped[datetime | None] = mapped_column(Moment)
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    appealed: Mapped[bool] = mapped_column(default=False)
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    published: Mapped[bool] = mapped_column(default=False)
    public_words: Mapped[str] = mapped_column(Text, deferred=True, deferred_group="words", default="", server_default="")  # "we did", on the page of improvements
    score: Mapped[float] = mapped_column(default=0.0)
    gain: Mapped[float] = mapped_column(default=0.0, server_default="0")  # measured effect in standard errors, right direction positive
    untold: Mapped[str] = mapped_column(String(30), default="", server_default="")  # what an anonymous author did; told a day later
    untold_on: Mapped[date | None] = mapped_column(Date)
    warned_at: Mapped[datetime | None] = mapped_column(Moment)  # told the reviewers that the promised answer is late
    reminded_on: Mapped[date | None] = mapped_column(Date)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    effect: Mapped[str] = mapped_column(String(120), default="")  # the frozen figure in short (figures.effect.read), for cards
    selector: Mapped[str | None] = mapped_column(String(12), unique=True)
    secret: Mapped[str | None] = mapped_column(String(40))
    votes: Mapped[int] = mapped_column(default=0)
    comments: Mapped[int] = mapped_column(default=0)
    edits: Mapped[int] = mapped_column(default=0)
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
    category: Mapped[Category | None] = relationship()
    survey: Mapped[Survey | None] = relationship()
    duplicate_of: Mapped[Proposal | None] = relationship(remote_side=[id])
    tickets: Mapped[list[Ticket]] = relationship(secondary=proposal_ticket, order_by=Ticket.id)
    steps: Mapped[list[ProposalStep]] = relationship(order_by="ProposalStep.position", cascade="all, delete-orphan")
    trials: Mapped[list[ProposalTrial]] = relationship(order_by="ProposalTrial.id", cascade="all, delete-orphan")
    effects: Mapped[list[ProposalEffect]] = relationship(order_by="ProposalEffect.id", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}

    @property
    def author_name(self) -> str:
        return self.author.name if self.author else ""

    @property
    def effect_words(self) -> str:
        return effect.read(self.effect)

    @property
    def token(self) -> str:
        """What the status link holds; empty when the author has an account."""
        return (self.selector or "") + (self.secret or "")

    @property
    def trial(self) -> ProposalTrial | None:
        """The latest trial."""
        return self.trials[-1] if self.trials else None


class ProposalVote(db.Model):
    """One person, one vote."""

    __tablename__ = "proposal_vote"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class ProposalFollow(db.Model):
    """Who is told when something becomes of it. Voting follows."""

    __tablename__ = "proposal_follow"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)


class ProposalToken(db.Model):
    """A pair of characters of the title and the first words: finds similar ones while somebody types."""

    __tablename__ = "proposal_token"
    __table_args__ = {"sqlite_with_rowid": False}

    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True, index=True)


class ProposalScore(db.Model):
    """One reviewer's marks, 1 to 5."""

    __tablename__ = "proposal_score"
    __table_args__ = tuple(CheckConstraint(f"{d} BETWEEN 1 AND 5", name=d) for d in ("effect", "cost", "ease", "evidence"))

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    effect: Mapped[int] = mapped_column()
    cost: Mapped[int] = mapped_column()
    ease: Mapped[int] = mapped_column()
    evidence: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Moment)
    person: Mapped[Person] = relationship()


class ProposalStep(db.Model):
    """One step of carrying it out."""

    __tablename__ = "proposal_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column()
    words: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class ProposalTrial(db.Model):
    """A try-out: one team or one area, from–to (both included), beside a control of the same kind."""

    __tablename__ = "proposal_trial"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="window"),
        CheckConstraint("(team_id IS NULL) <> (area_id IS NULL)", name="place"),
        CheckConstraint("control_team_id IS NULL OR (team_id IS NOT NULL AND control_team_id <> team_id)", name="control"),
        CheckConstraint("control_area_id IS NULL OR (area_id IS NOT NULL AND control_area_id <> area_id)", name="control_area"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    control_area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    control_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    figures: Mapped[list] = mapped_column(JSON, default=list)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))  # only tickets of this stage count
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    ended_told: Mapped[bool] = mapped_column(default=False)
    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])
    area: Mapped[Area | None] = relationship(foreign_keys=[area_id])
    control_team: Mapped[Team | None] = relationship(foreign_keys=[control_team_id])
    control_area: Mapped[Area | None] = relationship(foreign_keys=[control_area_id])

    @property
    def place(self) -> Team | Area:
        return self.team or self.area

    @property
    def control(self) -> Team | Area | None:
        return self.control_team or self.control_area


class ProposalEffect(db.Model):
    """A figure before and after, frozen with the parameters that anyone can compute it from again."""

    __tablename__ = "proposal_effect"
    __table_args__ = (UniqueConstraint("proposal_id", "figure", "measured_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    figure: Mapped[str] = mapped_column(String(40))
    asked: Mapped[dict] = mapped_column(JSON)  # windows, teams, filters
    found: Mapped[dict] = mapped_column(JSON)  # the four cells, difference, interval
    verdict: Mapped[str] = mapped_column(String(20))
    measured_at: Mapped[datetime] = mapped_column(Moment)
    measured_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ProposalPoint(db.Model):
    """Points by the table: given once for each reason."""

    __tablename__ = "proposal_point"
    __table_args__ = (UniqueConstraint("proposal_id", "person_id", "why"), Index("ix_proposal_point_at", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    why: Mapped[str] = mapped_column(String(20))
    points: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Moment)
    person: Mapped[Person] = relationship()
