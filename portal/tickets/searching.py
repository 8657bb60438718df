"""What a ticket is found by: number, title, customer, address, the words written on it."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from portal.core import search
from portal.core.activity import Activity
from portal.core.db import db
from portal.tickets.models import Ticket


_a = Activity.__table__.c
_SAID = select(_a.body).where(_a.ticket_id == bindparam("ticket"), _a.body.is_not(None)).limit(200)


def index(ticket: Ticket) -> None:
    """Make the ticket findable, in the present transaction."""
    said = db.session.execute(_SAID, {"ticket": ticket.id}).scalars()
    search.index("ticket", ticket.id, *_parts(ticket), ticket.solution or "", *said)


def begin(ticket: Ticket) -> None:
    """The same for a ticket that was taken in just now: nothing has been said on it."""
    search.begin("ticket", ticket.id, *_parts(ticket))


def add(ticket: Ticket, words: str) -> None:
    """Findable by what is said now, too."""
    if not search.add("ticket", ticket.id, words):
        index(ticket)


def _parts(ticket: Ticket) -> tuple[str, ...]:
    site = ticket.site
    return (ticket.number, ticket.number.replace("-", ""), ticket.title, ticket.description or "", ticket.customer.name, ticket.contact_name,
            f"{site.estate} {site.detail}" if site else "")
