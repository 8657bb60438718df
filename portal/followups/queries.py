from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import Person
from portal.core import direct
from portal.core.access import may
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.kept import while_idle
from portal.core.planner import few
from portal.followups import rules
from portal.followups.models import PENDING, FollowUp
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket


def visible_to(person: Any) -> Select:
    """Follow-ups of the tickets that the person may see."""
    query = select(FollowUp).join(FollowUp.ticket)
    return query.where(tickets.scope(person) if may(person, rules.LIST) else False)


def find_for(person: Any, follow_up_id: int, lock: bool = False) -> FollowUp:
    """Raises NotFound. `lock`: hold its row until the commit."""
    query = visible_to(person).where(FollowUp.id == follow_up_id).options(contains_eager(FollowUp.ticket))
    if lock:
        query = query.with_for_update(of=FollowUp)
    found = db.session.execute(query).unique().scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def listed(person: Any, view: str = "due") -> Select:
    """view: mine | due (everybody's) | done. With all that a line shows."""
    query = visible_to(person).options(
        contains_eager(FollowUp.ticket).joinedload(Ticket.customer), joinedload(FollowUp.owner).lazyload("*"), selectinload(FollowUp.attempts)
    )
    pending = FollowUp.state.in_(PENDING)
    query = query.where(~pending if view == "done" else pending)
    return query.where(FollowUp.owner_id == person.id) if view == "mine" else query


def due_count(person: Any, mine: bool = False) -> int:
    """Calls still to be made, counted to 1000: as many as the list shows."""
    seer = tickets.sight(person)
    return while_idle(("follow-ups", seer, mine), lambda: direct.stored(_due(tickets.outlook(person), mine), {"me": person.id})[0][0])


# Written out: a plan that is made once for any states takes these for half of all, and walks through every ticket.
_FEW_PENDING = FollowUp.state.in_([literal_column(f"'{state.value}'") for state in PENDING])


@direct.written(64)
def _due(seer: tickets.Sight, mine: bool) -> Select:
    query = visible_to(seer).with_only_columns(FollowUp.id).where(_FEW_PENDING)
    if mine:
        query = query.where(FollowUp.owner_id == seer.id)
    return select(func.count()).select_from(query.limit(few(1000)).subquery())


def pending_of(ticket: Ticket) -> FollowUp | None:
    query = select(FollowUp).where(FollowUp.ticket_id == ticket.id, FollowUp.state.in_(PENDING))
    return db.session.scalars(query.order_by(FollowUp.id.desc())).first()


def is_pending(ticket: Ticket) -> bool:
    return bool(direct.rows(*asking_pending(ticket)))


def asking_pending(ticket: Ticket) -> tuple[Any, dict[str, Any]]:
    """Statement and values."""
    return _PENDING, {"ticket": ticket.id}


_PENDING = select(FollowUp.id).where(FollowUp.ticket_id == bindparam("ticket"), _FEW_PENDING).limit(1)


def of_ticket(ticket: Ticket) -> list[FollowUp]:
    query = select(FollowUp).where(FollowUp.ticket_id == ticket.id).options(selectinload(FollowUp.attempts))
    return list(db.session.scalars(query.order_by(FollowUp.id.desc())))


def names_of(follow_ups: list[FollowUp]) -> dict[int, str]:
    """Who made the attempts."""
    ids = {a.person_id for f in follow_ups for a in f.attempts}
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()) if ids else {}
