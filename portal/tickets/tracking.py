"""The customer's link to one ticket: 180 random bits, found by a selector, proven in constant time."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta

from flask import current_app
from sqlalchemy import bindparam, select

from portal.core import clock, direct, options
from portal.core.db import db
from portal.tickets.models import ENDED, Ticket, TrackingLink
from portal.tickets.options import LINK_DAYS

SELECTOR = 10
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{34}$")


def new_token() -> tuple[str, str]:
    """(selector, secret): 60 bits to find it by, 144 bits to prove it."""
    return secrets.token_urlsafe(8)[:SELECTOR], secrets.token_urlsafe(18)


def split(token: str) -> tuple[str, str] | None:
    """(selector, secret) of a well-formed token, else None."""
    return (token[:SELECTOR], token[SELECTOR:]) if _TOKEN.match(token) else None


def proven(row, token: str) -> bool:
    """Does the token belong to this row (which has .secret)? The same work when there is no row."""
    known = row.secret if row is not None else "x" * 24
    return hmac.compare_digest(known, token[SELECTOR:]) and row is not None


_OF_TICKET = select(TrackingLink).where(TrackingLink.ticket_id == bindparam("ticket"))


def link_of(ticket: Ticket) -> TrackingLink:
    """The ticket's link, made on first need (inside an action)."""
    row = db.session.scalars(_OF_TICKET, {"ticket": ticket.id}).first()
    if row is None:
        new_link(ticket)
        row = db.session.scalars(_OF_TICKET, {"ticket": ticket.id}).one()
    return row


def new_link(ticket: Ticket) -> None:
    """The first link of a ticket."""
    selector, secret = new_token()
    direct.tell(_NEW, {"ticket_id": ticket.id, "selector": selector, "secret": secret, "made_at": clock.now()})


_NEW = direct.new_row(TrackingLink.__table__, "ticket_id", "selector", "secret", "made_at")


def url_of(ticket: Ticket) -> str:
    """Always the configured address, never the request's host."""
    found = db.session.connection().execute(_TOKEN_OF, {"ticket": ticket.id}).first()  # nothing pending can change it
    return f"{current_app.config['PUBLIC_BASE']}/t/{''.join(found) if found else link_of(ticket).token}"


_link = TrackingLink.__table__.c
_TOKEN_OF = select(_link.selector, _link.secret).where(_link.ticket_id == bindparam("ticket")).order_by(_link.id).limit(1)


def known_link(ticket: Ticket) -> str | None:
    """The address, where the link was made before; a look makes none."""
    row = db.session.scalars(_OF_TICKET, {"ticket": ticket.id}).first()
    return f"{current_app.config['PUBLIC_BASE']}/t/{row.token}" if row else None


def find(token: str) -> tuple[Ticket, TrackingLink] | None:
    """The ticket behind a token, following a merge; None when unknown, altered or expired."""
    parts = split(token)
    if parts is None:
        return None
    row = db.session.scalars(select(TrackingLink).where(TrackingLink.selector == parts[0])).first()
    if not proven(row, token):
        return None
    ticket = db.session.get(Ticket, row.ticket_id)
    while ticket.merged_into_id:
        ticket = db.session.get(Ticket, ticket.merged_into_id)
    return None if expired(ticket) else (ticket, row)


def expired(ticket: Ticket) -> bool:
    ended = ticket.closed_at if ticket.status in ENDED else None
    return ended is not None and clock.now() > ended + timedelta(days=options.value(LINK_DAYS))
