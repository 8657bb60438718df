"""Solved tickets that nobody objects to are closed by the clock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.core import clock, options
from portal.core.access import SYSTEM
from portal.core.db import unit_of_work
from portal.core.errors import Refused
from portal.followups.options import CLOSE_DAYS
from portal.tickets import actions as tickets
from portal.tickets.models import Status, Ticket

AT_ONCE = 200


def close_satisfied() -> int:
    """Close solved tickets whose days are over and whose call is done or was not drawn; returns how many."""
    days = options.value(CLOSE_DAYS)
    if not days:
        return 0
    with unit_of_work() as session:
        ripe = select(Ticket.id).where(
            Ticket.status == Status.RESOLVED, Ticket.follow_up_state != "due", Ticket.resolved_at < clock.now() - timedelta(days=days)
        )
        ids = list(session.scalars(ripe.order_by(Ticket.id).limit(AT_ONCE)))
    return sum(_close(ticket_id) for ticket_id in ids)


def _close(ticket_id: int) -> bool:
    with unit_of_work() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.id == ticket_id).with_for_update(of=Ticket)).unique().one()
        try:
            tickets.close(ticket, by=SYSTEM)
        except Refused:
            return False
    return True
