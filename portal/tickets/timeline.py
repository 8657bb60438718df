"""The timeline of one ticket as the page draws it: rows, authors, files and deliveries in a handful of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Sequence

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy import bindparam, case, func, select

from portal.accounts.models import Person
from portal.core import access, clock, kept
from portal.core.activity import Activity, Audience, told
from portal.core.db import db
from portal.core.files import StoredFile
from portal.core.i18n import gettext as _
from portal.core.i18n import language, when
from portal.notifications import queries as notifications
from portal.tickets import rules
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
    return [_entry(row, ticket, name, files, deliveries) for row, name, files, deliveries in _read(ticket, part, everything)]


def drawn(ticket: Ticket, part: str, everything: bool, person: Any) -> list[Markup]:
    """The same as templates/tickets/_entry.html draws it. Each entry is drawn once for all who see it alike."""
    number_url = _number_url(ticket) if access.may(person, rules.REPLY, ticket) else ""
    recall, draw = kept.shelf(), current_app.jinja_env.get_template("tickets/_entry.html").module.entry
    place, made = (drawn, language(), clock.today(), ticket.id, number_url), []
    for row, name, files, deliveries in _read(ticket, part, everything):
        told_here = (ticket.description, ticket.contact_name or ticket.customer.name) if row.verb == CREATED else ()
        key = (place, *row[:-1], str(row.data), name, told_here, tuple(files), tuple(deliveries))
        made.append(recall(key, lambda: draw(_entry(row, ticket, name, files, deliveries), number_url)))
    return made


def _number_url(ticket: Ticket) -> str:
    """Where a number that does not work is put right."""
    if ticket.phone_id:
        return url_for("customers.edit_phone", customer_id=ticket.customer_id, phone_id=ticket.phone_id)
    return url_for("customers.show", customer_id=ticket.customer_id)


def _read(ticket: Ticket, part: str, everything: bool) -> Iterator[tuple[Any, str, list, list]]:
    """(row, name of its author, its files, its messages) of each entry, oldest first."""
    query = _PARTS[part if part in PARTS else ""]
    rows = db.session.execute(query if everything else query.limit(LATEST), {"ticket": ticket.id}).all()[::-1]
    names, files = _names(rows), _files([r.id for r in rows])
    deliveries = notifications.deliveries_of([r.id for r in rows if r.audience is Audience.PUBLIC])
    for row in rows:
        yield row, names.get(row.actor_id, row.actor_name) or "", files.get(row.id, []), deliveries.get(row.id, [])


CREATED = "ticket.created"
_a = Activity.__table__.c
_WORDED = _a.body.is_not(None) | (_a.verb == CREATED)
_SHOWN = (_a.ticket_id == bindparam("ticket"), _a.audience != Audience.AUDIT)
_ROWS = select(_a.id, _a.at, _a.verb, _a.actor_kind, _a.actor_id, _a.actor_name, _a.audience, _a.body, _a.data).where(*_SHOWN).order_by(_a.id.desc())
_PARTS = {part: _ROWS.where(_a.audience == audience, _WORDED) if audience else _ROWS for part, audience in PARTS.items()}
_worded = case((_WORDED, 1), else_=0)
_COUNTS = select(_a.audience, func.count(), func.sum(_worded)).where(*_SHOWN).group_by(_a.audience)


def counts(ticket: Ticket) -> dict[str, int]:
    """Entries by part, for the tabs."""
    rows = db.session.execute(_COUNTS, {"ticket": ticket.id}).all()
    worded = {audience: some for audience, _all, some in rows}
    return {"": sum(row[1] for row in rows), "customer": worded.get(Audience.PUBLIC, 0), "internal": worded.get(Audience.INTERNAL, 0)}


def _names(rows: Sequence[Any]) -> dict[int, str]:
    ids = {r.actor_id for r in rows if r.actor_id}
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()) if ids else {}


def _files(ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """(id, name) of the files of each entry."""
    made: dict[int, list[tuple[int, str]]] = {}
    f = StoredFile.__table__.c
    for activity_id, *file in db.session.execute(select(f.activity_id, f.id, f.name).where(f.activity_id.in_(ids)).order_by(f.id)) if ids else ():
        made.setdefault(activity_id, []).append(tuple(file))
    return made


def _photo(ticket: Ticket, file_id: int, name: str) -> dict:
    url = url_for("tickets.file", ticket_id=ticket.id, file_id=file_id)
    return {"url": url, "thumb_url": url + "?thumb=1", "name": name, "badge": None}


def _entry(row: Any, ticket: Ticket, name: str, files: list, deliveries: list) -> Entry:
    icon, sentence = told(row)
    text = ticket.description if row.verb == CREATED else row.body
    from_customer = row.actor_kind == "customer" or row.verb == CREATED
    if not text and not files:
        kind = "system"
    elif row.audience is Audience.INTERNAL:
        kind = "internal"
    else:
        kind = "customer" if from_customer else "public"
    author = name or _("The portal")
    if row.verb == CREATED:
        author = ticket.contact_name or ticket.customer.name
    return Entry(row.id, kind, icon, author, row.actor_id or author, when(row.at), text or "", _line(author, sentence, row), _tag(kind, row),
                 deliveries, [_photo(ticket, *file) for file in files])


def _line(author: str, sentence: str, row: Any) -> str:
    return sentence if row.verb == CREATED else f"{author} {sentence}"


def _tag(kind: str, row: Any) -> str | None:
    if row.verb == CREATED:
        return Channel(row.data["channel"]).word
    return {"internal": _("Internal note, the customer does not see it"), "public": _("Public reply"), "customer": _("From the customer")}.get(kind)
