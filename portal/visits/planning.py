"""May this technician come in this window? Every refusal is a sentence that belongs beside one field."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.models import Person
from portal.core import clock, options
from portal.core.access import Role
from portal.core.db import db
from portal.core.i18n import when
from portal.roster.duty import Duty
from portal.tickets.models import Ticket
from portal.visits import queries, wishes
from portal.visits.booking import BadWindow, Taken
from portal.visits.models import LONGEST, Visit
from portal.visits.options import FIRST_HOUR, LAST_HOUR

GRACE = timedelta(minutes=15)
SHORTEST = timedelta(minutes=15)
FURTHEST = timedelta(days=365)


def check(technician: Person, starts_at: datetime, ends_at: datetime, but: int | None = None, *, needs: list = (), despite: str = "") -> str:
    """Raises BadWindow. Holds the technician's row, so that two planners cannot both win.

    With a reason (`despite`) soft obstacles are overruled: lunch, hours, a missing skill, the most visits a day. Returns what was overruled.
    """
    _refuse_bad_time(starts_at, ends_at)
    if not (technician.active and Role.TECHNICIAN in technician.roles):
        raise BadWindow("technician", _("%(name)s does not do visits. Choose a technician.", name=technician.name))
    _refuse_overlap(technician, starts_at, ends_at, but)
    return _obstacle(technician, starts_at, ends_at, but, needs, despite)


def _refuse_bad_time(starts_at: datetime, ends_at: datetime) -> None:
    now = clock.now()
    if starts_at < now - GRACE:
        raise BadWindow("start", _("%(at)s is over; the earliest is %(first)s", at=when(starts_at), first=when(earliest(now))))
    if ends_at <= starts_at:
        raise BadWindow("end", _("The end must be later than the start."))
    if ends_at - starts_at < SHORTEST:
        raise BadWindow("end", _("A visit takes at least a quarter of an hour."))
    if ends_at - starts_at > LONGEST:
        raise BadWindow("end", _("A visit lasts at most 12 hours. Plan a second one."))
    if starts_at > now + FURTHEST:
        raise BadWindow("day", _("At most a year ahead."))


def _refuse_overlap(technician: Person, starts_at: datetime, ends_at: datetime, but: int | None) -> None:
    db.session.execute(select(Person.id).where(Person.id == technician.id).with_for_update())
    other = queries.clash(technician.id, starts_at, ends_at, but)
    if other is not None:
        raise Taken(technician.name, other)


def _obstacle(technician: Person, starts_at: datetime, ends_at: datetime, but: int | None, needs: list, despite: str) -> str:
    day = clock.local(starts_at).date()
    found = Duty(day).obstacle(technician.id, starts_at, ends_at, needs, queries.count_given(technician.id, day, but))
    if found is None:
        return ""
    if found.soft and despite.strip():
        return found.words
    help_ = _("Choose another time or person, or say why it has to be.") if found.soft else _("Choose another time or person.")
    raise BadWindow("technician", _("%(name)s: %(obstacle)s. %(help)s", name=technician.name, obstacle=found.words, help=help_), soft=found.soft)


def earliest(now: datetime) -> datetime:
    """The next full half hour."""
    step = timedelta(minutes=30)
    floor = clock.local(now).replace(minute=0, second=0, microsecond=0)
    return floor + step * ((clock.local(now) - floor) // step + 1)


def length_of(ticket: Ticket) -> timedelta:
    """How long the catalogue says that such a visit lasts."""
    return timedelta(minutes=ticket.service.minutes if ticket.service else 90)


def proposal(ticket: Ticket) -> dict[str, Any]:
    """What the empty form offers: the time that the customer wants, else the next half hour in visiting hours."""
    now, length = clock.now(), length_of(ticket)
    start = wishes.start_of(ticket.preferred, ticket.created_at, earliest(now)) or _next_start(now, length)
    end = start + length
    if end.date() > start.date():  # wished for late in the evening
        start = _next_start(now, length)
        end = start + length
    return as_typed(start, end) | {"bring": ticket.service.bring_word if ticket.service else ""}


def asked_for(visit: Visit) -> dict[str, Any]:
    """What the form of a visit that is moved offers instead, when the customer has asked for another time."""
    now = clock.now()
    start = wishes.start_of(visit.wish, now, earliest(now)) if visit.wish else None
    end = start + (visit.ends_at - visit.starts_at) if start else None
    return as_typed(start, end) if end and end.date() == start.date() else {}


def as_typed(start: datetime, end: datetime) -> dict[str, Any]:
    """A window of one day as the fields of the form."""
    start, end = clock.local(start), clock.local(end)
    return {"day": start.date(), "start": start.time(), "end": end.time()}


def _next_start(now: datetime, length: timedelta) -> datetime:
    """The next half hour, or the first hour of tomorrow when the day is over."""
    start = earliest(now)
    first = time(options.value(FIRST_HOUR))
    if (start + length).date() > start.date() or (start + length).hour >= options.value(LAST_HOUR):
        return datetime.combine(start.date() + timedelta(days=1), first, clock.zone())
    return datetime.combine(start.date(), first, clock.zone()) if start.time() < first else start
