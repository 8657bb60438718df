"""One full day on the dispatch board, for measuring."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sqlalchemy import insert, select

from portal.accounts.models import Person
from portal.core import clock
from portal.core.access import Role
from portal.core.db import db, unit_of_work
from portal.demo import crowd
from portal.roster.models import WorkingDay
from portal.tickets.models import Ticket
from portal.visits.booking import quarters
from portal.visits.models import BookedQuarter, Visit, VisitStatus

GAP, LENGTH = timedelta(minutes=75), timedelta(minutes=60)


def fill(day: date, technicians: int = 60, visits: int = 400) -> None:
    """So many technicians with hours, and so many visits of theirs on this day."""
    with unit_of_work():
        people = _people(technicians)
        tickets = list(db.session.scalars(select(Ticket.id).order_by(Ticket.id.desc()).limit(visits)))
        planner, start, now = people[0], clock.day_bounds(day)[0] + timedelta(hours=8), clock.now()
        for n in range(visits):
            begins = start + GAP * (n // len(people))
            values = {"ticket_id": tickets[n % len(tickets)], "technician_id": people[n % len(people)], "starts_at": begins, "ends_at": begins + LENGTH}
            values |= {"status": VisitStatus.SCHEDULED, "created_at": now, "changed_at": now, "planned_by_id": planner}
            visit_id = db.session.execute(insert(Visit).values(**values).returning(Visit.id)).scalar_one()
            rows = [{"technician_id": values["technician_id"], "quarter": q, "visit_id": visit_id} for q in quarters(begins, begins + LENGTH)]
            db.session.execute(insert(BookedQuarter), rows)


def _people(number: int) -> list[int]:
    known = list(db.session.scalars(select(Person).where(Person.role_rows.any(role=Role.TECHNICIAN)).order_by(Person.id)))
    actors = crowd.staff(Random(1), Role.TECHNICIAN, known, number, clock.now())[:number]
    for spare in known[number:]:
        spare.active = False
    ids = [a.id for a in actors]
    bound = set(db.session.scalars(select(WorkingDay.person_id)))
    hours = {"starts": 480, "ends": 1200, "rest_starts": 720, "rest_ends": 780}
    rows = [{"person_id": i, "weekday": weekday, **hours} for i in ids if i not in bound for weekday in range(7)]
    db.session.execute(insert(WorkingDay), rows)
    return ids
