"""Tell a colleague (inbox) or send something out (outbox). Both only write rows: a job sends after the commit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import make_transient_to_detached

from portal.core import activity, clock, options
from portal.core.access import require
from portal.core.activity import Audience
from portal.core.db import db, is_sqlite
from portal.core.errors import WrongState
from portal.core.i18n import N_
from portal.notifications import rules
from portal.notifications.models import Delivery, Notice, OutMessage, Way

UNDELIVERED = (Delivery.FAILED, Delivery.PARKED, Delivery.MUTED, Delivery.DROPPED)
HELD = (Delivery.QUEUED, Delivery.FAILED, Delivery.PARKED, Delivery.MUTED)
POINTLESS = N_("Not needed any more.")
TOO_OFTEN = N_("Too many automatic messages to this address within an hour.")


def tell(person_id: int, words: str, data: dict | None = None, url: str = "", tone: str = "", activity_id: int | None = None) -> Notice:
    """One line in a colleague's inbox. `words` is an English msgid with %(name)s places, filled from `data` when read."""
    notice = Notice(
        person_id=person_id, at=clock.now(), words=words, data=data or {}, url=url, tone=tone, activity_id=activity_id,
    )
    db.session.add(notice)
    return notice


def send(way: Way, to: str, body: str, subject: str = "", *, ticket_id: int | None = None, activity_id: int | None = None,
         once_key: str | None = None, automatic: bool = False, delay: timedelta = timedelta(0)) -> OutMessage:
    """Put a message into the outbox, to leave after `delay`. The same `once_key` again gives the first message back.

    An automatic one above the hourly limit of its address is kept, but not sent.
    """
    now = clock.now()
    values = {
        "way": way, "to": to, "body": body, "subject": " ".join(subject.split())[:200], "state": Delivery.QUEUED, "tries": 0, "error": "",
        "next_at": now + delay, "queued_at": now, "ticket_id": ticket_id, "activity_id": activity_id, "once_key": once_key,
    }
    if automatic and _sent_lately(to) >= options.value("notifications.per_hour"):
        values.update(state=Delivery.DROPPED, error=TOO_OFTEN)
    return _put_once(values)


_PUT = {lite: dialect.insert(OutMessage.__table__).on_conflict_do_nothing().returning(OutMessage.__table__.c.id) for lite, dialect in ((True, sqlite), (False, postgresql))}
_BY_KEY = select(OutMessage).where(OutMessage.once_key == bindparam("key"))


def _put_once(values: dict[str, Any]) -> OutMessage:
    if values["once_key"] is None:
        message = OutMessage(**values)
        db.session.add(message)
        db.session.flush()
        return message
    number = db.session.connection().execute(_PUT[is_sqlite()], values).scalar()
    if number is None:
        return db.session.scalars(_BY_KEY, {"key": values["once_key"]}).one()
    message = OutMessage(id=number, sent_at=None, **values)
    make_transient_to_detached(message)  # it is stored as it stands here
    return db.session.merge(message, load=False)


def _sent_lately(to: str) -> int:
    recent = select(func.count()).where(
        OutMessage.to == to, OutMessage.queued_at > clock.now() - timedelta(hours=1), OutMessage.state != Delivery.DROPPED
    )
    return db.session.execute(recent).scalar_one()


def withdraw(once_key: str) -> None:
    """Take back a message that has become pointless and has not left yet."""
    waiting = update(OutMessage).where(OutMessage.once_key == once_key, OutMessage.state.in_((Delivery.QUEUED, Delivery.FAILED)))
    db.session.execute(waiting.values(state=Delivery.DROPPED, error=POINTLESS))


def read(notice: Notice, *, by: Any) -> None:
    """Mark one notice as read; a second time changes nothing. Like all read marks it leaves no activity row."""
    require(by, rules.READ, notice)
    notice.read_at = notice.read_at or clock.now()


def read_all(*, by: Any) -> None:
    """Mark the own inbox as read."""
    require(by, rules.READ)
    mine = update(Notice).where(Notice.person_id == by.id, Notice.read_at.is_(None))
    db.session.execute(mine.values(read_at=clock.now()))


def retry(message: OutMessage, *, by: Any, to: str = "") -> None:
    """Send an undelivered message again, perhaps to a mended address. Raises WrongState when it is under way or delivered."""
    require(by, rules.RETRY, message)
    if message.state not in UNDELIVERED:
        raise WrongState()
    before = message.state
    message.to = to or message.to
    message.state, message.tries, message.next_at, message.error = Delivery.QUEUED, 0, clock.now(), ""
    _record("message.retried", message, by, before=before.value, mended=bool(to))


def drop(message: OutMessage, *, by: Any) -> None:
    """Give up a message that was not delivered. Raises WrongState."""
    require(by, rules.DROP, message)
    if message.state not in HELD:
        raise WrongState()
    before, message.state = message.state, Delivery.DROPPED
    _record("message.dropped", message, by, before=before.value)


def mute(muted: bool, *, by: Any) -> None:
    """Hold back everything that goes out, or let it go again. What was held meanwhile waits for a person's word."""
    require(by, rules.MUTE)
    before = options.value("notifications.muted")
    options.put("notifications.muted", muted)
    _record("message.muted" if muted else "message.unmuted", by, by, before=before, after=muted)


def _record(verb: str, subject: Any, by: Any, **data: Any) -> None:
    activity.record(verb, subject, by=by, audience=Audience.AUDIT, **data)
