"""Clocks (时限): pure functions of what happened; the stored result always equals the recomputed one.

Sources of the rules: product.md sections 2 and 6 - urgent first response 1 h, all 24 h; result reported within 24 h of the visit;
waiting for the customer pauses; reopening resumes with the remainder; a changed target applies to the time already spent; a breach stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Iterable

from flask import g
from sqlalchemy import select

from portal.core import clock as wall
from portal.core.activity import Activity
from portal.core.db import db
from portal.tickets.models import ClockKind, ClockPolicy, Ticket, TicketClock

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
DEFAULT_MINUTES = {ClockKind.FIRST_RESPONSE: 24 * 60, ClockKind.RESULT: 24 * 60, ClockKind.RESOLUTION: 3 * 24 * 60}

START = {ClockKind.FIRST_RESPONSE: ("ticket.created",), ClockKind.RESOLUTION: ("ticket.created",), ClockKind.RESULT: ("visit.finished",)}
STOP = {
    ClockKind.FIRST_RESPONSE: ("ticket.replied", "ticket.called", "ticket.dispatched", "ticket.resolved", "ticket.cancelled", "ticket.merged"),
    ClockKind.RESOLUTION: ("ticket.resolved", "ticket.cancelled", "ticket.merged"),
    ClockKind.RESULT: ("ticket.result_reported", "ticket.replied", "ticket.resolved", "ticket.cancelled", "ticket.merged"),
}
PAUSE, RESUME = ("ticket.waiting",), ("ticket.resumed", "ticket.customer_wrote", "ticket.dispatched")
AGAIN = {ClockKind.RESOLUTION: ("ticket.reopened",), ClockKind.RESULT: ("visit.finished",)}
COUNTED = frozenset(v for table in (START, STOP, AGAIN) for verbs in table.values() for v in verbs) | {*PAUSE, *RESUME}


@dataclass(frozen=True)
class Event:
    at: datetime
    verb: str


@dataclass
class Reading:
    """What a clock came to. `spans`: (from, to or None, "counted" | "paused") - its ledger."""

    used: timedelta = timedelta(0)
    since: datetime | None = None
    met_at: datetime | None = None
    breached_at: datetime | None = None
    due_at: datetime | None = None
    started: bool = False
    spans: list[tuple[datetime, datetime | None, str]] = field(default_factory=list)


def read(kind: ClockKind, target: timedelta, events: Iterable[Event], breached_at: datetime | None = None) -> Reading:
    """Run one clock over a ticket's events in order. A clock that moved back counts nothing negative."""
    r = Reading(breached_at=breached_at)
    paused = False
    for event in events:
        if event.verb in START[kind] and not r.started:
            r.started, r.since = True, event.at
        elif r.met_at is not None and event.verb in AGAIN.get(kind, ()):
            r.met_at, r.since, paused = None, event.at, False
            r.used = timedelta(0) if kind is ClockKind.RESULT else r.used  # another visit, another result
        elif not r.started or r.met_at is not None:
            continue
        elif event.verb in STOP[kind]:
            _count(r, event.at, target)
            r.met_at, r.since, paused = event.at, None, False
        elif event.verb in PAUSE and not paused:
            _count(r, event.at, target)
            r.since, paused = None, True
            r.spans.append((event.at, None, "paused"))
        elif event.verb in RESUME and paused:
            start, _end, name = r.spans[-1]
            r.spans[-1] = (start, max(start, event.at), name)
            r.since, paused = event.at, False
    if r.since is not None:
        r.due_at = max(r.since + (target - r.used), r.since) if r.breached_at is None else r.breached_at
        r.spans.append((r.since, None, "counted"))
    return r


def _count(r: Reading, until: datetime, target: timedelta) -> None:
    if r.since is None:
        return
    until = max(until, r.since)
    due = r.since + (target - r.used)
    if until > due and r.breached_at is None:
        r.breached_at = max(due, r.since)
    r.used += until - r.since
    r.spans.append((r.since, until, "counted"))


def target_of(ticket: Ticket, kind: ClockKind, policies: list[ClockPolicy] | None = None) -> timedelta:
    """The first active policy whose every condition matches. "any" matches; a blank condition never does."""
    facts = {
        "kind": ticket.kind_code, "category": str(ticket.category_id or ""), "priority": ticket.priority.value,
        "customer_class": ticket.customer.class_.value, "team": str(ticket.team_id or ""),
    }
    for row in all_policies() if policies is None else policies:
        if row.clock is kind and row.active and all(getattr(row, k) == "any" or (v and getattr(row, k) == v) for k, v in facts.items()):
            return timedelta(minutes=row.minutes)
    return timedelta(minutes=DEFAULT_MINUTES[kind])


def all_policies() -> list[ClockPolicy]:
    """In their order; read once a request."""
    if "clock_policies" not in g:
        g.clock_policies = list(db.session.scalars(select(ClockPolicy).order_by(ClockPolicy.position, ClockPolicy.id)))
    return g.clock_policies


def events_of(ticket: Ticket) -> list[Event]:
    query = select(Activity.at, Activity.verb).where(Activity.ticket_id == ticket.id, Activity.verb.in_(COUNTED))
    return [Event(at, verb) for at, verb in db.session.execute(query.order_by(Activity.id))]


def refresh(ticket: Ticket) -> None:
    """Recompute the ticket's clocks from its activity rows and store what they came to."""
    events, policies = events_of(ticket), all_policies()
    stored = {c.clock: c for c in ticket.clocks}
    for kind in ClockKind:
        target = target_of(ticket, kind, policies)
        row = stored.get(kind)
        reading = read(kind, target, events, row.breached_at if row else None)
        if reading.started:
            _store(ticket, row, kind, target, reading)
    ticket.next_due_at = min((c.due_at for c in ticket.clocks if c.due_at and not c.met_at), default=NEVER)


def _store(ticket: Ticket, row: TicketClock | None, kind: ClockKind, target: timedelta, reading: Reading) -> None:
    if row is None:
        row = TicketClock(clock=kind)
        ticket.clocks.append(row)
    row.target_seconds, row.used_seconds = int(target.total_seconds()), int(reading.used.total_seconds())
    row.since, row.due_at, row.met_at, row.breached_at = reading.since, reading.due_at, reading.met_at, reading.breached_at


def preview(priority, kind_code: str, at: datetime | None = None) -> dict[ClockKind, datetime]:
    """Due moments that a ticket made now would get: shown before saving."""
    at = at or wall.now()
    made = {}
    for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
        rows = [r for r in all_policies() if r.clock is kind and r.active]
        match = next((r for r in rows if r.priority in ("any", priority.value) and r.kind in ("any", kind_code)
                      and (r.category, r.customer_class, r.team) == ("any", "any", "any")), None)
        made[kind] = at + timedelta(minutes=match.minutes if match else DEFAULT_MINUTES[kind])
    return made


