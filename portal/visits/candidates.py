"""Who can come, scored with reasons: skill and certificate, area, load, leave, the most visits a day, travel, this customer's ratings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, Callable, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import queries as accounts
from portal.core import clock
from portal.core.access import Role
from portal.core.db import db
from portal.core.i18n import lasted, time_of_day
from portal.roster.duty import Duty, Obstacle
from portal.roster.queries import Need
from portal.tickets.models import Ticket
from portal.visits import needing, queries, slots
from portal.visits.slots import Place, Slot, Ways

BASE, OWN_AREA, A_VISIT, A_LEVEL, A_STAR, MINUTES_A_POINT = 50, 20, -4, 5, 6, 3
ratings: list[Callable[[int], dict[int, tuple[float, int]]]] = []
"""A later slice adds fn(customer_id) -> {technician_id: (average score 1 to 5, number)}."""


@dataclass(frozen=True)
class Reason:
    """One line of the score; no points: a fact only."""

    words: str
    points: int = 0

    @property
    def scored(self) -> str:
        return f"{self.words} {'+' if self.points > 0 else '−'}{abs(self.points)}" if self.points else self.words


@dataclass
class Candidate:
    """A technician for one job on one day. `obstacle`: why not; `slots`: when; the first one is the best."""

    person: Any
    reasons: list[Reason] = field(default_factory=list)
    obstacle: Obstacle | None = None
    slots: list[Slot] = field(default_factory=list)

    @property
    def score(self) -> int:
        return BASE + sum(r.points for r in self.reasons)

    @property
    def is_eligible(self) -> bool:
        return self.obstacle is None

    @property
    def why(self) -> str:
        """Glass, skilled +10, own area +20, 3 visits, 4 h −12."""
        return _(", ").join(r.scored for r in self.reasons)

    @property
    def words(self) -> str:
        if self.obstacle is not None:
            return _("cannot: %(why)s", why=self.obstacle.words)
        return _("%(score)s points: %(why)s", score=self.score, why=self.why)


@dataclass(frozen=True)
class Job:
    """What is to be done, in plain values. `but`: the visit that is being moved, which is in nobody's way."""

    customer_id: int
    team_id: int | None
    preferred: str
    length: timedelta
    needs: list[Need]
    place: Place
    ways: Ways
    but: int | None = None

    @classmethod
    def of(cls, ticket: Ticket, length: timedelta, but: int | None = None) -> "Job":
        estate = ticket.site.estate if ticket.site else ""
        return cls(ticket.customer_id, ticket.team_id, ticket.preferred, length, needing.needs_of(ticket), Place(ticket.area_id, estate), Ways.known(), but)


class Facts(NamedTuple):
    """What a score depends on beside the day itself: the job as it stands, and what its customer thought of whom."""

    ticket: tuple[int, int]
    visit: tuple[int, int] | None
    wanted: int | None
    ratings: tuple[tuple[int, tuple[float, int]], ...]

    @classmethod
    def of(cls, ticket: Ticket, visit: Any = None) -> "Facts":
        wanted, known = needing.wanted_of(ticket), ratings_of(ticket.customer_id)
        return cls((ticket.id, ticket.version), (visit.id, visit.version) if visit else None, wanted.id if wanted else None, tuple(sorted(known.items())))


def for_day(job: Job, day: date, window: slots.Span | None = None, taken: dict[int, list] | None = None,
            duty: Duty | None = None) -> list[Candidate]:
    """All technicians: first who can come, the best score first, then the others with what is in the way.

    `window`: a time that is asked for; without it the free times of the day are looked for. `taken`, `duty`: what is known already.
    """
    duty = duty or Duty(day)
    taken = taken if taken is not None else queries.by_technician(db.session.execute(queries.taken(day, day, but=job.but)))
    known = ratings_of(job.customer_id)
    return in_order([one(p, job, day, taken.get(p.id, []), duty, known.get(p.id), window) for p in accounts.people_with(Role.TECHNICIAN)])


