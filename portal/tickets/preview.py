"""The pane beside the queue: what one needs to decide without leaving the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.accounts import queries as accounts
from portal.core.access import Role, may
from portal.core.errors import NotFound
from portal.tickets import presence, queries, queue_rows, rules, showing, timeline
from portal.tickets.models import Ticket
from portal.tickets.workflow import TICKET

LATEST_WORDS, LATEST_TICKETS = 3, 4


@dataclass
class Peek:
    ticket: Ticket
    shape: tuple[str, str]
    clocks: list
    entries: list
    history: list
    others: list
    people: list
    may_dispatch: bool
    around: dict


def of(person: Any, ticket_id: Any, around: dict | None = None) -> Peek | None:
    """`around`: values of the address that name the list. None when there is no such ticket for this person."""
    try:
        ticket = queries.find_for(person, int(ticket_id)) if str(ticket_id).isascii() and str(ticket_id).isdigit() and len(str(ticket_id)) < 18 else None
    except NotFound:
        return None
    return _peek(person, ticket, around or {}) if ticket else None


def _peek(person: Any, ticket: Ticket, around: dict) -> Peek:
    spoken = [e for e in timeline.entries(ticket) if e.kind != "system"]
    history = queue_rows.newest_of((Ticket.customer_id == ticket.customer_id) & (Ticket.id != ticket.id), person, LATEST_TICKETS)
    return Peek(
        ticket, showing.shape_of(ticket), showing.clocks_of(ticket, detail=True), spoken[-LATEST_WORDS:], history,
        presence.others(ticket.id, person), accounts.people_with(Role.AGENT) if may(person, rules.ASSIGN, ticket) else [],
        TICKET.can(ticket, "dispatch", person), around,
    )
