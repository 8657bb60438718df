"""A technician's time is given out once: one row for each quarter hour, and the database refuses the second one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from portal.core.activity import Activity
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import time_of_day, when
from portal.visits.models import BookedQuarter, Visit

QUARTER = 900  # seconds
GIVING = ("visit.planned", "visit.moved", "visit.repeated", "visit.second_changed")


class BadWindow(Refused):
    """`field` names the field of the plan form that the sentence belongs to; `soft`: may be overruled with a reason."""

    def __init__(self, field: str, sentence: Any, soft: bool = False):
        super().__init__(sentence)
        self.field, self.soft = field, soft


class Taken(BadWindow):
    """Somebody was quicker. Says who has booked the time, for what and when."""

    def __init__(self, name: str, other: Visit, field: str = "technician"):
        self.other = other
        super().__init__(field, _(
            "%(name)s is at %(number)s “%(title)s” from %(start)s to %(end)s (%(booked)s). Choose another time or person.",
            name=name, number=other.ticket.number, title=other.ticket.title, start=time_of_day(other.starts_at), end=time_of_day(other.ends_at),
            booked=booked_by(other),
        ))


def booked_by(visit: Visit) -> str:
    """Booked by Lin Xiao at 10:08: whoever gave the visit its present time."""
    query = select(Activity.actor_name, Activity.at).where(
        Activity.subject_type == Visit.__tablename__, Activity.subject_id == visit.id, Activity.verb.in_(GIVING)
    )
    row = db.session.execute(query.order_by(Activity.id.desc()).limit(1)).first()
    return _("booked by %(name)s, %(at)s", name=row.actor_name, at=when(row.at)) if row and row.actor_name else _("booked already")


def quarters(starts_at: datetime, ends_at: datetime) -> range:
    """Quarter hours since 1970 that a window takes. Windows that touch share none; overlaps of a quarter hour or more do."""
    first = int(starts_at.timestamp()) // QUARTER
    return range(first, max(int(ends_at.timestamp()) // QUARTER, first + 1))


_booked = BookedQuarter.__table__
_TAKE, _RELEASE = insert(_booked), delete(_booked).where(_booked.c.visit_id == bindparam("visit"))


def book(visit: Visit) -> None:
    """Give the visit's quarter hours to its technicians, and free those that it had. Raises Taken."""
    db.session.flush()
    release(visit)
    for person in filter(None, (visit.technician, visit.second)):
        _take(visit, person)


def _take(visit: Visit, person: Any) -> None:
    wanted = quarters(visit.starts_at, visit.ends_at)
    rows = [{"technician_id": person.id, "quarter": q, "visit_id": visit.id} for q in wanted]
    try:
        with db.session.connection().begin_nested():  # nothing of the session is unwritten here: its own savepoint would look through all of it
            db.session.connection().execute(_TAKE, rows)
    except IntegrityError:
        raise Taken(person.name, _holder(person.id, wanted)) from None


def _holder(person_id: int, wanted: range) -> Visit:
    query = select(Visit).join(BookedQuarter, BookedQuarter.visit_id == Visit.id)
    query = query.where(BookedQuarter.technician_id == person_id, BookedQuarter.quarter >= wanted.start, BookedQuarter.quarter < wanted.stop)
    return db.session.scalars(query.order_by(BookedQuarter.quarter).limit(1)).one()


def release(visit: Visit) -> None:
    """The time is free again: the visit moves, ends, or nobody comes."""
    db.session.execute(_RELEASE, {"visit": visit.id})
