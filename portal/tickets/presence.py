"""Who else is looking at a ticket or writing in it. It informs and does not lock; gone a minute after the last sign of life."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Collection

from flask_babel import gettext as _
from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts.models import Person
from portal.core import clock
from portal.core.db import db, is_sqlite
from portal.tickets.models import Presence

LASTS = timedelta(seconds=60)
STATES = ("watching", "typing", "left")


@dataclass(frozen=True)
class Other:
    """A colleague who is here. `kind`: eye | pen, the drawing of ui.presence."""

    person_id: int
    name: str
    writing: bool
    since: datetime

    @property
    def kind(self) -> str:
        return "pen" if self.writing else "eye"

    @property
    def words(self) -> str:
        return _("%(name)s is replying", name=self.name) if self.writing else _("%(name)s is looking", name=self.name)


def others(ticket_ids: Collection[int], person: Any) -> dict[int, list[Other]]:
    """Ticket → who besides `person` is there now, longest first; one query."""
    if not ticket_ids:
        return {}
    query = (
        select(Presence.ticket_id, Presence.person_id, Person.name, Presence.writing, Presence.since)
        .join(Person, Person.id == Presence.person_id)
        .where(Presence.at > clock.now() - LASTS, Presence.ticket_id.in_(ticket_ids), Presence.person_id != person.id)
        .order_by(Presence.since)
    )
    found: dict[int, list[Other]] = defaultdict(list)
    for ticket_id, person_id, name, writing, since in db.session.execute(query):
        found[ticket_id].append(Other(person_id, name, writing, since))
    return dict(found)


def mark_of(ticket_ids: Collection[int], person: Any) -> str:
    """What a live region's tag needs to know: changes when somebody comes, goes or starts to write. One small query."""
    query = select(Presence.ticket_id, Presence.person_id, Presence.writing).where(Presence.at > clock.now() - LASTS)
    shown = set(ticket_ids)
    return ",".join(sorted(f"{t}.{p}.{int(w)}" for t, p, w in db.session.execute(query) if t in shown and p != person.id))


def beat(ticket_id: int, person: Any, state: str) -> None:
    """Store a sign of life. No activity: nobody's timeline or live region moves because of it."""
    moment = clock.now()
    db.session.execute(delete(Presence).where(Presence.at < moment - LASTS))
    if state == "left":
        db.session.execute(delete(Presence).where(Presence.ticket_id == ticket_id, Presence.person_id == person.id))
        return
    row = {"ticket_id": ticket_id, "person_id": person.id, "writing": state == "typing", "at": moment, "since": moment}
    given = (sqlite if is_sqlite() else postgresql).insert(Presence).values(**row)
    since = case((Presence.at > moment - LASTS, Presence.since), else_=moment)
    changes = {"writing": row["writing"], "at": moment, "since": since}
    db.session.execute(given.on_conflict_do_update(index_elements=["ticket_id", "person_id"], set_=changes))
