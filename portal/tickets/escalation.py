"""Climbing the ladder: who is told what, once, and recorded. A breach is an activity, so that the queues move."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.core import clock
from portal.core.access import SYSTEM
from portal.core.activity import record
from portal.core.db import db
from portal.core.i18n import N_
from portal.notifications import actions as notifications
from portal.tickets import clocks, ladder
from portal.tickets.models import ClockKind, Ticket, TicketClock

WARNING = {
    ClockKind.FIRST_RESPONSE: N_("The first response of %(number)s is due soon: %(title)s"),
    ClockKind.RESULT: N_("The result of the visit for %(number)s is to be reported soon: %(title)s"),
    ClockKind.RESOLUTION: N_("%(number)s is to be resolved soon: %(title)s"),
}
OVER = {
    ClockKind.FIRST_RESPONSE: N_("The first response of %(number)s is overdue: %(title)s"),
    ClockKind.RESULT: N_("The result of the visit for %(number)s is overdue: %(title)s"),
    ClockKind.RESOLUTION: N_("%(number)s is overdue: %(title)s"),
}


def climb(limit: int) -> int:
    """Take the steps that are due now, of up to `limit` clocks; returns of how many. The nearest first."""
    now = clock.now()
    due = select(TicketClock).where(TicketClock.next_step_at <= now).order_by(TicketClock.next_step_at, TicketClock.id).limit(limit)
    found = list(db.session.scalars(due))
    for row in found:
        _take(row, row.ticket, now)
    db.session.flush()
    return len(found)


def _take(row: TicketClock, ticket: Ticket, now: datetime) -> None:
    """Everything between the step taken last and the one that is due, in one go: late jobs leave nothing out and tell nobody twice."""
    hours, before = ladder.hours_of(ticket), row.step
    row.step = ladder.step_at(before, row.due_at, hours, now)
    row.next_step_at = ladder.next_at(row.step, row.risk_at, row.due_at, hours)
    if row.step >= ladder.LATE and row.breached_at is None:
        row.breached_at = row.due_at
        record(clocks.LATE[row.clock], ticket, by=SYSTEM, due=row.due_at.isoformat())
    if row.step == ladder.WARNED:
        row.warned_at = now
    _tell(row, ticket, before)


def _tell(row: TicketClock, ticket: Ticket, before: int) -> None:
    """Each person once, however many of the steps lead to them."""
    told = {p.id: p for step in range(before + 1, row.step + 1) for p in _people(step, ticket)}
    if not told:
        return
    what = "warned" if row.step == ladder.WARNED else "escalated" if row.step > ladder.LATE else "told"
    names = "、".join(p.name for p in told.values())
    activity = record(f"clock.{row.clock.value}.{what}", ticket, by=SYSTEM, names=names, step=row.step)
    words = (WARNING if row.step == ladder.WARNED else OVER)[row.clock]
    for person_id in told:
        facts = {"number": ticket.number, "title": ticket.title}
        tone = "warn" if row.step == ladder.WARNED else "danger"
        notifications.tell(person_id, words, facts, url=f"/tickets/{ticket.id}", tone=tone, activity_id=activity.id)


def _people(step: int, ticket: Ticket) -> list:
    """Owner; without one who oversees the team. Then team's supervisors, then the company-wide ones."""
    if step in (ladder.WARNED, ladder.LATE):
        owner = ticket.owner
        return [owner] if owner is not None and owner.active else accounts.leaders_of(ticket.team_id)
    if step == ladder.SUPERVISOR:
        return accounts.leaders_of(ticket.team_id)
    return [p for p in accounts.supervisors() if p.company_wide]
