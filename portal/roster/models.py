from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.catalogue.models import Service
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db
from portal.core.i18n import Named
from portal.core.labels import Label


class Level(Label):
    TRAINEE = "trainee", _l("Trainee"), "", 1
    SKILLED = "skilled", _l("Skilled"), "", 2
    EXPERT = "expert", _l("Expert"), "", 3

    @property
    def rank(self) -> int:
        return self.more[0]


class LeaveKind(Label):
    ANNUAL = "annual", _l("Annual leave")
    SICK = "sick", _l("Sick leave")
    TRAINING = "training", _l("Training")
    OTHER = "other", _l("Other")


class Skill(Named, db.Model):
    """Something that a technician can do. `certificate`: only with a paper that has not expired."""

    seldom = True
    __tablename__ = "skill"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    services: Mapped[list[ServiceSkill]] = relationship(back_populates="skill", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}


class ServiceSkill(db.Model):
    """A service needs a skill, at this level or above."""

    seldom = True
    __tablename__ = "service_skill"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id", ondelete="CASCADE"), primary_key=True, index=True)
    level: Mapped[Level] = mapped_column(LabelType(Level), default=Level.TRAINEE)
    skill: Mapped[Skill] = relationship(back_populates="services")
    service: Mapped[Service] = relationship()


class PersonSkill(db.Model):
    """A person's skill with its level, and until when the certificate holds (empty: it does not end)."""

    seldom = True
    __tablename__ = "person_skill"
    __table_args__ = (UniqueConstraint("person_id", "skill_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id", ondelete="CASCADE"), index=True)
    level: Mapped[Level] = mapped_column(LabelType(Level), default=Level.SKILLED)
    certificate: Mapped[str] = mapped_column(String(60), default="")
    expires_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)
    skill: Mapped[Skill] = relationship()
    __mapper_args__ = {"version_id_col": version}


class WorkingDay(db.Model):
    """Hours of one weekday (0 Monday), in minutes after midnight; no row for a weekday: off. A person without any row is not bound to hours."""

    seldom = True
    __tablename__ = "working_day"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts < ends AND rest_starts <= rest_ends", name="hours"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    starts: Mapped[int] = mapped_column()
    ends: Mapped[int] = mapped_column()
    rest_starts: Mapped[int] = mapped_column(default=0)
    rest_ends: Mapped[int] = mapped_column(default=0)


class Terms(db.Model):
    """What else binds a technician: the most visits a day (empty: the company's number)."""

    seldom = True
    __tablename__ = "terms"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    daily_visits: Mapped[int | None] = mapped_column()


class Leave(db.Model):
    """Time away. A withdrawn one stays as a record."""

    seldom = True
    __tablename__ = "leave"
    __table_args__ = (Index("ix_leave_time", "ends_at", "starts_at"), CheckConstraint("ends_at > starts_at", name="time"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[LeaveKind] = mapped_column(LabelType(LeaveKind), default=LeaveKind.ANNUAL)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(String(200), default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
