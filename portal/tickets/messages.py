"""Words for the customer: rendered in the company's language, sent as text message, else e-mail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from portal.core.db import db
from portal.core.i18n import in_companys_language
from portal.customers.models import CustomerPhone
from portal.notifications import actions as notifications
from portal.notifications.models import OutMessage, Way
from portal.tickets.models import Ticket


def tell_customer(ticket: Ticket, words: Any, *, values: dict | None = None, activity: Any = None, once_key: str | None = None, subject: str = "") -> OutMessage | None:
    """Queue one message to whoever asked; None when there is no way to reach them.

    `words` with `values` is a lazy text: it is said in the company's language, whatever the acting person reads.
    """
    way, to = way_to(ticket)
    if way is None:
        return None
    return notifications.send(
        way, to, in_company_language(words, values) if values else words, subject=subject or ticket.number, ticket_id=ticket.id,
        activity_id=activity.id if activity is not None else None, once_key=once_key,
    )


def in_company_language(words: Any, values: dict) -> str:
    with in_companys_language():
        return str(words) % values


_n = CustomerPhone.__table__.c
_NUMBERS = select(_n.e164).where(_n.customer_id == bindparam("customer")).order_by(_n.position)


def _mobile(numbers: list[str]) -> str | None:
    """The first of them that gets text messages."""
    return next((n for n in numbers if n.startswith("+861") and len(n) == 14), None)


def way_to(ticket: Ticket) -> tuple[Way | None, str]:
    """A mobile number first, then the customer's other numbers, then e-mail."""
    numbers = [ticket.phone.e164] if ticket.phone else []
    if not _mobile(numbers):
        numbers += db.session.execute(_NUMBERS, {"customer": ticket.customer_id}).scalars()
    mobile = _mobile(numbers)
    if mobile:
        return Way.SMS, mobile
    return (Way.EMAIL, ticket.customer.email) if ticket.customer.email else (None, "")
