"""The ladder (升级): warn the owner, then owner, team's supervisor and the whole company's when the limit is over - each step once."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.calendars import queries as calendars
from portal.calendars.working import ALWAYS, Working
from portal.catalogue.models import Priority
from portal.core import options
from portal.tickets.models import Ticket
from portal.tickets.options import COMPANY_AFTER, SUPERVISOR_AFTER

WARNED, LATE, SUPERVISOR, COMPANY = 1, 2, 3, 4
AFTER = {SUPERVISOR: SUPERVISOR_AFTER, COMPANY: COMPANY_AFTER}


def hours_of(ticket: Ticket) -> Working:
    """When people are told: in their team's working hours; urgent tickets at any hour."""
    return ALWAYS if ticket.priority is Priority.URGENT else calendars.of_team(ticket.team_id)


def next_at(step: int, risk_at: datetime | None, due_at: datetime | None, hours: Working) -> datetime | None:
    """When the step after `step` is to be taken; None when the ladder ends."""
    if due_at is None:
        return None
    if step < WARNED and risk_at is not None:
        return min(hours.opens(risk_at), due_at)
    if step < LATE:
        return due_at
    moments = [hours.after(due_at, timedelta(minutes=options.value(name))) for s, name in AFTER.items() if s > step and options.value(name) is not None]
    return min(moments, default=None)


def step_at(step: int, due_at: datetime, hours: Working, now: datetime) -> int:
    """The highest step that is due now, `step` itself when none is."""
    if now < due_at:
        return max(step, WARNED)
    reached = [s for s, name in AFTER.items() if options.value(name) is not None and hours.after(due_at, timedelta(minutes=options.value(name))) <= now]
    return max([step, LATE, *reached])
