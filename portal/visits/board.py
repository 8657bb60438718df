"""The dispatch board in plain values: who is where on a day, what is still to be given out, and where a picked job fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock, options
from portal.core.i18n import lasted, time_of_day
from portal.roster.duty import Duty
from portal.visits import candidates, queries
from portal.visits.booking import QUARTER
from portal.visits.candidates import Candidate
from portal.visits.models import FINISHED, VisitStatus
from portal.visits.options import FIRST_HOUR, LAST_HOUR

S = VisitStatus
WIDEST, NARROW = 48, 4  # quarters; a narrow block shows only its start
MOVABLE = (S.SCHEDULED, S.ACCEPTED, S.ON_THE_WAY)


@dataclass(frozen=True)
class Block:
    """A visit in its lane, from quarter `start`, `width` quarters wide. `kind`: done, working, way, late, agreed, asked, busy."""

    id: int
    kind: str
    start: int
    width: int
    title: str
    words: str
    times: str
    movable: bool
    icon: str = ""
    second: bool = False


@dataclass(frozen=True)
class Shade:
    """Time in which nobody is sent: lunch, leave, off."""

    start: int
    width: int
    words: str


@dataclass(frozen=True)
class Offer:
    """A free time for the picked job."""

    start: int
    width: int
    at: str
    words: str
    travel: int
    best: bool
    chosen: bool


@dataclass(frozen=True)
class Lane:
    person_id: int
    name: str
    note: str
    blocks: tuple[Block, ...] = ()
    shades: tuple[Shade, ...] = ()
    offers: tuple[Offer, ...] = ()
    pale: bool = False


@dataclass(frozen=True)
class Ruler:
    """The hours across: quarter 0 is the first hour."""

    day: date
    first: int
    last: int

    @classmethod
    def of(cls, day: date) -> "Ruler":
        first, last = options.value(FIRST_HOUR), options.value(LAST_HOUR)
        return cls(day, first, last if last > first else 24)

    @property
    def hours(self) -> list[int]:
        return list(range(self.first, self.last))

    @property
    def quarters(self) -> int:
        return (self.last - self.first) * 4

    def place(self, starts_at: datetime, ends_at: datetime) -> tuple[int, int]:
        """(start, width) within the ruler; what lies outside is shown at its edge."""
        zero = self.zero
        start = min(max(int(starts_at.timestamp() - zero) // QUARTER, 0), self.quarters - 1)
        end = min(max(-(-int(ends_at.timestamp() - zero) // QUARTER), start + 1), self.quarters)
        return start, min(end - start, WIDEST)

    @cached_property
    def zero(self) -> float:
        return clock.day_bounds(self.day)[0].timestamp() + self.first * 3600

    @cached_property
    def ends(self) -> tuple[datetime, datetime]:
        start = clock.day_bounds(self.day)[0]
        return start + timedelta(hours=self.first), start + timedelta(hours=self.last)

    @cached_property
    def zone(self) -> ZoneInfo:
        return clock.zone()

    def time(self, moment: datetime) -> str:
        """14:30, for hundreds of blocks: the zone is looked up once."""
        local = moment.astimezone(self.zone)
        return f"{local.hour:02d}:{local.minute:02d}"

    @property
    def now(self) -> int | None:
        """The quarter of the present moment, when it is on the board."""
        local = clock.local(clock.now())
        quarter = (local.hour - self.first) * 4 + local.minute // 15
        return quarter if local.date() == self.day and 0 <= quarter < self.quarters else None


def chosen_of(people: list[Candidate], who: int | None, at: str) -> tuple[Candidate, Any] | None:
    """(candidate, slot): the one of the address, else the recommended one with its best time."""
    for candidate in people:
        if candidate.person.id == who and candidate.is_eligible:
            slot = next((s for s in candidate.slots if _hhmm(s.starts_at) == at), None)
            return (candidate, slot or candidate.slots[0])
    best = candidates.recommended(people)
    return (best, best.slots[0]) if best else None


def _hhmm(moment: datetime) -> str:
    return f"{clock.local(moment):%H%M}"


def lane(person: Any, rows: Any, ruler: Ruler, now: datetime, shades: tuple[Shade, ...], candidate: Candidate | None = None, chosen: Any = None) -> Lane:
    """One technician's day. `chosen`: the slot of the confirm bar, when it is one of this candidate's."""
    note = _load(rows) if candidate is None or candidate.is_eligible else candidate.obstacle.words
    blocks = tuple(_block(row, person.id, ruler, now) for row in rows)
    offers = tuple(_offers(candidate, ruler, chosen)) if candidate and candidate.is_eligible else ()
    return Lane(person.id, person.name, note, blocks, shades, offers, candidate is not None and not candidate.is_eligible)


def _load(rows: Any) -> str:
    if not rows:
        return _("nothing planned")
    spent = sum((r.ends_at - r.starts_at for r in rows), timedelta(0))
    return ngettext("%(num)d visit, %(span)s", "%(num)d visits, %(span)s", len(rows), span=lasted(spent))


def _block(row: Any, person_id: int, ruler: Ruler, now: datetime) -> Block:
    start, width = ruler.place(row.starts_at, row.ends_at)
    kind, words, icon = _state(row, now, ruler)
    title = row.title if row.shown else _("Busy")
    begins = ruler.time(row.starts_at)
    times = f"{begins}–{ruler.time(row.ends_at)}"
    return Block(row.id if row.shown else 0, kind, start, width, title, words or (begins if width <= NARROW else times), times, row.shown and row.status in MOVABLE, icon, row.second_id == person_id)


def _state(row: Any, now: datetime, ruler: Ruler) -> tuple[str, str, str]:
    """(kind, words, icon): what a block says beside its title."""
    if row.status in FINISHED:
        return "done", ruler.time(row.finished_at or row.ends_at), "check"
    if row.status is S.ON_SITE:
        over = now - row.ends_at
        return "working", _("at work, %(span)s over", span=lasted(over)) if over > timedelta(0) else _("at work"), ""
    if row.expected_at is not None and row.expected_at > row.starts_at:
        return "late", _("about %(at)s", at=ruler.time(row.expected_at)), "alarm"
    if now > row.starts_at + timedelta(minutes=1):
        return "late", _("%(span)s late", span=lasted(now - row.starts_at)), "alarm"
    if row.status is S.ON_THE_WAY:
        return "way", _("on the way"), "nav"
    return ("agreed", "", "") if row.confirmed_at else ("asked", "", "")


def shades(person_id: int, ruler: Ruler, duty: Duty) -> tuple[Shade, ...]:
    """When this technician is not there."""
    start, end = ruler.ends
    made = []
    for leave in duty.away(person_id):
        words = _("away, back %(at)s", at=time_of_day(leave.ends_at)) if leave.ends_at < end else _("away")
        made.append((leave.starts_at, leave.ends_at, words))
    if duty.is_bound(person_id):
        shift = duty.shift(person_id, ruler.day)
        made += [(start, shift[0], ""), (shift[1], end, "")] if shift else [(start, end, _("off"))]
    rest = duty.rest(person_id, ruler.day)
    made += [(*rest, _("lunch"))] if rest else []
    return tuple(Shade(*ruler.place(a, b), words) for a, b, words in made if max(a, start) < min(b, end))


def _offers(candidate: Candidate, ruler: Ruler, chosen: Any) -> list[Offer]:
    made = []
    for n, slot in enumerate(candidate.slots):
        is_chosen = slot is chosen
        words = time_of_day(slot.starts_at)
        made.append(Offer(*ruler.place(slot.starts_at, slot.ends_at), _hhmm(slot.starts_at), words, slot.travel, n == 0, is_chosen))
    return made


@dataclass(frozen=True)
class Cell:
    """One technician's day in the week: how many visits, how full, and what keeps them away."""

    day: date
    number: int
    spent: str
    share: int  # of the hours, in tenths
    note: str