def soonest(job: Job, first: date, days: int = 7) -> Slot | None:
    """The first free time of anybody who can do the job, from that day on; None when nobody can within these days."""
    for n in range(days):
        if times := [c.slots[0] for c in for_day(job, first + timedelta(days=n)) if c.is_eligible]:
            return min(times, key=lambda slot: slot.starts_at)
    return None


def in_order(found: list[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda c: (c.obstacle is not None, -c.score, c.person.name, c.person.id))


def ratings_of(customer_id: int) -> dict[int, tuple[float, int]]:
    return {person_id: found for source in ratings for person_id, found in source(customer_id).items()}


def one(person: Any, job: Job, day: date, visits: Any, duty: Duty, rating: tuple[float, int] | None, window: slots.Span | None = None) -> Candidate:
    """Can this technician do the job on this day (in this window), and how well does it fit?"""
    visits = [v for v in visits if v.id != job.but]
    own = job.team_id in person.team_ids
    times = slots.free(person.id, job, day, visits, duty, own) if window is None else slots.at(window, job, visits, own)
    obstacle = _obstacle(person, job, day, window, visits, duty, times)
    reasons = [] if obstacle else _reasons(person, job, visits, duty, own, rating, times)
    return Candidate(person, reasons, obstacle, times)


def _obstacle(person: Any, job: Job, day: date, window: Any, visits: list, duty: Duty, times: list[Slot]) -> Obstacle | None:
    if window is not None:
        return in_the_way(person.id, window, visits, duty, job.needs)
    barred = duty.gap(person.id, job.needs, day) or duty.full(person.id, len(visits))
    return barred or (None if times else _why_no_time(person, day, duty))


def in_the_way(person_id: int, window: slots.Span, visits: Any, duty: Duty, needs: Any = ()) -> Obstacle | None:
    """Why this technician cannot come in this window: another visit, leave, hours, a skill that is needed."""
    other = next((v for v in visits if v.status in queries.OPEN and v.starts_at < window[1] and v.ends_at > window[0]), None)
    return _taken(other) if other else duty.obstacle(person_id, *window, needs, len(visits))


def _taken(other: Any) -> Obstacle:
    words = _("at another visit %(start)s–%(end)s", start=time_of_day(other.starts_at), end=time_of_day(other.ends_at))
    return Obstacle("taken", words, soft=False)


def _why_no_time(person: Any, day: date, duty: Duty) -> Obstacle:
    noon = clock.moment(day, time(12))
    shift = duty.shift(person.id, day) or (noon, noon + timedelta(minutes=15))
    found = duty.obstacle(person.id, *shift)
    return found if found and found.kind in ("leave", "off") else Obstacle("busy", _("no free time left"))


def _reasons(person: Any, job: Job, visits: list, duty: Duty, own: bool, rating: tuple[float, int] | None, times: list[Slot]) -> list[Reason]:
    made = [_skill(duty.held(person.id, need.skill_id)) for need in job.needs if duty.held(person.id, need.skill_id)]
    made.append(Reason(_("own area"), OWN_AREA) if own else Reason(_("another area")))
    made.append(_load(visits))
    if times and times[0].travel:
        made.append(Reason(_("about %(num)s min of travel", num=times[0].travel), -(times[0].travel // MINUTES_A_POINT)))
    if rating:
        words = ngettext("this customer gave %(stars)s once", "this customer gave %(stars)s on average, %(num)d times", rating[1], stars=f"{rating[0]:.1f}")
        made.append(Reason(words, round((rating[0] - 3) * A_STAR)))
    return made


def _skill(held: Any) -> Reason:
    return Reason(_("%(skill)s, %(level)s", skill=held.skill.word, level=held.level.word), held.level.rank * A_LEVEL)


def _load(visits: list) -> Reason:
    if not visits:
        return Reason(_("nothing planned"))
    spent = sum((v.ends_at - v.starts_at for v in visits), timedelta(0))
    return Reason(ngettext("%(num)d visit, %(span)s", "%(num)d visits, %(span)s", len(visits), span=lasted(spent)), len(visits) * A_VISIT)


def recommended(found: list[Candidate]) -> Candidate | None:
    """The best of those who can come."""
    return found[0] if found and found[0].is_eligible else None
