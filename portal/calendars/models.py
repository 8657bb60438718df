from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import db
from portal.core.i18n import Named


class Calendar(Named, db.Model):
    """Weekly hours. `week`: Monday first, each day a list of [from, to] in minutes. `holidays`: statutory holidays are days off,
    make-up workdays are worked. `standard`: for every team without a calendar of its own."""

    __tablename__ = "calendar"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[list] = mapped_column(JSON)
    holidays: Mapped[bool] = mapped_column(default=True)
    standard: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class TeamCalendar(db.Model):
    """The calendar a team works by."""

    __tablename__ = "team_calendar"
    seldom = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"), index=True)


class CalendarDay(db.Model):
    """One day that differs from week and holidays; of one calendar, or (None) of all that keep holidays."""

    __tablename__ = "calendar_day"
    seldom = True
    __table_args__ = (UniqueConstraint("calendar_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date, index=True)
    works: Mapped[bool] = mapped_column()
    hours: Mapped[list] = mapped_column(JSON, default=list)  # empty: the usual hours of a working day
    note: Mapped[str] = mapped_column(String(80), default="")
