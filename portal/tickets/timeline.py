"""The timeline of one ticket as the page draws it: entries with authors, files and deliveries in three statements."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterable

from flask import current_app, url_for
from markupsafe import Markup, escape
from sqlalchemy import bindparam, case, exists, func, select

from portal.accounts.models import Person
from portal.core import access, clock, direct, kept
from portal.core.activity import Activity, Audience, told
from portal.core.db import db
from portal.core.files import StoredFile
from portal.core.i18n import N_
from portal.core.i18n import gettext as _
from portal.core.i18n import language, time_of_day, when
from portal.notifications import queries as notifications
from portal.notifications.models import Delivery
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


@dataclass
class Read:
    """What was found of a timeline, oldest first, as it is stored. `whole`: nothing of the ticket is missing. `verbs`: (id, verb) of its
    newest entries; empty when only a part of it was asked for."""

    rows: list[tuple]
    typed: Callable[[tuple], Any]
    files: dict[int, list]
    deliveries: dict[int, list]
    whole: bool
    verbs: list[tuple[int, str]]


def entries(ticket: Ticket, part: str = "", everything: bool = False) -> list[Entry]:
    """Oldest first; the newest LATEST rows unless `everything`. `part`: "", "customer", "internal"."""
    found = read(ticket, part, everything)
    return [_entry(found.typed(row), ticket, found.files.get(row[0], []), found.deliveries.get(row[0], [])) for row in found.rows]


def drawn(ticket: Ticket, found: Read, person: Any) -> list[Markup]:
    """The same as templates/tickets/_entry.html draws it. Each entry is drawn once for all who see it alike."""
    number_url = _number_url(ticket) if access.may(person, rules.REPLY, ticket) else ""
    recall = kept.shelf()
    place, made = (drawn, language(), clock.today(), ticket.id, number_url), []
    for row in found.rows:
        files, deliveries = found.files.get(row[0], []), found.deliveries.get(row[0], [])
        told_here = (ticket.description, ticket.caller) if row[_VERB] == CREATED else ()
        key = (place, *map(_hashable, row), told_here, tuple(files), tuple(deliveries))
        made.append(recall(key, lambda: _drawn(_entry(found.typed(row), ticket, files, deliveries), number_url, recall)))
    return made


AT, ID, TEXT, MORE = (f"entry-{secrets.token_hex(8)}" for _n in range(4))  # stand for these in an entry's shape


def _drawn(entry: Entry, number_url: str, recall: Callable) -> Markup:
    """Put into a shape that others of its kind share: drawing it anew costs as much as reading ten of them."""
    words = entry.words if entry.kind == "system" else entry.text
    about = (entry.icon,) if entry.kind == "system" else (entry.author, entry.seed, entry.tag)
    key = (_drawn, language(), entry.kind, about, not words)
    shape = recall(key, lambda: str(_macros().entry(replace(entry, id=ID, at=AT, text=words and TEXT, words=words and TEXT), MORE)))
    more = "".join([_delivery(message, number_url, recall) for message in entry.delivery or ()])
    if entry.files:
        more = str(_macros().photos(entry.files)) + more
    return Markup(shape.replace(ID, str(entry.id)).replace(AT, entry.at).replace(TEXT, escape(words)).replace(MORE, more))  # noqa: S704 - id and time are ours, the words are escaped


def _delivery(message: Any, number_url: str, recall: Callable) -> str:
    failed, at = message.state in _FAILED, time_of_day(message.sent_at) if message.sent_at else ""
    mend = number_url if failed else ""
    key = (_delivery, language(), message.way, message.state, mend, not at)
    return recall(key, lambda: str(_macros().delivery(message, at and AT, failed, mend))).replace(AT, at)


def _macros() -> Any:
    """What templates/tickets/_entry.html draws."""
    return current_app.jinja_env.get_template("tickets/_entry.html").module


def _hashable(value: Any) -> Any:
    return str(value) if isinstance(value, dict) else value  # PostgreSQL's driver reads JSON itself


def _number_url(ticket: Ticket) -> str:
    """Where a number that does not work is put right."""
    if ticket.phone_id:
        return url_for("customers.edit_phone", customer_id=ticket.customer_id, phone_id=ticket.phone_id)
    return url_for("customers.show", customer_id=ticket.customer_id)


def read(ticket: Ticket, part: str, everything: bool = False) -> Read:
    """Three statements: the entries with their authors' names, their files, their messages."""
    part = part if part in PARTS else ""
    query, values = asking(ticket.id, part, everything)
    rows = direct.stored(query, values)[::-1]
    since = {"ticket": ticket.id, "first": min((row[0] for row in rows), default=0)}
    if rows:
        direct.ahead((_FILES, since), (notifications.DELIVERIES, since))
    files = _by_entry(direct.rows(_FILES, since)) if rows else {}
    deliveries = _by_entry(direct.rows(notifications.DELIVERIES, since)) if rows else {}
    whole, verbs = not part and (everything or len(rows) < LATEST), [] if part else [(row[0], row[_VERB]) for row in rows]
    return Read(rows, direct.typed(query), files, deliveries, whole, verbs)


