"""Clocks (时限): pure functions of what happened; the stored result always equals the recomputed one.

Sources of the rules: product.md sections 2 and 6 - urgent first response 1 h, all 24 h; result reported within 24 h of the visit;
waiting for the customer pauses; reopening resumes with the remainder; a changed target applies to the time already spent; a breach stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Iterable, Mapping

from sqlalchemy import bindparam, case, select

from portal.core import clock as wall
from portal.core import direct, options
from portal.core.access import SYSTEM
from portal.core.activity import Activity, record
from portal.tickets import ladder, promises
from portal.tickets.models import ClockKind, Ticket, TicketClock
from portal.tickets.options import RISK_SHARE
from portal.tickets.promises import DEFAULT_MINUTES, Facts, Promise, in_force

__all__ = ["DEFAULT_MINUTES", "NEVER", "Event", "Promise", "Reading", "begin", "in_force", "preview", "read", "refresh"]

NEVER = datetime(9999, 1, 1, tzinfo=UTC)

START = {ClockKind.FIRST_RESPONSE: ("ticket.created",), ClockKind.RESOLUTION: ("ticket.created",), ClockKind.RESULT: ("visit.finished",)}
STOP = {
    ClockKind.FIRST_RESPONSE: ("ticket.replied", "ticket.called", "ticket.dispatched", "ticket.resolved", "ticket.cancelled", "ticket.merged"),
    ClockKind.RESOLUTION: ("ticket.resolved", "ticket.cancelled", "ticket.merged"),
    ClockKind.RESULT: ("ticket.result_reported", "ticket.replied", "ticket.resolved", "ticket.cancelled", "ticket.merged", "visit.finish_undone"),
}
PAUSE, RESUME = ("ticket.waiting",), ("ticket.resumed", "ticket.customer_wrote", "ticket.dispatched")
AGAIN = {ClockKind.RESOLUTION: ("ticket.reopened",), ClockKind.RESULT: ("visit.finished",)}
CLASSIFIED = "ticket.classified"
LATE = {kind: f"clock.{kind.value}.late" for kind in ClockKind}
_TELLING = frozenset({CLASSIFIED, *LATE.values()})  # rows whose data the clocks read
COUNTED = frozenset(v for table in (START, STOP, AGAIN) for verbs in table.values() for v in verbs) | {*PAUSE, *RESUME} | _TELLING


@dataclass(frozen=True)
class Event:
    """One activity row as clocks see it. `promised`: from here on (a changed classification). `due`: of the breach that it records."""

    at: datetime
    verb: str
    promised: Mapping[ClockKind, Promise] | None = None
    due: datetime | None = None
    who: str = ""
    why: str = ""


@dataclass(frozen=True)
class Span:
    """A stretch of one clock's life: "counted" under `promise`, or "paused" by `event`. `end` None: it goes on."""

    start: datetime
    end: datetime | None
    name: str
    promise: Promise
    event: Event


@dataclass
class Reading:
    """What a clock came to. `promise`: what it runs by or was judged by; `late_at`: breach of the present round; `breached_at`: the first."""

    promise: Promise
    ahead: Promise
    used: timedelta = timedelta(0)
    since: datetime | None = None
    met_at: datetime | None = None
    late_at: datetime | None = None
    breached_at: datetime | None = None
    due_at: datetime | None = None
    started: bool = False
    paused: Event | None = None
    begun: Event | None = None
    spans: list[Span] = field(default_factory=list)


def read(kind: ClockKind, promise: Promise | timedelta, events: Iterable[Event]) -> Reading:
    """Run one clock over a ticket's events in order. Where the wall clock was moved back, time stands still until it has caught up."""
    first = promise if isinstance(promise, Promise) else Promise(promise)
    r, latest = Reading(first, first), None
    for event in events:
        if latest is not None and event.at < latest:
            event = replace(event, at=latest)
        latest = event.at
        if event.promised is not None:
            _promise_anew(r, kind, event)
        elif event.verb == LATE[kind]:
            r.late_at = r.late_at or event.due or event.at
            r.breached_at = r.breached_at or r.late_at
        else:
            _go_on(r, kind, event)
    if r.since is not None:
        r.due_at = r.late_at or r.promise.working.after(r.since, r.promise.target - r.used)
        r.spans.append(Span(r.since, None, "counted", r.promise, r.begun))
    elif r.paused is not None:
        r.spans.append(Span(r.paused.at, None, "paused", r.promise, r.paused))
    return r


def _go_on(r: Reading, kind: ClockKind, event: Event) -> None:
    if event.verb in START[kind] and not r.started:
        r.started, r.promise = True, r.ahead
        _run(r, event)
    elif r.met_at is not None:
        if event.verb in AGAIN.get(kind, ()):
            _again(r, kind, event)
    elif not r.started:
        return
    elif event.verb in STOP[kind]:
        _halt(r, event)
        r.met_at = event.at
    elif event.verb in PAUSE and r.since is not None:
        _halt(r, event)
        r.paused = event
    elif event.verb in RESUME and r.paused is not None:
        _halt(r, event)
        _run(r, event)


def _again(r: Reading, kind: ClockKind, event: Event) -> None:
    """Reopened: on with the remainder. Another visit: another result, from nothing."""
    r.met_at, r.promise = None, r.ahead
    if kind is ClockKind.RESULT:
        r.used, r.late_at = timedelta(0), None
    _run(r, event)


def _promise_anew(r: Reading, kind: ClockKind, event: Event) -> None:
    """Another limit applies to the time already spent, from now on; what was met stays as it was judged."""
    r.ahead = event.promised[kind]
    if r.met_at is None:
        begun, running = r.begun, r.since is not None
        if running:
            _halt(r, event)
        r.promise = r.ahead
        if running:
            _run(r, event, begun)


