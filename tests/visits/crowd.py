"""Many technicians with many visits on one day, written in bulk."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from portal.core import clock
from portal.core.db import db
from portal.visits.models import Visit, VisitStatus
from tests import cast, make


def crowd(technicians: int, visits: int, day: date, planner: Any) -> None:
    """`visits` of three quarters of an hour, spread over new technicians."""
    people = [cast.technician(f"王{n}") for n in range(technicians)]
    ticket, start = make.ticket(), clock.day_bounds(day)[0] + timedelta(hours=8)
    db.session.flush()
    rows = []
    for n in range(visits):
        begins = start + timedelta(hours=n // technicians)
        rows.append({
            "ticket_id": ticket.id, "technician_id": people[n % technicians].id, "status": VisitStatus.SCHEDULED, "starts_at": begins,
            "ends_at": begins + timedelta(minutes=45), "created_at": clock.now(), "changed_at": clock.now(), "planned_by_id": planner.id,
        })
    db.session.execute(insert(Visit), rows)
    db.session.commit()
