"""Words for the customer: rendered in the company's language, sent as text message, else e-mail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.core.db import db
from portal.customers.models import CustomerPhone
from portal.notifications import actions as notifications
from portal.notifications.models import OutMessage, Way
from portal.tickets.models import Ticket


def tell_customer(ticket: Ticket, words: str, *, activity: Any = None, once_key: str | None = None, subject: str = "") -> OutMessage | None:
    """Queue one message to whoever asked; None when there is no way to reach them."""
    way, to = way_to(ticket)
    if way is None:
        return None
    return notifications.send(
        way, to, words, subject=subject or ticket.number, ticket_id=ticket.id,
        activity_id=activity.id if activity is not None else None, once_key=once_key,
    )


def way_to(ticket: Ticket) -> tuple[Way | None, str]:
    """A mobile number first, then the customer's other numbers, then e-mail."""
    numbers = [ticket.phone.e164] if ticket.phone else []
    query = select(CustomerPhone.e164).where(CustomerPhone.customer_id == ticket.customer_id).order_by(CustomerPhone.position)
    numbers += list(db.session.scalars(query))
    mobile = next((n for n in numbers if n.startswith("+861") and len(n) == 14), None)
    if mobile:
        return Way.SMS, mobile
    return (Way.EMAIL, ticket.customer.email) if ticket.customer.email else (None, "")
