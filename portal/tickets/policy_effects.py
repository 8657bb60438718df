"""What a changed rule would do, before it is saved: an example worked out, and the open tickets that it would move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any, Iterator

from sqlalchemy import and_, func, or_, select

from portal.core import clock
from portal.core.db import db
from portal.customers.models import Customer
from portal.tickets import clocks, ledger, promises
from portal.tickets.models import WORKING_NOW, ClockKind, Ticket, TicketClock
from portal.tickets.policies import FIELDS
from portal.tickets.promises import ANY, Facts, Promise

LOOKED_AT = 200  # tickets of which the new due moment is worked out one by one
FACTS = (Ticket.kind_code, Ticket.category_id, Ticket.priority, Customer.class_, Ticket.team_id)
FRIDAY = 4


@dataclass(frozen=True)
class Moved:
    """Open tickets with another limit or other hours; of those looked at, how many are due earlier, later, and late at once."""

    tickets: int
    looked_at: int
    earlier: int
    later: int
    late: int


@dataclass(frozen=True)
class Example:
    """A ticket made at `start`: due then, because."""

    start: datetime
    due: datetime
    lines: list
    sum: str


def draft(rule: Any, values: dict[str, Any]) -> Any:
    """The rule as it would be; nothing is stored."""
    kept = {name: getattr(rule, name, None) for name in ("id", "position")} if rule is not None else {"id": 0, "position": -1}
    return SimpleNamespace(**{**kept, **{name: values[name] for name in FIELDS}})


def with_draft(rows: list[Any], rule: Any, made: Any) -> list[Any]:
    """All rules with the draft in its place; a new one stands first."""
    return [made, *rows] if rule is None else [made if row is rule else row for row in rows]


def example(made: Any, start: datetime) -> Example:
    team = made.team if made.team != ANY else ""
    promise = Promise(timedelta(minutes=made.minutes), promises.hours_of(made.hours, team), made.id)
    return Example(start, *ledger.because(promise, start))


def usual_start() -> datetime:
    """The moment that shows most: the coming Friday at 17:40."""
    today = clock.today()
    return clock.moment(today + timedelta(days=(FRIDAY - today.weekday()) % 7), time(17, 40))


def moved_by(before: list[Any], after: list[Any], kinds: set[ClockKind]) -> Moved:
    """Grouped by what rules look at: one query a clock, however many tickets there are."""
    total, ids = 0, []
    for kind in kinds:
        for facts, number, condition in _groups(kind):
            if promises.promise_of(facts, kind, before) != _as_promised(promises.promise_of(facts, kind, after), before, facts, kind):
                total += number
                ids += _ids(kind, condition, LOOKED_AT - len(ids)) if len(ids) < LOOKED_AT else []
    return Moved(total, len(ids), *_compared(ids, after))


def _as_promised(new: Promise, before: list[Any], facts: Facts, kind: ClockKind) -> Promise:
    """The same limit and hours by another rule move nothing."""
    old = promises.promise_of(facts, kind, before)
    return old if (old.target, old.working) == (new.target, new.working) else new


def _groups(kind: ClockKind) -> Iterator[tuple[Facts, int, Any]]:
    query = select(*FACTS, func.count()).join(Customer, Customer.id == Ticket.customer_id).join(TicketClock, TicketClock.ticket_id == Ticket.id)
    counted = query.where(WORKING_NOW, TicketClock.clock == kind, TicketClock.met_at.is_(None)).group_by(*FACTS)
    for row in db.session.execute(counted):
        code, category, priority, class_, team, number = row
        condition = and_(*(c.is_not_distinct_from(v) for c, v in zip(FACTS, row[:5], strict=True)))
        yield Facts(code, str(category or 0), priority.value, class_.value, str(team or "")), number, condition


def _ids(kind: ClockKind, condition: Any, limit: int) -> list[int]:
    query = select(Ticket.id).join(Customer, Customer.id == Ticket.customer_id).join(TicketClock, TicketClock.ticket_id == Ticket.id)
    found = query.where(WORKING_NOW, TicketClock.clock == kind, TicketClock.met_at.is_(None), or_(condition))
    return list(db.session.scalars(found.order_by(Ticket.next_due_at, Ticket.id).limit(limit)))


def _compared(ids: list[int], after: list[Any]) -> tuple[int, int, int]:
    """(earlier, later, late at once) of these tickets."""
    earlier = later = late = 0
    now = clock.now()
    with promises.supposing(after):
        for ticket in db.session.scalars(select(Ticket).where(Ticket.id.in_(ids))).unique() if ids else ():
            then = _due(ticket)
            earlier += then < ticket.next_due_at
            later += then > ticket.next_due_at
            late += then < now <= ticket.next_due_at
    return earlier, later, late


def _due(ticket: Ticket) -> datetime:
    first, events = clocks.history(ticket)
    readings = [clocks.read(kind, first[kind], events) for kind in ClockKind]
    return min((r.due_at for r in readings if r.due_at and not r.met_at), default=clocks.NEVER)
