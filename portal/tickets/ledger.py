"""The ledger (时限明细) of a clock: what was counted, what paused it and why, nights and holidays - down to the due moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.calendars.queries import calendars
from portal.calendars.showing import note_word
from portal.core import clock as wall
from portal.core.i18n import lasted, time_of_day, when, worked
from portal.tickets import clocks, promises
from portal.tickets.clocks import Reading, Span
from portal.tickets.models import ClockKind, ClockPolicy, Ticket
from portal.tickets.promises import Promise

WORDS = {
    "work": _l("counted"), "ahead": _l("will be counted"), "night": _l("outside working hours"), "break": _l("break"), "weekend": _l("weekend"),
    "holiday": _l("holiday"), "paused": _l("paused"),
}
ICONS = {"work": "clock", "ahead": "arrow-right", "paused": "pause", "night": "moon", "break": "moon", "weekend": "calendar", "holiday": "calendar"}


@dataclass(frozen=True)
class Line:
    """One line: a stretch of time, or (no `end`) something that happened at `start`."""

    start: datetime
    end: datetime | None
    why: str
    words: str
    icon: str

    @property
    def span(self) -> timedelta:
        return self.end - self.start if self.end else timedelta(0)

    @property
    def moment(self) -> str:
        """When: Fri 17:40 – 18:00, the day again where it is another one."""
        if self.end is None:
            return when(self.start)
        same = wall.local(self.start).date() == wall.local(self.end).date()
        return f"{when(self.start)} – {time_of_day(self.end) if same else when(self.end)}"

    @property
    def lasted(self) -> str:
        return lasted(self.span) if self.end else ""


@dataclass(frozen=True)
class Ledger:
    """One clock with its lines; `rule`: which rule promised what; `sum`: the lines in one sentence."""

    kind: ClockKind
    promise: Promise
    reading: Reading
    rule: str
    lines: list[Line]
    sum: str


def of(ticket: Ticket) -> dict[ClockKind, Ledger]:
    """The ledgers of the clocks that have started."""
    first, events = clocks.history(ticket, told=True)
    readings = {kind: clocks.read(kind, first[kind], events) for kind in ClockKind}
    return {kind: ledger_of(kind, reading) for kind, reading in readings.items() if reading.started}


def ledger_of(kind: ClockKind, reading: Reading) -> Ledger:
    lines = sorted(_lines(reading, wall.now()), key=lambda line: line.start)
    return Ledger(kind, reading.promise, reading, rule_words(reading.promise), lines, sentence(lines))


def _lines(reading: Reading, now: datetime) -> Iterator[Line]:
    before: Promise | None = None
    for span in reading.spans:
        if before is not None and span.promise != before:
            yield Line(span.start, None, "promise", _("the limit is %(span)s now, also for the time already spent", span=worked(span.promise.target)), "flag")
        before = span.promise
        yield from _paused(span, now) if span.name == "paused" else _counted(span, reading, now)
    if reading.breached_at is not None:
        yield Line(reading.breached_at, None, "late", _("over the limit"), "warn")
    if reading.met_at is not None:
        yield Line(reading.met_at, None, "met", _("done"), "check")
    elif reading.due_at is not None and reading.breached_at is None:
        late = reading.due_at < now
        yield Line(reading.due_at, None, "late" if late else "due", _("over the limit") if late else _("due"), "warn" if late else "flag")


def _paused(span: Span, now: datetime) -> Iterator[Line]:
    told = {"why": span.event.why, "who": span.event.who}
    words = _("paused by %(who)s: %(why)s", **told) if span.event.why else _("paused by %(who)s", **told)
    yield Line(span.start, max(span.end or now, span.start), "paused", words, "pause")


def _counted(span: Span, reading: Reading, now: datetime) -> Iterator[Line]:
    """Down to its end; a running clock down to the due moment, what lies ahead apart."""
    end = span.end or max(reading.due_at, span.start)
    for piece in span.promise.working.pieces(span.start, end):
        parts = [(piece.start, piece.end)]
        if piece.start < now < piece.end and span.end is None:
            parts = [(piece.start, now), (now, piece.end)]
        for a, b in parts:
            why = "ahead" if piece.why == "work" and span.end is None and a >= now else piece.why
            yield Line(a, b, why, _why_words(why, piece.note), ICONS.get(why, "calendar"))


def _why_words(why: str, note: tuple[str, str]) -> str:
    name = note_word(note)
    return _("%(what)s, %(name)s", what=WORDS[why], name=name) if name else str(WORDS[why])


def sentence(lines: list[Line]) -> str:
    """counted 2 h 10, paused 18 h, night 14 h."""
    totals: dict[str, timedelta] = {}
    for line in lines:
        if line.end is not None:
            totals[line.why] = totals.get(line.why, timedelta(0)) + line.span
    order = [why for why in WORDS if totals.get(why)]
    return _(", ").join(f"{WORDS[why]} {(worked if why in ('work', 'ahead') else lasted)(totals[why])}" for why in order)


def because(promise: Promise, start: datetime) -> tuple[datetime, list[Line], str]:
    """A ticket made at `start` under a promise: when it is due, the working, and one sentence."""
    due = promise.working.after(start, promise.target)
    pieces = promise.working.pieces(start, due)
    lines = [Line(p.start, p.end, p.why, _why_words(p.why, p.note), ICONS.get(p.why, "calendar")) for p in pieces]
    return due, [*lines, Line(due, None, "due", _("due"), "flag")], sentence(lines)


def rule_words(promise: Promise) -> str:
    """Which rule: number in its order, limit and hours."""
    rule = next((r for r in promises.in_force() if r.id == promise.rule), None)
    if rule is None:
        return _("No rule matches: %(span)s, round the clock", span=lasted(promise.target))
    same = [r for r in promises.in_force() if r.clock is rule.clock]
    return _("Rule %(number)d: %(span)s, %(hours)s", number=same.index(rule) + 1, span=limit_words(rule), hours=hours_words(rule))


def limit_words(rule: ClockPolicy) -> str:
    """1 day round the clock, but 27 hours of working time: a working day is no day."""
    span = timedelta(minutes=rule.minutes)
    return lasted(span) if rule.hours == promises.ALWAYS_HOURS else worked(span)


def hours_words(rule: ClockPolicy) -> str:
    if rule.hours == promises.ALWAYS_HOURS:
        return _("round the clock")
    named = {str(c.id): c.word for c in calendars()} if rule.hours.isdigit() else {}
    return named.get(rule.hours) or _("working hours of the team")
