"""The calendar that is shipped: office hours with statutory holidays and make-up workdays."""

from __future__ import annotations

from sqlalchemy import select

from portal.calendars.models import Calendar
from portal.core.db import db

OFFICE = [[[9 * 60, 18 * 60]]] * 5 + [[], []]


def load() -> None:
    """Idempotent: does nothing when a calendar exists."""
    if db.session.scalars(select(Calendar.id)).first() is None:
        db.session.add(Calendar(name="标准工作日", name_en="Standard working days", week=OFFICE, holidays=True, standard=True))
        db.session.flush()
