"""Reminders that have come due."""

from __future__ import annotations

from sqlalchemy import select

from portal.core import clock
from portal.core.db import unit_of_work
from portal.core.i18n import N_
from portal.notifications import actions as notifications
from portal.teamwork.models import Reminder

AT_ONCE = 200
WORDS = N_("Reminder for %(number)s: %(words)s")
PLAIN = N_("Reminder: %(words)s")


def remind() -> int:
    """Put due reminders into the inbox, each once; returns how many."""
    with unit_of_work() as session:
        due = select(Reminder).where(Reminder.done_at.is_(None), Reminder.told_at.is_(None), Reminder.at <= clock.now())
        rows = list(session.scalars(due.order_by(Reminder.at).limit(AT_ONCE)))
        for row in rows:
            row.told_at, ticket = clock.now(), row.ticket
            data = {"words": row.words or (ticket.title if ticket else ""), "number": ticket.number if ticket else ""}
            notifications.tell(row.person_id, WORDS if ticket else PLAIN, data, f"/tickets/{ticket.id}" if ticket else "/reminders/", "warn")
    return len(rows)
