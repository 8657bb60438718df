"""What others said or did on a ticket while somebody was writing to the customer."""

from __future__ import annotations

from typing import Any, Iterable

from sqlalchemy import bindparam, func, or_, select

from portal.core import direct
from portal.core.activity import Activity
from portal.core.db import db
from portal.tickets.models import Ticket

TELLING = (
    "ticket.replied", "ticket.customer_wrote", "ticket.result_reported", "ticket.resolved", "ticket.closed", "ticket.cancelled", "ticket.reopened",
)
SHOWN = 3


def newest(ticket: Ticket, shown: Iterable[tuple[int, str]]) -> int:
    """The newest entry of this kind: what the form remembers. `shown`: (id, verb) of the newest entries, which mostly tell it."""
    found = [number for number, verb in shown if verb in TELLING]
    return max(found) if found else direct.rows(_NEWEST, {"ticket": ticket.id})[0][0] or 0


_a = Activity.__table__.c
_NEWEST = select(func.max(_a.id)).where(_a.ticket_id == bindparam("ticket"), _a.verb.in_(TELLING))


def since(ticket: Ticket, seen: str, person: Any) -> list[Activity]:
    """Entries of others that came after `seen`, the newest SHOWN; nothing when the form does not say what it has seen."""
    if not (seen.isascii() and seen.isdigit() and len(seen) < 18):
        return []
    others = or_(Activity.actor_id != person.id, Activity.actor_id.is_(None))
    query = select(Activity).where(Activity.ticket_id == ticket.id, Activity.id > int(seen), Activity.verb.in_(TELLING), others)
    return list(db.session.scalars(query.order_by(Activity.id.desc()).limit(SHOWN)))[::-1]
