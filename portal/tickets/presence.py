"""Who else is looking at a ticket or writing in it. It informs and does not lock; gone a minute after the last sign of life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Collection, Iterable

from flask import g
from flask_babel import gettext as _
from sqlalchemy import bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts.models import Person
from portal.core import clock, direct, wake
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


def others(ticket_id: int, person: Any) -> list[Other]:
    """Who besides `person` is at this ticket now, longest first."""
    return [Other(*about) for _ticket_id, *about in direct.rows(*asking(person, ticket_id))]


def others_now(person: Any) -> dict[int, tuple[Other, ...]]:
    """The same for all tickets, read once a request: few people are here at once."""
    if "others_now" not in g:
        found: dict[int, tuple[Other, ...]] = {}
        for ticket_id, *about in direct.rows(*asking(person)):
            found[ticket_id] = (*found.get(ticket_id, ()), Other(*about))
        g.others_now = found
    return g.others_now


def asking(person: Any, ticket_id: int | None = None) -> tuple[Any, dict[str, Any]]:
    """What is asked to know who else is at this ticket, or at any: statement and values, the same within a second."""
    values = {"since": clock.now().replace(microsecond=0) - LASTS, "me": person.id}
    return (_ANYWHERE, values) if ticket_id is None else (_THERE, values | {"ticket": ticket_id})


def mark_of(ticket_ids: Collection[int], person: Any) -> str:
    """What a live region's tag needs to know: changes when somebody comes, goes or starts to write."""
    here = others_now(person)
    return mark_in(((ticket_id, one.person_id, one.writing) for ticket_id in ticket_ids for one in here.get(ticket_id, ())), ticket_ids, person.id)


_here = Presence.__table__.c
_who = Person.__table__.c
_ANYWHERE = (
    select(_here.ticket_id, _here.person_id, _who.name, _here.writing, _here.since)
    .join_from(Presence.__table__, Person.__table__, _who.id == _here.person_id)
    .where(_here.at > bindparam("since"), _here.person_id != bindparam("me"))
    .order_by(_here.since)
)
_THERE = _ANYWHERE.where(_here.ticket_id == bindparam("ticket"))


def mark_in(rows: Iterable[tuple], ticket_ids: Collection[int], person_id: int) -> str:
    """The same from rows (ticket, person, writing) that were read already."""
    shown = set(ticket_ids)
    return ",".join(sorted(f"{t}.{p}.{int(w)}" for t, p, w in rows if t in shown and p != person_id))


def beat(ticket_id: int, person: Any, state: str) -> None:
    """Store a sign of life. No activity: nobody's timeline or live region moves because of it."""
    moment = clock.now()
    if wake.on() and state != _state(ticket_id, person, moment):
        wake.changed()
    db.session.execute(delete(Presence).where(Presence.at < moment - LASTS))
    if state == "left":
        db.session.execute(delete(Presence).where(Presence.ticket_id == ticket_id, Presence.person_id == person.id))
        return
    row = {"ticket_id": ticket_id, "person_id": person.id, "writing": state == "typing", "at": moment, "since": moment}
    given = (sqlite if is_sqlite() else postgresql).insert(Presence).values(**row)
    since = case((Presence.at > moment - LASTS, Presence.since), else_=moment)
    changes = {"writing": row["writing"], "at": moment, "since": since}
    db.session.execute(given.on_conflict_do_update(index_elements=["ticket_id", "person_id"], set_=changes))


def _state(ticket_id: int, person: Any, moment: datetime) -> str:
    """What the others are told of this person until now."""
    query = select(Presence.writing).where(Presence.ticket_id == ticket_id, Presence.person_id == person.id, Presence.at > moment - LASTS)
    return {None: "left", True: "typing", False: "watching"}[db.session.scalar(query)]
