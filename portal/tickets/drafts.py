"""Typed, not yet sent: kept on the server."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from portal.core import clock, direct
from portal.core.db import db
from portal.tickets.models import Draft

LONGEST = 8000


def text_of(person: Any, place: str) -> str:
    found = direct.rows(*asking(person, place))
    return found[0].text if found else ""


def asking(person: Any, place: str) -> tuple[Any, dict[str, Any]]:
    """Statement and values."""
    return _TEXT, {"person": person.id, "place": place}


_TEXT = select(Draft.text).where(Draft.person_id == bindparam("person"), Draft.place == bindparam("place"))


def keep(person: Any, place: str, text: str) -> None:
    """Store or (when empty) remove. A draft is no event: it leaves no activity row."""
    text = text.replace("\x00", "")[:LONGEST]
    if not text.strip():
        return clear(person, place)
    row = db.session.get(Draft, (person.id, place)) or Draft(person_id=person.id, place=place, text="", at=clock.now())
    row.text, row.at = text, clock.now()
    db.session.add(row)


def clear(person: Any, place: str) -> None:
    if text_of(person, place):
        db.session.delete(db.session.get_one(Draft, (person.id, place)))
