"""The funnel for "something happened": one append-only row is the audit log, the timeline, the live signal and the trigger."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Callable

from flask import g, has_request_context, request
from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, event, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from flask_babel import lazy_gettext as _l

from portal.core import clock, direct, wake
from portal.core.db import LabelType, Moment, db
from portal.core.i18n import language
from portal.core.labels import Label

BigId = BigInteger().with_variant(Integer, "sqlite")


class Audience(Label):
    PUBLIC = "public", _l("Public reply")
    INTERNAL = "internal", _l("Internal note")
    AUDIT = "audit", _l("Audit")


class Activity(db.Model):
    """Who (actor), what (verb, subject), when, before → after (data), visible to whom (audience)."""

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_ticket", "ticket_id", "id"),
        Index("ix_activity_subject", "subject_type", "subject_id", "id"),
        Index("ix_activity_actor", "actor_id", "verb", "at"),
        Index("ix_activity_verb", "verb", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    verb: Mapped[str] = mapped_column(String(60))
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(80), default="")
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigId)
    ticket_id: Mapped[int | None] = mapped_column(BigId)
    audience: Mapped[Audience] = mapped_column(LabelType(Audience), default=Audience.INTERNAL)
    body: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict] = mapped_column(JSON, default=dict)
    address: Mapped[str | None] = mapped_column(String(45))


@event.listens_for(Activity, "before_update")
@event.listens_for(Activity, "before_delete")
def _append_only(mapper, connection, target):
    raise RuntimeError("activity rows are append-only")


@dataclass(frozen=True)
class Sentence:
    icon: str
    words: Any


SENTENCES: dict[str, Sentence] = {}


def sentence(verb: str, icon: str, words: Any) -> None:
    """How a verb reads in the timeline; `words` may name keys of the row's data: _l("Assigned to %(name)s")."""
    SENTENCES[verb] = Sentence(icon, words)
    _worded.cache_clear()


def told(row: Activity) -> tuple[str, str]:
    """(icon, words) of a row in the reader's language; keys that the data lacks read as nothing, cause_en stands for cause in English."""
    icon, words = _worded(row.verb, spoken := language())
    if "%" not in words:
        return icon, words
    data = defaultdict(str, {k: "" if v is None else v for k, v in (row.data or {}).items()})
    if spoken == "en":
        data |= {k.removesuffix("_en"): v for k, v in data.items() if k.endswith("_en") and v}
    return icon, (words % data).strip()


@lru_cache(maxsize=1024)
def _worded(verb: str, _language: str) -> tuple[str, str]:
    known = SENTENCES.get(verb, Sentence("info", verb))
    return known.icon, str(known.words)


Reaction = Callable[[Activity, Any, Any], None]
_reactions: dict[str, list[Reaction]] = defaultdict(list)


def on(*verbs: str):
    """Register `reaction(activity, subject, by)` for these verbs; it runs in the same transaction, in slice order."""

    def register(reaction: Reaction) -> Reaction:
        for verb in verbs:
            if reaction not in _reactions[verb]:
                _reactions[verb].append(reaction)
        return reaction

    return register


def record(
    verb: str,
    subject: Any,
    *,
    by: Any,
    ticket: Any = None,
    audience: Audience = Audience.INTERNAL,
    body: str | None = None,
    anonymous: bool = False,
    told_as: tuple[int, datetime] | None = None,
    **data: Any,
) -> Activity:
    """Write the row, mark the ticket as changed, run the reactions. `data` must be plain JSON (before/after, reasons).
    `told_as`: id (see COMING) and moment of the row, where its subject was stored with them.

    An anonymous row keeps neither person nor address, its time is rounded to the day, and its id is drawn by lot (below zero), so that
    its neighbours do not tell when it was written.
    """
    if subject.id is None:
        db.session.flush()
    row = Activity(
        at=clock.now(), verb=verb, actor_kind=getattr(by, "kind", "person"), actor_id=by.id, actor_name=by.name or "",
        subject_type=subject.__tablename__, subject_id=subject.id, audience=audience, body=body, data=data,
        ticket_id=_ticket_id(subject, ticket), address=_address(by),
    )
    if anonymous:
        row.actor_kind, row.actor_id, row.actor_name, row.address = "anonymous", None, "", None
        row.at = row.at.replace(hour=0, minute=0, second=0, microsecond=0)
        row.id = -1 - secrets.randbelow(2**52)
    if told_as is not None:
        row.id, row.at = told_as
    row.id = _written(row)
    if audience is not Audience.AUDIT:  # looking is not changing
        if told_as is None:
            _mark_changed(subject, ticket, row)
        if row.ticket_id is not None and not anonymous:
            wake.changed()
    for reaction in _reactions[verb]:
        reaction(row, subject, by)
    return row


def _written(row: Activity) -> int:
    """Insert by core and return the id: the row never changes, so the session need not follow it (half the cost of an action)."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    if row.id is None:
        return db.session.connection().execute(_INSERT, values).scalar_one()
    direct.tell(_INSERT_KNOWN, values | {"id": row.id})
    return row.id


_COLUMNS = [c.name for c in Activity.__table__.columns if c.name != "id"]
_INSERT = insert(Activity.__table__).returning(Activity.__table__.c.id)
_INSERT_KNOWN = direct.new_row(Activity.__table__)


def _ticket_id(subject: Any, ticket: Any) -> int | None:
    if ticket is not None:
        return ticket.id
    return subject.id if subject.__tablename__ == "ticket" else None


def _mark_changed(subject: Any, ticket: Any, row: Activity) -> None:
    for record_ in (subject, ticket):
        if record_ is not None and hasattr(record_, "changed_id"):
            record_.changed_id = row.id
            record_.changed_at = row.at


def _address(by: Any) -> str | None:
    if getattr(by, "kind", "person") != "person" or not has_request_context():
        return None
    return request.remote_addr


def latest_id() -> int:
    """The newest row's id: the live signal. One index look-up."""
    return db.session.execute(NEWEST).scalar() or 0


def newest_at_start() -> int:
    """The newest row when this request began, read with the session: whatever is read later is at least as new."""
    return g.get("newest_activity") or latest_id()


NEWEST = select(func.max(Activity.__table__.c.id))
COMING = {  # by whether it is SQLite: the id of the row that this transaction writes next; writers take turns
    True: func.max(func.coalesce(NEWEST.scalar_subquery(), 0), 0) + 1,
    False: func.nextval(func.pg_get_serial_sequence("activity", "id")),
}
