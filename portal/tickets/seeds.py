"""The clock policies that are shipped (product.md, section 2: urgent first response 1 h, all 24 h, result within 24 h)."""

from __future__ import annotations

from flask import g
from sqlalchemy import select

from portal.core.db import db
from portal.tickets.models import ClockKind, ClockPolicy

POLICIES = (
    (ClockKind.FIRST_RESPONSE, "urgent", 60),
    (ClockKind.FIRST_RESPONSE, "any", 24 * 60),
    (ClockKind.RESULT, "any", 24 * 60),
    (ClockKind.RESOLUTION, "urgent", 4 * 60),
    (ClockKind.RESOLUTION, "high", 24 * 60),
    (ClockKind.RESOLUTION, "normal", 48 * 60),
    (ClockKind.RESOLUTION, "low", 5 * 24 * 60),
)


def load() -> None:
    """Idempotent: does nothing when a policy exists."""
    if db.session.scalars(select(ClockPolicy.id)).first() is not None:
        return
    for position, (kind, priority, minutes) in enumerate(POLICIES):
        db.session.add(ClockPolicy(position=position, clock=kind, priority=priority, minutes=minutes))
    db.session.flush()
    g.pop("clock_policies", None)
