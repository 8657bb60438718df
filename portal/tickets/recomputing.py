"""When rules or calendars change, running clocks are computed anew; every night the stored ones are compared with the recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text, update

from portal.core.db import db
from portal.core.kept import renew
from portal.tickets import clocks
from portal.tickets.models import WORKING_NOW, Ticket, TicketClock

STALE = text("ticket_clock.stale")  # written out: SQLite uses the partial index only so
COMPARED = ("due_at", "met_at", "since", "used_seconds", "target_seconds")


def mark_stale() -> None:
    """Every clock that is not met, of every ticket that somebody still works on."""
    db.session.flush()
    working = select(Ticket.id).where(WORKING_NOW)
    marked = update(TicketClock).where(TicketClock.met_at.is_(None), TicketClock.ticket_id.in_(working)).values(stale=True)
    db.session.execute(marked.execution_options(synchronize_session=False))


def refresh_stale(limit: int) -> int:
    """Compute up to `limit` marked tickets anew; returns how many."""
    ids = list(db.session.scalars(select(TicketClock.ticket_id).where(STALE).distinct().order_by(TicketClock.ticket_id).limit(limit)))
    for ticket in db.session.scalars(select(Ticket).where(Ticket.id.in_(ids))).unique():
        clocks.refresh(ticket)
        for row in ticket.clocks:
            row.stale = False
    db.session.flush()
    if ids:
        renew()  # what was counted by due moments; no activity tells of it
    return len(ids)


def differences(after_id: int, limit: int) -> Iterator[tuple[Ticket, str]]:
    """Open tickets whose stored clocks are not what their history says, with the first thing that differs. Changes nothing."""
    query = select(Ticket).where(WORKING_NOW, Ticket.id > after_id).order_by(Ticket.id).limit(limit)
    for ticket in db.session.scalars(query).unique():
        yield ticket, _difference(ticket)


def _difference(ticket: Ticket) -> str:
    first, events = clocks.history(ticket)
    stored = {c.clock: c for c in ticket.clocks}
    for kind, promise in first.items():
        reading, row = clocks.read(kind, promise, events), stored.get(kind)
        if reading.started != (row is not None):
            return kind.value
        if row is None or row.stale or (row.met_at is not None and row.met_at == reading.met_at):
            continue
        for name in COMPARED:
            if getattr(row, name) != _columns(reading)[name]:
                return f"{kind.value}.{name}"
    return "" if ticket.next_due_at == clocks.next_due_of(ticket.clocks) else "next_due_at"


def _columns(reading: clocks.Reading) -> dict[str, Any]:
    return {
        "due_at": reading.due_at, "met_at": reading.met_at, "since": reading.since, "used_seconds": int(reading.used.total_seconds()),
        "target_seconds": int(reading.promise.target.total_seconds()),
    }
