"""The timeline of one ticket as the page draws it: rows, authors, files and deliveries in a handful of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy import bindparam, case, func, select

from portal.accounts.models import Person
from portal.core.activity import Activity, Audience, told
from portal.core.db import db
from portal.core.files import StoredFile
from portal.core.i18n import gettext as _
from portal.core.i18n import when
from portal.notifications import queries as notifications
from portal.tickets.models import Channel, Ticket

LATEST = 100
PARTS = {"": None, "customer": Audience.PUBLIC, "internal": Audience.INTERNAL}


@dataclass
class Entry:
    """What ui.entry draws."""

    id: int
    kind: str
    icon: str
    author: str
    seed: Any
    at: str
    text: str
    words: str
    tag: str | None = None
    delivery: Any = None
    files: list = field(default_factory=list)


def entries(ticket: Ticket, part: str = "", everything: bool = False) -> list[Entry]:
    """Oldest first; the newest LATEST rows unless `everything`. `part`: "", "customer", "internal"."""
    query = _ROWS
    if PARTS.get(part):
        query = query.where(Activity.audience == PARTS[part], _WORDED)
    rows = list(db.session.scalars(query if everything else query.limit(LATEST), {"ticket": ticket.id}))[::-1]
    names, files = _names(rows), _files(ticket, [r.id for r in rows])
    deliveries = notifications.deliveries_of([r.id for r in rows if r.audience is Audience.PUBLIC])
    return [_entry(r, ticket, names, files.get(r.id, []), deliveries.get(r.id)) for r in rows]


_WORDED = Activity.body.is_not(None) | (Activity.verb == "ticket.created")
_OF_TICKET = Activity.ticket_id == bindparam("ticket")
_ROWS = select(Activity).where(_OF_TICKET, Activity.audience != Audience.AUDIT).order_by(Activity.id.desc())
_worded = case((_WORDED, 1), else_=0)
_COUNTS = select(Activity.audience, func.count(), func.sum(_worded)).where(_OF_TICKET, Activity.audience != Audience.AUDIT).group_by(Activity.audience)


def counts(ticket: Ticket) -> dict[str, int]:
    """Entries by part, for the tabs."""
    rows = db.session.execute(_COUNTS, {"ticket": ticket.id}).all()
    worded = {audience: some for audience, _all, some in rows}
    return {"": sum(row[1] for row in rows), "customer": worded.get(Audience.PUBLIC, 0), "internal": worded.get(Audience.INTERNAL, 0)}


def _names(rows: list[Activity]) -> dict[int, str]:
    ids = {r.actor_id for r in rows if r.actor_id}
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()) if ids else {}


def _files(ticket: Ticket, ids: list[int]) -> dict[int, list[dict]]:
    made: dict[int, list[dict]] = {}
    for file in db.session.scalars(select(StoredFile).where(StoredFile.activity_id.in_(ids)).order_by(StoredFile.id)):
        url = url_for("tickets.file", ticket_id=ticket.id, file_id=file.id)
        made.setdefault(file.activity_id, []).append({"url": url, "thumb_url": url + "?thumb=1", "name": file.name, "badge": None})
    return made


def _entry(row: Activity, ticket: Ticket, names: dict, files: list, delivery: Any) -> Entry:
    icon, sentence = told(row)
    text = ticket.description if row.verb == "ticket.created" else row.body
    from_customer = row.actor_kind == "customer" or row.verb == "ticket.created"
    if not text and not files:
        kind = "system"
    elif row.audience is Audience.INTERNAL:
        kind = "internal"
    else:
        kind = "customer" if from_customer else "public"
    author = names.get(row.actor_id, row.actor_name) or _("The portal")
    if row.verb == "ticket.created":
        author = ticket.contact_name or ticket.customer.name
    return Entry(row.id, kind, icon, author, row.actor_id or author, when(row.at), text or "", _line(author, sentence, row), _tag(kind, row),
                 delivery, files)


def _line(author: str, sentence: str, row: Activity) -> str:
    return sentence if row.verb == "ticket.created" else f"{author} {sentence}"


def _tag(kind: str, row: Activity) -> str | None:
    if row.verb == "ticket.created":
        return Channel(row.data["channel"]).word
    return {"internal": _("Internal note, the customer does not see it"), "public": _("Public reply"), "customer": _("From the customer")}.get(kind)
