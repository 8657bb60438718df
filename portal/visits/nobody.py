"""A job that nobody can do is not left lying: the supervisor is told, once a day."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from portal.core import clock
from portal.core.access import SYSTEM, require
from portal.core.activity import Activity, record
from portal.core.db import db
from portal.core.i18n import dated
from portal.roster.duty import Duty
from portal.tickets.models import Ticket
from portal.visits import candidates, planning, queries, rules, waiting
from portal.visits.candidates import Candidate, Job

AHEAD = 3  # days, today included
PATIENCE = timedelta(minutes=10)


def report(ticket: Ticket, people: list[Candidate], *, by: Any) -> bool:
    """Record that nobody can come and tell the supervisors of the team. False when that was done today already."""
    require(by, rules.PLAN, ticket)
    start = clock.day_bounds(clock.today())[0]
    known = select(Activity.id).where(Activity.ticket_id == ticket.id, Activity.verb == "visit.nobody", Activity.at >= start)
    if db.session.execute(known.limit(1)).first():
        return False
    record("visit.nobody", ticket, by=by, ticket=ticket, until=dated(clock.today() + timedelta(days=AHEAD - 1)), why=why(people))
    return True


def why(people: list[Candidate]) -> str:
    """The commonest obstacles, in words."""
    common = Counter(c.obstacle.words for c in people if c.obstacle).most_common(3)
    return _(", ").join(words for words, _number in common) or _("nobody is a technician yet")


def look_for_all() -> int:
    """Every job that has waited for a while: is there anybody within the next days? Returns how many were reported."""
    days = [clock.today() + timedelta(days=n) for n in range(AHEAD)]
    known = {day: (Duty(day), queries.by_technician(db.session.execute(queries.taken(day, day)))) for day in days}
    return sum(_look_for(row.ticket_id, known) for row in waiting.listed(SYSTEM) if row.visit_id is None)


def _look_for(ticket_id: int, known: dict) -> bool:
    ticket = db.session.get(Ticket, ticket_id)
    if clock.now() - ticket.created_at < PATIENCE:
        return False
    job, people = Job.of(ticket, planning.length_of(ticket)), []
    for day, (duty, taken) in known.items():
        people = candidates.for_day(job, day, taken=taken, duty=duty)
        if candidates.recommended(people):
            return False
    return report(ticket, people, by=SYSTEM)