def week_of(first: date, technicians: list[Any]) -> list[tuple[Any, list[Cell]]]:
    """Seven days of everybody."""
    days = [first + timedelta(days=n) for n in range(7)]
    duty = Duty(first, days[-1])
    spent: dict[tuple[int, date], list[timedelta]] = {}
    for row in queries.week_rows(first, days[-1]):
        for person_id in filter(None, (row.technician_id, row.second_id)):
            spent.setdefault((person_id, clock.local(row.starts_at).date()), []).append(row.ends_at - row.starts_at)
    return [(p, [_cell(p.id, d, spent.get((p.id, d), []), duty) for d in days]) for p in technicians]


def _cell(person_id: int, day: date, spans: list[timedelta], duty: Duty) -> Cell:
    shift = duty.shift(person_id, day)
    hours = (shift[1] - shift[0]) if shift else timedelta(hours=8)
    total = sum(spans, timedelta(0))
    start, end = clock.day_bounds(day)
    away = any(leave.starts_at < (shift or (start, end))[1] and leave.ends_at > (shift or (start, end))[0] for leave in duty.away(person_id))
    note = _("away") if away else _("off") if duty.is_bound(person_id) and shift is None else ""
    return Cell(day, len(spans), lasted(total) if spans else "", min(round(total / hours * 10), 10), note)
