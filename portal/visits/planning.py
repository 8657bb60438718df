"""May this technician come in this window? Every refusal is a sentence that belongs beside one field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.core import clock, options
from portal.core.access import Role
from portal.core.db import db
from portal.core.i18n import time_of_day, when
from portal.tickets.models import Ticket
from portal.visits import queries
from portal.visits.booking import BadWindow, Taken
from portal.visits.options import FIRST_HOUR, LAST_HOUR

GRACE = timedelta(minutes=15)
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=12)
FURTHEST = timedelta(days=365)


def check(technician: Person, starts_at: datetime, ends_at: datetime, but: int | None = None) -> None:
    """Raises BadWindow. Holds the technician's row, so that two planners cannot both win."""
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
    if not (technician.active and Role.TECHNICIAN in technician.roles):
        raise BadWindow("technician", _("%(name)s does not do visits. Choose a technician.", name=technician.name))
    _refuse_overlap(technician, starts_at, ends_at, but)


def _refuse_overlap(technician: Person, starts_at: datetime, ends_at: datetime, but: int | None) -> None:
    db.session.execute(select(Person.id).where(Person.id == technician.id).with_for_update())
    other = queries.clash(technician.id, starts_at, ends_at, but)
    if other is not None:
        raise Taken(technician.name, other)


def earliest(now: datetime) -> datetime:
    """The next full half hour."""
    step = timedelta(minutes=30)
    floor = clock.local(now).replace(minute=0, second=0, microsecond=0)
    return floor + step * ((clock.local(now) - floor) // step + 1)


def length_of(ticket: Ticket) -> timedelta:
    """How long the catalogue says that such a visit lasts."""
    return timedelta(minutes=ticket.service.minutes if ticket.service else 90)


@dataclass(frozen=True)
class Candidate:
    """A technician with the visits of the day in question."""

    person: Person
    near: bool
    visits: list

    @property
    def words(self) -> str:
        """Own area, 2 visits: 09:00–10:30, 13:00–15:00."""
        windows = _(" + ").join(f"{time_of_day(v.starts_at)}–{time_of_day(v.ends_at)}" for v in self.visits)
        load = ngettext("%(num)d visit: %(when)s", "%(num)d visits: %(when)s", len(self.visits), when=windows) if self.visits else _("nothing planned")
        return _("own area, %(load)s", load=load) if self.near else load


def candidates(ticket: Ticket, day: date) -> list[Candidate]:
    """All technicians: those of the ticket's team first, then those with the least to do."""
    loads = queries.load_on(day)
    people = [Candidate(p, ticket.team_id in p.team_ids, loads.get(p.id, [])) for p in accounts.people_with(Role.TECHNICIAN)]
    return sorted(people, key=lambda c: (not c.near, len(c.visits), c.person.name))


def first_free(people: list[Candidate], window: tuple[datetime, datetime] | None) -> int | None:
    """Who is chosen before a person chooses: the first one without another visit in the window."""
    if window is None:
        return None
    start, end = window
    free = (c.person.id for c in people if not any(v.starts_at < end and v.ends_at > start for v in c.visits))
    return next(free, None)


def proposal(ticket: Ticket) -> dict[str, Any]:
    """What the empty form offers: the next half hour, or the first hour of tomorrow when the day is over."""
    start = earliest(clock.now())
    length = length_of(ticket)
    over = (start + length).date() > start.date() or (start + length).hour >= options.value(LAST_HOUR)
    first = time(options.value(FIRST_HOUR))
    if over:
        start = datetime.combine(start.date() + timedelta(days=1), first, clock.zone())
    elif start.time() < first:
        start = datetime.combine(start.date(), first, clock.zone())
    return {"day": start.date(), "start": start.time(), "end": (start + length).time(), "bring": ticket.service.bring if ticket.service else ""}
