from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import Person
from portal.core import clock, direct
from portal.core.access import Role, may
from portal.core.db import Moment, db
from portal.core.errors import NotFound
from portal.core.files import StoredFile
from portal.customers.models import Site
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket
from portal.visits import rules
from portal.visits.models import AHEAD, FINISHED, LONGEST, UNDER_WAY, Visit, VisitStatus

GIVEN = (VisitStatus.SCHEDULED, VisitStatus.ACCEPTED, *UNDER_WAY, *FINISHED)
"""Statuses in which a visit takes up its technician's time."""
OPEN = (VisitStatus.SCHEDULED, VisitStatus.ACCEPTED, *UNDER_WAY)
_v, _s, _t = Visit.__table__.c, Site.__table__.c, Ticket.__table__.c


def scope(person: Any) -> Any:
    """SQL condition: technicians see the visits that they go to, the desk those of the tickets it may see."""
    if person is None or not may(person, rules.VIEW):
        return false()
    conditions = []
    if may(person, rules.LIST):
        conditions.append(Visit.ticket_id.in_(select(Ticket.id).where(tickets.scope(person))))
    if Role.TECHNICIAN in person.roles:
        conditions.append(and_(of_theirs(person), Visit.status != VisitStatus.PROPOSED))
    return or_(false(), *conditions)


def of_theirs(person: Any) -> Any:
    """SQL condition: this technician goes there, alone or along with somebody."""
    return or_(Visit.technician_id == person.id, Visit.second_id == person.id)


def visible_to(person: Any) -> Select:
    return select(Visit).where(scope(person))


def tickets_of_technician(person: Any) -> Any:
    """A technician sees the tickets of the visits that are or were theirs; declined and cancelled ones no more."""
    if Role.TECHNICIAN not in person.roles:
        return None
    return Ticket.id.in_(select(Visit.ticket_id).where(of_theirs(person), Visit.status.in_(GIVEN)))


tickets.widen(tickets_of_technician)


def find_for(person: Any, visit_id: int, lock: bool = False) -> Visit:
    """The visit if this person may see it. Raises NotFound. `lock`: hold its row until the commit."""
    query = visible_to(person).where(Visit.id == visit_id)
    if lock:
        query = query.with_for_update(of=Visit)
    found = db.session.execute(query).unique().scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def with_ticket(query: Select) -> Select:
    """Everything that a line of a list shows, in the same query."""
    query = query.join(Visit.ticket).join(Ticket.customer).outerjoin(Ticket.site).outerjoin(Visit.technician)
    return query.options(
        contains_eager(Visit.ticket).contains_eager(Ticket.customer),
        contains_eager(Visit.ticket).contains_eager(Ticket.site),
        contains_eager(Visit.technician), joinedload(Visit.second),
    )


def days_of(person: Person) -> list[Visit]:
    """What a technician's page shows: today, tomorrow, and what is still open from earlier days; in order."""
    start, end = clock.day_bounds(clock.today())
    query = visible_to(person).where(
        of_theirs(person),
        or_(and_(Visit.status.in_(GIVEN), Visit.starts_at >= start), Visit.status.in_(OPEN)), Visit.starts_at < end + timedelta(days=1),
    )
    return list(db.session.scalars(with_ticket(query).options(joinedload(Visit.service)).order_by(Visit.starts_at, Visit.id)).unique())


def on_day(person: Any, day: date, technician_id: int | None = None, status: VisitStatus | None = None) -> Select:
    """The desk's list. Columns to page by: starts_at, id."""
    start, end = clock.day_bounds(day)
    query = visible_to(person).where(Visit.starts_at >= start, Visit.starts_at < end)
    if technician_id:
        query = query.where(Visit.technician_id == technician_id)
    if status:
        query = query.where(Visit.status == status)
    return with_ticket(query)


def of_ticket(ticket: Ticket) -> list[Visit]:
    """All visits of one ticket, the newest first."""
    query = select(Visit).where(Visit.ticket_id == ticket.id).options(joinedload(Visit.technician), joinedload(Visit.second), joinedload(Visit.skill))
    return list(db.session.scalars(query.order_by(Visit.starts_at.desc(), Visit.id.desc())).unique())


