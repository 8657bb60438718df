from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import Team
from portal.calendars import statutory
from portal.calendars.models import Calendar, CalendarDay, TeamCalendar
from portal.calendars.working import ALWAYS, Day, Working
from portal.core import clock
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.kept import kept

ANNOUNCED_FROM = 11  # from November on next year's make-up workdays should be known
MOST_KEPT = 100
_kept: dict[str, Working] = {}


@dataclass
class Loaded:
    """All working hours: by calendar, the standard one, and which team works by which calendar."""

    by_id: dict[int, Working]
    standard: Working
    teams: dict[int, int]

    def of_team(self, team_id: int | None) -> Working:
        return self.by_id.get(self.teams.get(team_id or 0, 0), self.standard)


_c, _d, _t = Calendar.__table__.c, CalendarDay.__table__.c, TeamCalendar.__table__.c
_CALENDARS = select(_c.id, _c.week, _c.holidays, _c.standard).order_by(_c.standard.desc(), _c.id)
_DAYS = select(_d.calendar_id, _d.day, _d.works, _d.hours, _d.note)
_TEAMS = select(_t.team_id, _t.calendar_id)


@kept
def loaded() -> Loaded:
    """Hours that are already worked out are used again."""
    rows, days = db.session.execute(_CALENDARS).all(), db.session.execute(_DAYS).all()
    by_id = {row.id: _working(row, [d for d in days if d.calendar_id in (None, row.id)]) for row in rows}
    standard = next((by_id[row.id] for row in rows if row.standard), ALWAYS)
    return Loaded(by_id, standard, {team: calendar for team, calendar in db.session.execute(_TEAMS)})


def of_team(team_id: int | None) -> Working:
    """The hours a team works by: its own calendar, else the standard one; round the clock while there is none."""
    return loaded().of_team(team_id)


def _working(row: Any, days: list[Any]) -> Working:
    """Days of all calendars count where holidays are kept; days of this calendar come on top."""
    counted = sorted((d for d in days if d.calendar_id or row.holidays), key=lambda d: d.calendar_id is not None)
    key = repr((row.week, row.holidays, [(d.day, d.works, d.hours, d.note) for d in counted], clock.zone().key))
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = Working(row.week, clock.zone(), row.holidays, {d.day: _day(d) for d in counted})
    return _kept[key]


def _day(row: Any) -> Day:
    hours = tuple((a, b) for a, b in row.hours or ())
    return Day(hours, "make_up", (row.note, row.note)) if row.works else Day((), "holiday", (row.note, row.note))


def calendars() -> list[Calendar]:
    """The standard one first."""
    return list(db.session.scalars(select(Calendar).order_by(Calendar.standard.desc(), Calendar.id)))


def find(calendar_id: int) -> Calendar:
    """Raises NotFound."""
    found = db.session.get(Calendar, calendar_id)
    if found is None:
        raise NotFound()
    return found


def find_day(day_id: int) -> CalendarDay:
    """Raises NotFound."""
    found = db.session.get(CalendarDay, day_id)
    if found is None:
        raise NotFound()
    return found


def teams_of(calendar_id: int | None = None) -> dict[int, list[Any]]:
    """Calendar id → its teams at work, by name."""
    query = select(TeamCalendar.calendar_id, Team).join(Team, Team.id == TeamCalendar.team_id).where(Team.active)
    if calendar_id is not None:
        query = query.where(TeamCalendar.calendar_id == calendar_id)
    made: dict[int, list[Any]] = {}
    for owner, team in db.session.execute(query.order_by(Team.name, Team.id)):
        made.setdefault(owner, []).append(team)
    return made


def days_of(year: int) -> list[CalendarDay]:
    """Exceptions entered for a year, by date."""
    query = select(CalendarDay).where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
    return list(db.session.scalars(query.order_by(CalendarDay.day, CalendarDay.id)))


def same_day(day: date, calendar_id: int | None) -> CalendarDay | None:
    """What is already entered for the day."""
    return db.session.scalars(select(CalendarDay).where(CalendarDay.day == day, CalendarDay.calendar_id.is_not_distinct_from(calendar_id))).first()


def years_without_make_up_days(today: date) -> list[int]:
    """This year, and from November the next, when nobody has announced or entered which weekend days are worked."""
    wanted = [today.year] + ([today.year + 1] if today.month >= ANNOUNCED_FROM else [])
    if db.session.scalar(select(func.count()).select_from(Calendar).where(Calendar.holidays)) == 0:
        return []
    return [year for year in wanted if not statutory.of(year).complete and not any(d.works and d.calendar_id is None for d in days_of(year))]
