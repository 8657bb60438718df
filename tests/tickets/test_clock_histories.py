"""Thousands of random histories: the clocks agree with a slow count that walks through time a quarter of an hour at a step."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.calendars.working import ALWAYS, Working
from portal.tickets.clocks import CLASSIFIED, Event, Promise, read
from portal.tickets.models import ClockKind

SHANGHAI, STEP = ZoneInfo("Asia/Shanghai"), timedelta(minutes=15)
# Around National Day 2026: 1 to 7 October are off, Saturday the 10th is worked.
START = datetime(2026, 9, 30, 0, 0, tzinfo=SHANGHAI).astimezone(UTC)
OFF, MADE_UP = {date(2026, 10, day) for day in range(1, 8)}, {date(2026, 10, 10), date(2026, 9, 20)}

OFFICE = [[[540, 720], [780, 1080]]] * 5 + [[], []]
NIGHT_SHIFT = [[[0, 360], [1320, 1440]]] * 7
ODD = [[[600, 615]], [], [[0, 1440]], [], [[1425, 1440]], [[0, 15]], []]
CALENDARS = {
    "always": ALWAYS, "office": Working(OFFICE, SHANGHAI, holidays=True), "night": Working(NIGHT_SHIFT, SHANGHAI), "odd": Working(ODD, SHANGHAI, holidays=True),
}
WEEKS = {"office": (OFFICE, True), "night": (NIGHT_SHIFT, False), "odd": (ODD, True)}


def is_worked(name: str, moment: datetime) -> bool:
    """Obviously right: look the moment up on the wall."""
    if name == "always":
        return True
    week, keeps_holidays = WEEKS[name]
    local = moment.astimezone(SHANGHAI)
    hours = week[local.weekday()]
    if keeps_holidays and local.date() in OFF:
        return False
    if keeps_holidays and local.date() in MADE_UP and not hours:
        hours = week[0]
    minute = local.hour * 60 + local.minute
    return any(a <= minute < b for a, b in hours)


STARTS = {ClockKind.FIRST_RESPONSE: "ticket.created", ClockKind.RESOLUTION: "ticket.created", ClockKind.RESULT: "visit.finished"}
ENDS = {
    ClockKind.FIRST_RESPONSE: {"ticket.replied", "ticket.dispatched", "ticket.resolved"}, ClockKind.RESOLUTION: {"ticket.resolved"},
    ClockKind.RESULT: {"ticket.replied", "ticket.resolved"},
}
WAKES = {"ticket.resumed", "ticket.customer_wrote", "ticket.dispatched"}


class Slow:
    """One clock, walked through step by step."""

    def __init__(self, kind: ClockKind, target: int, calendar: str):
        self.kind, self.target, self.calendar, self.coming = kind, target, calendar, (target, calendar)
        self.state, self.used, self.reached, self.late, self.first_late, self.met = "before", 0, None, None, None, None

    def happen(self, verb: str, at: datetime, promise: tuple | None) -> None:
        if promise:
            self.coming = promise
            if self.state != "met":
                self.take_up(at)
        elif self.state == "before":
            if verb == STARTS[self.kind]:
                self.go(at)
        elif self.state == "met":
            if verb == {ClockKind.RESOLUTION: "ticket.reopened", ClockKind.RESULT: "visit.finished"}.get(self.kind):
                if self.kind is ClockKind.RESULT:
                    self.used, self.late = 0, None
                self.go(at)
        elif verb in ENDS[self.kind]:
            self.state, self.met = "met", at
        elif verb == "ticket.waiting":
            self.state = "paused"
        elif verb in WAKES and self.state == "paused":
            self.go(at)

    def go(self, at: datetime) -> None:
        self.state, self.met = "running", None
        self.take_up(at)

    def take_up(self, at: datetime) -> None:
        self.target, self.calendar = self.coming
        self.reached = at if self.used >= self.target else None

    def pass_time(self, now: datetime) -> None:
        """One step from `now`."""
        if self.state != "running":
            return
        if self.used >= self.target:
            self.reached = self.reached or now
            self.late = self.late or self.reached
            self.first_late = self.first_late or self.late
        if is_worked(self.calendar, now):
            self.used += 1
            if self.used == self.target:
                self.reached = now + STEP


def slow_count(kind: ClockKind, target: int, calendar: str, history: list, until: datetime) -> Slow:
    clock, now, coming = Slow(kind, target, calendar), START, list(history)
    while now < until or coming:
        while coming and coming[0][0] <= now:
            _at, verb, promise = coming.pop(0)
            clock.happen(verb, now, promise)
        if now < until:
            clock.pass_time(now)
        now += STEP
    return clock


VERBS = ["ticket.waiting", "ticket.resumed", "ticket.replied", "ticket.resolved", "ticket.reopened", "ticket.customer_wrote", "visit.finished", "ticket.dispatched"]
limits, names = st.integers(1, 60), st.sampled_from(sorted(CALENDARS))
steps = st.one_of(
    st.tuples(st.integers(-20, 120), st.sampled_from(VERBS), st.none()),
    st.tuples(st.integers(0, 60), st.just(CLASSIFIED), st.tuples(limits, names)),
)
histories = st.tuples(st.integers(0, 1000), st.lists(steps, max_size=12))


def told(kind: ClockKind, history: tuple) -> tuple[list[Event], list]:
    """The same history for both: activity rows as they were written (the wall clock may go back), and quarter hours that never do."""
    first, rest = history
    moment, latest = START + STEP * first, START + STEP * first
    events, walked = [Event(moment, "ticket.created")], [(moment, "ticket.created", None)]
    for quarters, verb, promise in rest:
        moment = moment + STEP * quarters
        latest = max(latest, moment)
        made = {kind: Promise(STEP * promise[0], CALENDARS[promise[1]])} if promise else None
        events.append(Event(moment, verb, made))
        walked.append((latest, verb, promise))
    return events, walked


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(list(ClockKind)), limits, names, histories)
def test_every_clock_agrees_with_a_slow_count(kind, target, calendar, history):
    events, walked = told(kind, history)
    until = walked[-1][0]
    reading = read(kind, Promise(STEP * target, CALENDARS[calendar]), events)
    slow = slow_count(kind, target, calendar, walked, until)
    used = reading.used + (reading.promise.working.between(reading.since, until) if reading.since else timedelta(0))
    assert (used, reading.met_at) == (STEP * slow.used, slow.met)
    assert (reading.since is not None, reading.paused is not None) == (slow.state == "running", slow.state == "paused")
    assert _breach_by(reading, until) == slow.first_late


def _breach_by(reading, until):
    """A running clock that is over its limit counts as breached from then on."""
    if reading.breached_at is None and reading.due_at is not None and reading.due_at < until:
        return reading.due_at
    return reading.breached_at


@settings(max_examples=500, deadline=None)
@given(limits, names, histories)
def test_a_running_clock_is_due_when_the_slow_count_reaches_its_limit(target, calendar, history):
    events, walked = told(ClockKind.RESOLUTION, history)
    reading = read(ClockKind.RESOLUTION, Promise(STEP * target, CALENDARS[calendar]), events)
    if reading.since is None or reading.breached_at is not None:
        return
    slow = slow_count(ClockKind.RESOLUTION, target, calendar, walked, max(reading.due_at, walked[-1][0]))
    assert (slow.used >= slow.target, slow.reached) == (True, reading.due_at)


@settings(max_examples=400, deadline=None)
@given(names, st.integers(0, 1400), st.integers(0, 600))
def test_pieces_fill_the_time_without_gaps_and_their_work_is_what_counts(calendar, first, length):
    start, end = START + STEP * first, START + STEP * (first + length)
    pieces = list(CALENDARS[calendar].pieces(start, end))
    assert [p.start for p in pieces[1:]] == [p.end for p in pieces[:-1]]
    if length:
        assert (pieces[0].start, pieces[-1].end) == (start, end)
    worked = sum((p.end - p.start for p in pieces if p.why == "work"), timedelta(0))
    assert worked == CALENDARS[calendar].between(start, end) == STEP * sum(is_worked(calendar, start + STEP * n) for n in range(length))
