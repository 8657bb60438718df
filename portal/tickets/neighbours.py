"""The ticket before and after this one in the list from which it was opened: the list stays in the address."""

from __future__ import annotations

from typing import Any, Mapping

from sqlalchemy import select

from portal.core.db import db
from portal.core.paging import beyond
from portal.tickets import queue
from portal.tickets.models import Ticket
from portal.tickets.queue import Sort, Wish


def around(args: Mapping[str, str]) -> dict[str, str]:
    """The values of the address that name the list; empty when the ticket was not opened from one."""
    return Wish.of(args).address() if args.get("view") else {}


def of(ticket: Ticket, args: Mapping[str, str], person: Any) -> tuple[int | None, int | None]:
    """(previous, next) ids; each one index look-up."""
    if not args.get("view"):
        return None, None
    wish = Wish.of(args)
    return _beside(ticket, wish, person, back=True), _beside(ticket, wish, person, back=False)


def _beside(ticket: Ticket, wish: Wish, person: Any, back: bool) -> int | None:
    newest = wish.sort is Sort.NEWEST
    column, value = (Ticket.created_at, ticket.created_at) if newest else (Ticket.next_due_at, ticket.next_due_at)
    falling = newest != back
    further = beyond([column, Ticket.id], [value, ticket.id], falling)
    order = (column.desc(), Ticket.id.desc()) if falling else (column, Ticket.id)
    query = select(Ticket.id).where(queue.matching(wish, person, queue.is_by_tag(wish)), further).order_by(*order).limit(1)
    return db.session.scalar(query)
