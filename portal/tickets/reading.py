"""Read marks: how far each person has read a ticket. Written by presence beats and by one's own actions, never by a GET."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite

from portal.core.db import db, is_sqlite
from portal.tickets.models import ReadMark


def mark(ticket: Any, person: Any) -> None:
    """`person` has seen everything up to the ticket's newest activity (`ticket` has .id and .changed_id). Never moves back."""
    given = (sqlite if is_sqlite() else postgresql).insert(ReadMark).values(
        ticket_id=ticket.id, person_id=person.id, activity_id=ticket.changed_id
    )
    new, old = given.excluded.activity_id, ReadMark.activity_id
    db.session.execute(given.on_conflict_do_update(
        index_elements=["ticket_id", "person_id"], set_={"activity_id": case((new > old, new), else_=old)}
    ))


def is_unread(changed_id: int, read_up_to: int | None, owner_id: int | None, person_id: int) -> bool:
    """Something has happened since the last look; a ticket never looked at is unread only for its owner, or for all while it has none."""
    if read_up_to is None:
        return owner_id in (None, person_id)
    return changed_id > read_up_to
