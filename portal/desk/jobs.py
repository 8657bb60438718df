"""Claimed but untouched: back to the unassigned, so that nothing waits behind somebody's name."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from portal.calendars import queries as calendars
from portal.core import clock, options
from portal.core.access import SYSTEM
from portal.core.activity import Activity
from portal.core.db import unit_of_work
from portal.core.i18n import N_
from portal.desk.options import RETURN_MINUTES
from portal.notifications import actions as notifications
from portal.tickets import actions as tickets
from portal.tickets.models import Status, Ticket

AT_ONCE = 200
RETURNED = N_("%(number)s is unassigned again: nothing had happened since it was claimed")


def return_untouched() -> int:
    """Tickets on which the claim is the last thing that happened, when the working time is over; returns how many."""
    minutes = options.value(RETURN_MINUTES)
    if not minutes:
        return 0
    limit, now, returned = timedelta(minutes=minutes), clock.now(), 0
    with unit_of_work() as session:
        claimed = select(Ticket, Activity.at).join(Activity, Activity.id == Ticket.changed_id).where(
            Ticket.status.in_((Status.NEW, Status.ACCEPTED)), Activity.verb == "ticket.assigned", Activity.actor_id == Ticket.owner_id,
            Activity.at <= now - limit,
        )
        for ticket, at in session.execute(claimed.order_by(Ticket.id).limit(AT_ONCE).with_for_update(of=Ticket)).unique().all():
            if calendars.of_team(ticket.team_id).between(at, now) >= limit:
                owner_id = ticket.owner_id
                tickets.assign(ticket, None, by=SYSTEM, reason=_("untouched for %(minutes)s working minutes", minutes=minutes))
                notifications.tell(owner_id, RETURNED, {"number": ticket.number}, f"/tickets/{ticket.id}", "warn")
                returned += 1
    return returned
