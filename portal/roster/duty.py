"""Who is on duty when, and what stands in the way: kept while nothing of it changes, whoever is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _

from portal.core import clock, options
from portal.core.i18n import dated, time_of_day, when
from portal.roster import queries
from portal.roster.queries import Held, Need
from portal.roster.options import DAILY_VISITS

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Obstacle:
    """Why somebody cannot come. `soft`: may be overruled with a reason; leave and expired certificates never are."""

    kind: str  # leave, off, hours, rest, skill, expired, full
    words: str
    soft: bool = True


class Duty:
    """Hours, leave, skills and terms of everybody for the days from `first` to `last`."""

    def __init__(self, first: date, last: date | None = None):
        self._hours, self._skills, self._most = queries.everybodys_hours(), queries.everybodys_skills(), queries.everybodys_most()
        self._bound = {person_id for person_id, _weekday in self._hours}
        self._leave = queries.absences(clock.day_bounds(first)[0], clock.day_bounds(last or first)[1])
        self._spans: dict[tuple, Span] = {}

    def is_bound(self, person_id: int) -> bool:
        """Are hours kept for this person at all?"""
        return person_id in self._bound

    def shift(self, person_id: int, day: date) -> Span | None:
        """From and to of a working day; None: off, or hours are not kept."""
        row = self._hours.get((person_id, day.weekday()))
        return self._span(day, row[0], row[1]) if row else None

    def rest(self, person_id: int, day: date) -> Span | None:
        row = self._hours.get((person_id, day.weekday()))
        return self._span(day, row[2], row[3]) if row and row[3] > row[2] else None

    def _span(self, day: date, start: int, end: int) -> Span:
        """Minutes as moments; most people share a few hours."""
        found = self._spans.get((day, start, end))
        if found is None:
            found = self._spans[day, start, end] = (at_minute(day, start), at_minute(day, end))
        return found

    def away(self, person_id: int) -> list[Any]:
        return self._leave.get(person_id, [])

    def most(self, person_id: int) -> int:
        """The most visits a day."""
        return self._most.get(person_id) or options.value(DAILY_VISITS)

    def held(self, person_id: int, skill_id: int) -> Held | None:
        return self._skills.get(person_id, {}).get(skill_id)

    def obstacle(self, person_id: int, starts_at: datetime, ends_at: datetime, needs: list[Need] = (), load: int = 0) -> Obstacle | None:
        """The gravest thing that speaks against this window, if any. `load`: other visits of that day."""
        day = clock.local(starts_at).date()
        return (
            self._absence(person_id, starts_at, ends_at) or self.gap(person_id, needs, day) or self._off_hours(person_id, day, starts_at, ends_at)
            or self.full(person_id, load)
        )

    def _absence(self, person_id: int, starts_at: datetime, ends_at: datetime) -> Obstacle | None:
        for leave in self.away(person_id):
            if leave.starts_at < ends_at and leave.ends_at > starts_at:
                return Obstacle("leave", _("away until %(at)s (%(kind)s)", at=when(leave.ends_at), kind=leave.kind.word), soft=False)
        return None

    def gap(self, person_id: int, needs: list[Need], day: date) -> Obstacle | None:
        """What is missing for the service: an expired certificate bars, a missing skill can be overruled."""
        found = [o for o in (self._lack(person_id, need, day) for need in needs) if o]
        return min(found, key=lambda o: o.soft, default=None)

    def _lack(self, person_id: int, need: Need, day: date) -> Obstacle | None:
        held, name = self.held(person_id, need.skill_id), need.skill.word
        if held is None:
            return Obstacle("skill", _("lacks the skill %(name)s", name=name))
        state = queries.state_of(held, day)
        if state == "expired":
            return Obstacle("expired", _("certificate %(name)s expired on %(day)s", name=name, day=dated(held.expires_on)), soft=False)
        if state == "missing":
            return Obstacle("expired", _("no certificate %(name)s on file", name=name), soft=False)
        if held.level.rank < need.level.rank:
            return Obstacle("skill", _("%(name)s only as %(level)s", name=name, level=held.level.word))
        return None

    def _off_hours(self, person_id: int, day: date, starts_at: datetime, ends_at: datetime) -> Obstacle | None:
        if not self.is_bound(person_id):
            return None
        shift, rest = self.shift(person_id, day), self.rest(person_id, day)
        if shift is None:
            return Obstacle("off", _("off on this day"))
        if starts_at < shift[0] or ends_at > shift[1]:
            return Obstacle("hours", _("works %(start)s–%(end)s", start=time_of_day(shift[0]), end=time_of_day(shift[1])))
        if rest and starts_at < rest[1] and ends_at > rest[0]:
            return Obstacle("rest", _("lunch %(start)s–%(end)s", start=time_of_day(rest[0]), end=time_of_day(rest[1])))
        return None

    def full(self, person_id: int, load: int) -> Obstacle | None:
        if load < self.most(person_id):
            return None
        return Obstacle("full", _("%(number)s visits already, the most for a day", number=load))


def at_minute(day: date, minute: int) -> datetime:
    """Minutes after midnight on the company's wall clock; 1440 is the next midnight."""
    return clock.moment(day, time(minute // 60, minute % 60)) if minute < 1440 else clock.day_bounds(day)[1]
