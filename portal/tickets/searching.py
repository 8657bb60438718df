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
    site = ticket.site
    search.index(
        "ticket", ticket.id, ticket.number, ticket.number.replace("-", ""), ticket.title, ticket.description or "", ticket.solution or "",
        ticket.customer.name, ticket.contact_name, f"{site.estate} {site.detail}" if site else "", *said,
    )
