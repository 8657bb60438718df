"""Changing working hours. Every change is on the audit trail; whoever counts by them listens to the verbs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from portal.calendars import queries, rules
from portal.calendars.models import Calendar, CalendarDay, TeamCalendar
from portal.core import kept
from portal.core.access import require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused

FIELDS = ("name", "name_en", "week", "holidays", "standard")


class StandardNeeded(Refused):
    sentence = _l("One calendar must be the standard. Choose another one there first.")


def add(*, by: Any, teams: Iterable[int] = (), **values: Any) -> Calendar:
    """A new calendar; the first one is the standard."""
    require(by, rules.MANAGE)
    calendar = Calendar(**values)
    calendar.standard = bool(calendar.standard) or not queries.calendars()
    db.session.add(calendar)
    db.session.flush()
    _make_standard(calendar)
    _give(calendar, set(teams))
    _record("calendar.added", calendar, by, name=calendar.name, after=_facts(calendar))
    return calendar


def change(calendar: Calendar, *, by: Any, teams: Iterable[int], **values: Any) -> None:
    """Raises StandardNeeded when the standard calendar would stop being it."""
    require(by, rules.MANAGE)
    before = _facts(calendar)
    if calendar.standard and not values.get("standard", True):
        raise StandardNeeded()
    for name, value in values.items():
        setattr(calendar, name, value)
    db.session.flush()
    _make_standard(calendar)
    _give(calendar, set(teams))
    after = _facts(calendar)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        _record("calendar.changed", calendar, by, name=calendar.name, before={n: before[n] for n in changed}, after={n: after[n] for n in changed})


def set_day(day: date, works: bool, *, by: Any, calendar: Calendar | None = None, hours: Any = (), note: str = "") -> CalendarDay:
    """A day off or a worked one, whatever week and holidays say; the same day again replaces it."""
    require(by, rules.MANAGE)
    row = queries.same_day(day, calendar.id if calendar else None)
    if row is None:
        row = CalendarDay(calendar_id=calendar.id if calendar else None, day=day)
        db.session.add(row)
    row.works, row.hours, row.note = works, [list(span) for span in hours], note
    db.session.flush()
    _record("calendar.day_set", row, by, name=day.isoformat(), works=works, note=note, calendar=calendar.name if calendar else "")
    return row


def drop_day(row: CalendarDay, *, by: Any) -> None:
    """The day is again what week and holidays say."""
    require(by, rules.MANAGE)
    db.session.delete(row)
    db.session.flush()
    _record("calendar.day_dropped", row, by, name=row.day.isoformat())


def _make_standard(calendar: Calendar) -> None:
    if calendar.standard:
        for other in db.session.scalars(select(Calendar).where(Calendar.standard, Calendar.id != calendar.id)):
            other.standard = False
        db.session.flush()


def _give(calendar: Calendar, teams: set[int]) -> None:
    """These teams work by this calendar; a team has one."""
    present = set(db.session.scalars(select(TeamCalendar.team_id).where(TeamCalendar.calendar_id == calendar.id)))
    db.session.execute(delete(TeamCalendar).where(TeamCalendar.calendar_id == calendar.id, TeamCalendar.team_id.in_(present - teams)))
    known = set(db.session.scalars(select(TeamCalendar.team_id).where(TeamCalendar.team_id.in_(teams))))
    db.session.execute(update(TeamCalendar).where(TeamCalendar.team_id.in_(known)).values(calendar_id=calendar.id))
    db.session.add_all(TeamCalendar(team_id=team_id, calendar_id=calendar.id) for team_id in sorted(teams - known))
    db.session.flush()


def _facts(calendar: Calendar) -> dict[str, Any]:
    teams = [team.name for team in queries.teams_of(calendar.id).get(calendar.id, [])]
    return {**{name: getattr(calendar, name) for name in FIELDS}, "teams": teams}


def _record(verb: str, subject: Any, by: Any, **data: Any) -> None:
    kept.renew()
    record(verb, subject, by=by, audience=Audience.AUDIT, **data)