def next_of(ticket: Ticket) -> Visit | None:
    """The visit that the customer waits for: under way, else the nearest one ahead."""
    query = select(Visit).where(Visit.ticket_id == ticket.id, Visit.status.in_(OPEN)).options(joinedload(Visit.technician))
    return db.session.scalars(query.order_by(Visit.status.in_(UNDER_WAY).desc(), Visit.starts_at)).unique().first()


def ahead_of(ticket: Ticket) -> list[Visit]:
    statuses = (*AHEAD, VisitStatus.DECLINED, VisitStatus.ON_THE_WAY)
    return list(db.session.scalars(select(Visit).where(Visit.ticket_id == ticket.id, Visit.status.in_(statuses))))


def remainders_of(visit: Visit) -> list[Visit]:
    """Visits that were proposed for what this one left over, and not planned yet."""
    return list(db.session.scalars(select(Visit).where(Visit.follows_id == visit.id, Visit.status == VisitStatus.PROPOSED)))


_STATUSES = select(_v.status).where(_v.ticket_id == bindparam("ticket"), _v.id != bindparam("but"))


def statuses_with(visit: Visit) -> set[VisitStatus]:
    """Statuses of all visits of its ticket. This one's as it stands, stored or not: each step of a visit asks, and need not store first."""
    pending = (row for row in (*db.session.new, *db.session.dirty) if type(row) is Visit and row is not visit)
    others = any(row.ticket_id == visit.ticket_id for row in pending)
    with nullcontext() if others else db.session.no_autoflush:
        return {visit.status, *db.session.execute(_STATUSES, {"ticket": visit.ticket_id, "but": visit.id}).scalars()}


def overlapping(start: Any, end: Any, earliest: Any = None) -> tuple:
    """SQL conditions: the visit shares time with this window; `earliest`: when it may have begun at most."""
    return _v.starts_at < end, _v.starts_at > (start - LONGEST if earliest is None else earliest), _v.ends_at > start


def given_between(technician_id: int, starts_at: datetime, ends_at: datetime) -> list[Visit]:
    """A technician's open visits that overlap this time, in order."""
    return list(db.session.scalars(_between(technician_id, starts_at, ends_at)).unique())


def _between(technician_id: int, starts_at: datetime, ends_at: datetime) -> Select:
    query = select(Visit).join(Visit.ticket).options(contains_eager(Visit.ticket)).where(
        or_(Visit.technician_id == technician_id, Visit.second_id == technician_id), Visit.status.in_(OPEN),
        *overlapping(starts_at, ends_at),
    )
    return query.order_by(Visit.starts_at)


def clash(technician_id: int, starts_at: datetime, ends_at: datetime, but: int | None = None) -> Visit | None:
    """Another visit of this technician that overlaps the window and is not over."""
    query = _between(technician_id, starts_at, ends_at)
    if but is not None:
        query = query.where(Visit.id != but)
    return db.session.scalars(query).unique().first()


_PLACED = Visit.__table__.join(Ticket.__table__, _t.id == _v.ticket_id).outerjoin(Site.__table__, _s.id == _t.site_id)
TAKEN = (_v.id, _v.technician_id, _v.second_id, _v.status, _v.starts_at, _v.ends_at, _t.area_id, _s.estate)
"""What is asked of a visit to know where its technician is, and how long."""


def taken(first: date, last: date, but: int | None = None) -> Select:
    """The visits of these days that take up somebody's time, by time."""
    start, end = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    query = select(*TAKEN).select_from(_PLACED).where(_v.status.in_(GIVEN), *overlapping(start, end), _v.technician_id.is_not(None))
    return (query if but is None else query.where(_v.id != but)).order_by(_v.starts_at, _v.id)


_ON_DAY = overlapping(*(bindparam(name, type_=Moment) for name in ("start", "end", "earliest")))


def _bounds(day: date) -> dict[str, datetime]:
    start, end = clock.day_bounds(day)
    return {"start": start, "end": end, "earliest": start - LONGEST}


