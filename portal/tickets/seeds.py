"""The clock policies that are shipped (product.md, section 2: urgent first response 1 h, all 24 h, result within 24 h): answers and
urgent work are counted round the clock, other work by the team's hours."""

from __future__ import annotations

from sqlalchemy import select

from portal.calendars import seeds as calendars
from portal.core.db import db
from portal.tickets.models import ClockKind, ClockPolicy

DAY = 9 * 60  # working minutes
POLICIES = (
    (ClockKind.FIRST_RESPONSE, "urgent", 60, "always"),
    (ClockKind.FIRST_RESPONSE, "any", 24 * 60, "always"),
    (ClockKind.RESULT, "any", 24 * 60, "always"),
    (ClockKind.RESOLUTION, "urgent", 4 * 60, "always"),
    (ClockKind.RESOLUTION, "high", 2 * DAY, "team"),
    (ClockKind.RESOLUTION, "normal", 3 * DAY, "team"),
    (ClockKind.RESOLUTION, "low", 5 * DAY, "team"),
)


def load() -> None:
    """Idempotent: does nothing when a policy exists."""
    if db.session.scalars(select(ClockPolicy.id)).first() is not None:
        return
    calendars.load()
    for position, (kind, priority, minutes, hours) in enumerate(POLICIES):
        db.session.add(ClockPolicy(position=position, clock=kind, priority=priority, minutes=minutes, hours=hours))
    db.session.flush()
