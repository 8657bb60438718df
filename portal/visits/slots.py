"""Free times of a technician's day, with the travel between areas kept free before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.core import clock, options
from portal.roster.duty import Duty
from portal.visits.options import FIRST_HOUR, LAST_HOUR, TRAVEL_AREA, TRAVEL_ESTATE, TRAVEL_FAR

Span = tuple[datetime, datetime]
STEP, MOST = timedelta(minutes=15), 3
MORNING, AFTERNOON = ("上午", "morning", "早上"), ("下午", "afternoon", "傍晚", "evening")


@dataclass(frozen=True)
class Place:
    area_id: int | None
    estate: str = ""


@dataclass(frozen=True)
class Slot:
    """`travel`: estimated minutes from where the technician is before."""

    starts_at: datetime
    ends_at: datetime
    travel: int


@dataclass(frozen=True)
class Ways:
    """Minutes of travel within an estate, within an area, between areas; positions are never followed."""

    estate: int
    area: int
    far: int

    @classmethod
    def known(cls) -> "Ways":
        return cls(options.value(TRAVEL_ESTATE), options.value(TRAVEL_AREA), options.value(TRAVEL_FAR))

    def between(self, one: Place | None, other: Place) -> int:
        if one is None or one.area_id is None or other.area_id is None or one.area_id != other.area_id:
            return self.far
        return self.estate if one.estate and one.estate == other.estate else self.area


def usual_hours(day: date) -> Span:
    """When visits are made at all, for those whose hours are not kept."""
    start = clock.day_bounds(day)[0]
    return start + timedelta(hours=options.value(FIRST_HOUR)), start + timedelta(hours=options.value(LAST_HOUR))


def free(person_id: int, job: Any, day: date, visits: list, duty: Duty, own: bool) -> list[Slot]:
    """The first fitting time of each gap; those at the time of day that the customer wants come first."""
    if duty.is_bound(person_id) and duty.shift(person_id, day) is None:
        return []
    shift = duty.shift(person_id, day) or usual_hours(day)
    first = max(shift[0], _quarter_up(clock.now()))
    blocks = _blocks(person_id, day, visits, duty)
    found = [s for s in (_fit(job, gap, own) for gap in _gaps(first, shift[1], blocks)) if s]
    wish = _wish(job.preferred, day)
    if wish and (later := _fit_after(job, found, first, shift[1], blocks, wish[0], own)):
        found.append(later)
    return sorted(found, key=lambda s: (not (wish and wish[0] <= s.starts_at < wish[1]), s.starts_at))[:MOST]


def at(window: Span, job: Any, visits: list, own: bool) -> list[Slot]:
    """The asked window with its travel."""
    before = [v for v in visits if v.ends_at <= window[0]]
    return [Slot(*window, _travel_from(Place(before[-1].area_id, before[-1].estate or "") if before else None, job, own))]


def _travel_from(place: Place | None, job: Any, own: bool) -> int:
    """From the visit before; the day's first way is as long as the technician's own area, or another one, lets it be."""
    if place is None:
        return job.ways.area if own else job.ways.far
    return job.ways.between(place, job.place)


def _blocks(person_id: int, day: date, visits: list, duty: Duty) -> list[tuple[datetime, datetime, Place | None]]:
    """What takes time, in order; lunch and leave have no place."""
    made = [(v.starts_at, v.ends_at, Place(v.area_id, v.estate or "")) for v in visits]
    made += [(leave.starts_at, leave.ends_at, None) for leave in duty.away(person_id)]
    rest = duty.rest(person_id, day)
    return sorted([*made, *([(*rest, None)] if rest else [])], key=lambda b: (b[0], b[1]))


@dataclass(frozen=True)
class _Gap:
    """Between two blocks. `before`: where the technician was last, until `since`; `after`: where the next visit is."""

    start: datetime
    end: datetime
    before: Place | None
    since: datetime
    after: Place | None


def _gaps(first: datetime, last: datetime, blocks: list) -> list[_Gap]:
    made, at_, place, since = [], first, None, first
    for start, end, where in blocks:
        if start > at_ and at_ < last:
            made.append(_Gap(at_, min(start, last), place, since, where))
        at_ = max(at_, end)
        place, since = (where, end) if where else (place, since)
    return [*made, _Gap(at_, last, place, since, None)] if at_ < last else made


def _fit(job: Any, gap: _Gap, own: bool, not_before: datetime | None = None) -> Slot | None:
    minutes = _travel_from(gap.before, job, own)
    way = timedelta(minutes=minutes) if gap.before else timedelta(0)
    start = _quarter_up(max(gap.start, gap.since + way, not_before or gap.start))
    end = start + job.length
    onward = timedelta(minutes=job.ways.between(job.place, gap.after)) if gap.after else timedelta(0)
    return Slot(start, end, minutes) if end + onward <= gap.end else None


def _fit_after(job: Any, found: list[Slot], first: datetime, last: datetime, blocks: list, moment: datetime, own: bool) -> Slot | None:
    """The first time from this moment on that is not among the found ones."""
    fits = (_fit(job, gap, own, max(gap.start, moment)) for gap in _gaps(first, last, blocks) if gap.end > moment)
    return next((s for s in fits if s and s.starts_at not in {f.starts_at for f in found}), None)


def _wish(words: str, day: date) -> Span | None:
    """The half of the day that the customer's words name, if they do."""
    noon = clock.moment(day, time(12))
    start, end = clock.day_bounds(day)
    if any(w in words for w in MORNING):
        return start, noon
    return (noon, end) if any(w in words for w in AFTERNOON) else None


def _quarter_up(moment: datetime) -> datetime:
    floor = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    return floor if floor == moment else floor + STEP