def board_rows(person: Any, day: date, technicians: list[int]) -> list[Any]:
    """The visits that these technicians answer for, with what their blocks say; of tickets that this person may not see only that somebody is busy."""
    places = 4 ** next(n for n in range(9) if 4**n >= len(technicians))  # a few statements serve any number
    people = {f"person_{n}": technicians[min(n, len(technicians) - 1)] for n in range(places)}
    return direct.rows(_board_rows(tickets.outlook(person), places), {**_bounds(day), **people, "me": person.id})


@direct.written(64)
def _board_rows(seer: tickets.Sight, places: int) -> Select:
    shown = case((tickets.scope(seer), 1), else_=0).label("shown")
    people = [bindparam(f"person_{n}", type_=_v.id.type) for n in range(places)]
    query = select(*TAKEN, _t.title, _v.confirmed_at, _v.finished_at, _v.expected_at, shown).select_from(_PLACED)
    return query.where(_v.status.in_(GIVEN), *_ON_DAY, _v.technician_id.in_(people)).order_by(_v.starts_at, _v.id)


_DAY_MARKS = select(
    _v.technician_id, _v.second_id, func.count(), func.sum(_v.version), func.sum(_t.version), func.max(_v.changed_id),
).join(Ticket.__table__, _t.id == _v.ticket_id).where(_v.technician_id.is_not(None), *_ON_DAY).group_by(_v.technician_id, _v.second_id).order_by(
    _v.technician_id, _v.second_id
)


def day_marks(day: date) -> dict[int, tuple]:
    """Technician id → what changes with every visit of theirs on this day that comes, goes or changes, and with its ticket.

    Each part begins with who answers for these visits and who comes along.
    """
    made: dict[int, tuple] = defaultdict(tuple)
    for row in direct.stored(_DAY_MARKS, _bounds(day)):
        for person_id in filter(None, row[:2]):
            made[person_id] += (row,)
    return made


def week_rows(first: date, last: date) -> list[Any]:
    """Who is busy how long, for several days."""
    start, end = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    query = select(_v.technician_id, _v.second_id, Visit.starts_at, Visit.ends_at)
    return list(db.session.execute(query.where(Visit.status.in_(GIVEN), Visit.starts_at >= start, Visit.starts_at < end)))


def by_technician(rows: Any) -> dict[int, list[Any]]:
    """Technician id → their rows; a visit of two stands at both."""
    made: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        made[row.technician_id].append(row)
        if row.second_id is not None:
            made[row.second_id].append(row)
    return made


def count_given(technician_id: int, day: date, but: int | None = None) -> int:
    """How many visits this technician has on a day, without one of them."""
    start, end = clock.day_bounds(day)
    mine = or_(Visit.technician_id == technician_id, Visit.second_id == technician_id)
    query = select(func.count()).where(mine, Visit.status.in_(GIVEN), Visit.starts_at >= start, Visit.starts_at < end)
    return db.session.execute(query if but is None else query.where(Visit.id != but)).scalar_one()


_PHOTOS = select(StoredFile).where(StoredFile.subject_type == Visit.__tablename__, StoredFile.subject_id == bindparam("visit")).order_by(StoredFile.id)


def photos_of(visit: Visit) -> list[StoredFile]:
    return list(db.session.scalars(_PHOTOS, {"visit": visit.id}))


def find_photo(visit: Visit, file_id: int) -> StoredFile:
    """Raises NotFound for a file of anything else."""
    found = next((f for f in photos_of(visit) if f.id == file_id), None)
    if found is None:
        raise NotFound()
    return found


def photo_counts(visit_ids: list[int]) -> dict[int, int]:
    query = select(StoredFile.subject_id, func.count()).where(
        StoredFile.subject_type == Visit.__tablename__, StoredFile.subject_id.in_(visit_ids)
    )
    return dict(db.session.execute(query.group_by(StoredFile.subject_id)).all()) if visit_ids else {}


def count_open_today(person: Person) -> int:
    """How many visits of today are still to do: the number at the menu."""
    _start, end = clock.day_bounds(clock.today())
    query = select(func.count()).where(of_theirs(person), Visit.status.in_(OPEN), Visit.starts_at < end)
    return db.session.execute(query).scalar_one()


def with_items(query: Select) -> Select:
    return query.options(selectinload(Visit.items))
