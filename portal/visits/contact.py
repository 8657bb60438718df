"""Whom a technician may call: the number stays masked until a recorded tap, and is visible for a while after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.core import clock, options
from portal.core.activity import Activity
from portal.core.db import db
from portal.customers.models import CustomerPhone
from portal.tickets.models import Ticket
from portal.visits.options import REVEAL_MINUTES


def phone_of(ticket: Ticket) -> CustomerPhone | None:
    """The number that asked, else the customer's first one."""
    return ticket.phone or next(iter(ticket.customer.phones), None)


def revealed_to(person: Any, ticket: Ticket) -> CustomerPhone | None:
    """The number, if this person has revealed it within the last minutes."""
    phone = phone_of(ticket)
    if phone is None:
        return None
    since = clock.now() - timedelta(minutes=options.value(REVEAL_MINUTES))
    query = select(Activity.data).where(
        Activity.actor_id == person.id, Activity.verb == "customer.revealed", Activity.at >= since, Activity.subject_id == ticket.customer_id
    )
    return phone if any(data.get("what") == f"phone:{phone.id}" for data in db.session.scalars(query)) else None
