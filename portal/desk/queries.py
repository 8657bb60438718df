from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.core import clock
from portal.core.access import Role
from portal.core.db import db
from portal.core.errors import NotFound
from portal.desk.models import CallBack, CallState, Handover, QueueLook, SavedView
from portal.roster.models import Leave
from portal.tickets import queries as tickets
from portal.tickets.models import OPEN, Status, Ticket


def views_of(person: Any) -> list[SavedView]:
    """Those that the person made or that a team of theirs shares."""
    query = select(SavedView).where(or_(SavedView.person_id == person.id, SavedView.team_id.in_(person.team_ids)))
    return list(db.session.scalars(query.order_by(SavedView.name, SavedView.id)))


def find_view(person: Any, view_id: int) -> SavedView:
    """One that the person made. Raises NotFound."""
    found = db.session.get(SavedView, view_id)
    if found is None or found.person_id != person.id:
        raise NotFound()
    return found


def look_of(person: Any) -> QueueLook | None:
    return db.session.scalars(select(QueueLook).where(QueueLook.person_id == person.id)).first()


def next_for(person: Any, lock: bool = False) -> Ticket | None:
    """The most urgent ticket that nobody has: the nearest due of the person's teams (or of no team) first, then of all others."""
    free = tickets.visible_to(person).where(Ticket.owner_id.is_(None), Ticket.status.in_(OPEN), Ticket.status != Status.WAITING)
    free = free.order_by(Ticket.next_due_at, Ticket.priority_rank, Ticket.id).limit(1)
    if lock:
        free = free.with_for_update(of=Ticket, skip_locked=True)
    own = or_(Ticket.team_id.is_(None), Ticket.team_id.in_(person.team_ids))
    return db.session.scalars(free.where(own)).unique().first() or db.session.scalars(free).unique().first()


def absent(ids: set[int]) -> set[int]:
    """Who of these is away: handed over, or on leave."""
    now = clock.now()
    handed = select(Handover.from_id).where(Handover.from_id.in_(ids), Handover.returned_at.is_(None), Handover.back)
    leave = select(Leave.person_id).where(Leave.person_id.in_(ids), Leave.starts_at <= now, Leave.ends_at > now, Leave.withdrawn_at.is_(None))
    return {*db.session.scalars(handed), *db.session.scalars(leave)}


def calls(view: str) -> Any:
    """view: due | done. Order by at, id."""
    query = select(CallBack)
    return query.where(CallBack.state == CallState.DUE if view == "due" else CallBack.state != CallState.DUE)


def find_call(call_id: int, lock: bool = False) -> CallBack:
    """Raises NotFound."""
    query = select(CallBack).where(CallBack.id == call_id)
    found = db.session.scalars(query.with_for_update(of=CallBack) if lock else query).first()
    if found is None:
        raise NotFound()
    return found


def waiting_call(number: str) -> CallBack | None:
    return db.session.scalars(select(CallBack).where(CallBack.number == number, CallBack.state == CallState.DUE)).first()


def handovers(person: Any) -> list[Handover]:
    """The newest of those whose people this person oversees."""
    query = select(Handover).order_by(Handover.returned_at.is_not(None), Handover.id.desc()).limit(50)
    return [h for h in db.session.scalars(query) if oversees(person, h.from_)]


def find_handover(person: Any, handover_id: int) -> Handover:
    """Raises NotFound."""
    found = db.session.get(Handover, handover_id)
    if found is None or not oversees(person, found.from_):
        raise NotFound()
    return found


def oversees(person: Any, other: Person) -> bool:
    return person.company_wide or not other.team_ids or bool(person.led_team_ids & other.team_ids)


def desk_people(person: Any) -> list[Person]:
    """Everybody whose work this supervisor can hand over: agents and supervisors."""
    everyone = {p.id: p for p in accounts.people_with(Role.AGENT) + accounts.people_with(Role.SUPERVISOR)}
    return [p for p in everyone.values() if oversees(person, p)]