def _run(r: Reading, event: Event, begun: Event | None = None) -> None:
    r.since, r.paused, r.begun = event.at, None, begun or event


def _halt(r: Reading, event: Event) -> None:
    """End what is running: put it to what is used, and see whether it went over the limit; or end the pause."""
    if r.paused is not None:
        r.spans.append(Span(r.paused.at, event.at, "paused", r.promise, r.paused))
    if r.since is not None:
        until, working = event.at, r.promise.working
        due = working.after(r.since, r.promise.target - r.used)
        if until > due:
            r.late_at = r.late_at or due
            r.breached_at = r.breached_at or r.late_at
        r.used += working.between(r.since, until)
        r.spans.append(Span(r.since, until, "counted", r.promise, r.begun))
    r.since = r.paused = None


def history(ticket: Ticket, told: bool = False) -> tuple[dict[ClockKind, Promise], list[Event]]:
    """What was promised when the ticket came in, and all that the clocks look at since. `told`: also who did it, and why it waits."""
    rows = direct.rows(_ROWS_TOLD if told else _ROWS, {"ticket": ticket.id})
    facts = first_facts(promises.facts_of(ticket), [row[2] for row in rows if row.verb == CLASSIFIED])
    return promises.promises_of(facts), list(_events(rows, facts))


def _rows(telling: frozenset[str], *more: Any) -> Any:
    """Built once: composing the statement costs more than asking it. Data is only sent where a clock reads it."""
    t = Activity.__table__.c
    columns = (t.at, t.verb, case((t.verb.in_(telling), t.data)).label("data"), *more)
    return select(*columns).where(t.ticket_id == bindparam("ticket"), t.verb.in_(COUNTED)).order_by(t.id)


_ROWS, _ROWS_TOLD = _rows(_TELLING), _rows(_TELLING | set(PAUSE), Activity.__table__.c.actor_name)


def first_facts(facts: Facts, changes: list[dict[str, Any]]) -> Facts:
    """The ticket's facts before it was ever classified anew."""
    for data in reversed(changes):
        facts = facts.after(data.get("before") or {})
    return facts


def _events(rows: Iterable[Any], facts: Facts) -> Iterable[Event]:
    for at, verb, data, *who in rows:
        if verb == CLASSIFIED:
            facts = facts.after(data.get("after") or {})
            yield Event(at, verb, promises.promises_of(facts))
        elif data is not None and "due" in data:
            yield Event(at, verb, due=datetime.fromisoformat(data["due"]))
        else:
            yield Event(at, verb, who=who[0] if who else "", why=(data or {}).get("reason", ""))


def refresh(ticket: Ticket) -> None:
    """Recompute the ticket's clocks from its activity rows and store what they came to."""
    _keep(ticket, *history(ticket))


def begin(ticket: Ticket, at: datetime) -> None:
    """The clocks of a ticket that is being taken in (`at`: of its first activity row), before it is stored: nothing has happened to it."""
    _keep(ticket, promises.promises_of(promises.facts_of(ticket)), [Event(at, "ticket.created")])


def _keep(ticket: Ticket, first: dict[ClockKind, Promise], events: list[Event]) -> None:
    stored = {c.clock: c for c in ticket.clocks}
    hours = ladder.hours_of(ticket)
    for kind in ClockKind:
        reading = read(kind, first[kind], events)
        if reading.started:
            _store(ticket, stored.get(kind), kind, reading, hours)
    ticket.next_due_at = next_due_of(ticket.clocks)


def next_due_of(rows: Iterable[TicketClock]) -> datetime:
    return min((c.due_at for c in rows if c.due_at and not c.met_at), default=NEVER)


def _store(ticket: Ticket, row: TicketClock | None, kind: ClockKind, reading: Reading, hours: Any) -> None:
    """What was met before stays as it was judged then. Another visit's result begins at the foot of the ladder."""
    known = row.breached_at if row else None
    if row is None:
        ticket.clocks.append(TicketClock(clock=kind, **columns(reading, 0, hours)))
    elif row.met_at is not None and row.met_at == reading.met_at:
        row.stale = False
        return
    else:
        step = 0 if row.met_at is not None and kind is ClockKind.RESULT else row.step
        for name, value in columns(reading, step, hours).items():
            setattr(row, name, value)
        row.stale = False
    if reading.breached_at is not None and known is None:
        record(LATE[kind], ticket, by=SYSTEM, due=reading.breached_at.isoformat())


def columns(r: Reading, step: int, hours: Any) -> dict[str, Any]:
    """A reading as the columns of ticket_clock. `hours`: when the ladder may be climbed."""
    running = r.since is not None
    risk_at = r.promise.working.after(r.since, r.promise.target * options.value(RISK_SHARE) - r.used) if running else None
    return {
        "target_seconds": int(r.promise.target.total_seconds()), "used_seconds": int(r.used.total_seconds()), "since": r.since, "due_at": r.due_at,
        "met_at": r.met_at, "breached_at": r.breached_at, "risk_at": risk_at, "step": step,
        "next_step_at": ladder.next_at(step, risk_at, r.due_at, hours) if running else None,
    }


def preview(priority: Any, kind_code: str, category_id: int | None = None, at: datetime | None = None) -> dict[ClockKind, datetime]:
    """Due moments that a ticket made now would get: shown before saving. Customer and team are not known yet."""
    at = at or wall.now()
    facts = Facts(kind_code, str(category_id or 0), priority.value, "", "")
    made = {}
    for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
        promise = promises.promise_of(facts, kind)
        made[kind] = promise.working.after(at, promise.target)
    return made