def asking(ticket_id: int, part: str, everything: bool = False) -> tuple[Any, dict[str, Any]]:
    """Statement and values of the first of them."""
    return (_EVERY if everything else _LATEST)[part if part in PARTS else ""], {"ticket": ticket_id}


def _by_entry(rows: Iterable[Any]) -> dict[int, list[Any]]:
    made: dict[int, list[Any]] = {}
    for row in rows:
        made.setdefault(row.activity_id, []).append(row)
    return made


CREATED = "ticket.created"
_FAILED = (Delivery.FAILED, Delivery.PARKED)
_a, _p, _f = Activity.__table__.c, Person.__table__.c, StoredFile.__table__.c
_WORDED = (_a.body != "") | (_a.verb == CREATED) | exists().where(_f.activity_id == _a.id)
_OF_TICKET = (_a.ticket_id == bindparam("ticket"), _a.audience != Audience.AUDIT)
_ROWS = (
    select(_a.id, _a.at, _a.verb, _a.actor_kind, _a.actor_id, func.coalesce(_p.name, _a.actor_name).label("name"), _a.audience, _a.body, _a.data)
    .join_from(Activity.__table__, Person.__table__, _p.id == _a.actor_id, isouter=True)
    .where(*_OF_TICKET)
    .order_by(_a.id.desc())
)
_VERB, _AUDIENCE, _BODY = 2, 6, 7  # places in a row as it is stored
_EVERY = {part: _ROWS.where(_a.audience == audience, _WORDED) if audience else _ROWS for part, audience in PARTS.items()}
_LATEST = {part: query.limit(LATEST) for part, query in _EVERY.items()}
_FILES = (
    select(_f.activity_id, _f.id, _f.name)
    .join_from(Activity.__table__, StoredFile.__table__, _f.activity_id == _a.id)
    .where(_a.ticket_id == bindparam("ticket"), _a.id >= bindparam("first"))
    .order_by(_f.id)
)
_COUNTS = select(_a.audience, func.count(), func.sum(case((_WORDED, 1), else_=0))).where(*_OF_TICKET).group_by(_a.audience)


def counts(ticket: Ticket, found: Read) -> dict[str, int]:
    """Entries by part, for the tabs; asked only when the entries found are not all."""
    if found.whole:
        worded = Counter(row[_AUDIENCE] for row in found.rows if row[_BODY] or row[_VERB] == CREATED or row[0] in found.files)
        every = len(found.rows)
    else:
        rows = db.session.execute(_COUNTS, {"ticket": ticket.id}).all()
        every, worded = sum(row[1] for row in rows), {audience.value: some for audience, _all, some in rows}
    return {"": every, "customer": worded.get(Audience.PUBLIC.value, 0), "internal": worded.get(Audience.INTERNAL.value, 0)}


def _photo(ticket: Ticket, file_id: int, name: str) -> dict:
    url = url_for("tickets.file", ticket_id=ticket.id, file_id=file_id)
    return {"url": url, "thumb_url": url + "?thumb=1", "name": name, "badge": None}


def _entry(row: Any, ticket: Ticket, files: list, deliveries: list) -> Entry:
    icon, sentence = told(row)
    text = ticket.description if row.verb == CREATED else row.body
    from_customer = row.actor_kind == "customer" or row.verb == CREATED
    if not text and not files:
        kind = "system"
    elif row.audience is Audience.INTERNAL:
        kind = "internal"
    else:
        kind = "customer" if from_customer else "public"
    author = row.name or _("The portal")
    if row.verb == CREATED:
        author = ticket.caller
    return Entry(row.id, kind, icon, author, row.actor_id or author, when(row.at), text or "", _line(author, sentence, row), _tag(kind, row),
                 deliveries, [_photo(ticket, file.id, file.name) for file in files])


def _line(author: str, sentence: str, row: Any) -> str:
    return sentence if row.verb == CREATED else _("%(who)s: %(what)s", who=author, what=sentence)


def _tag(kind: str, row: Any) -> str | None:
    if row.verb == CREATED:
        return Channel(row.data["channel"]).word
    return _(_TAGS[kind]) if kind in _TAGS else None


_TAGS = {"internal": N_("Internal note, the customer does not see it"), "public": N_("Public reply"), "customer": N_("From the customer")}
