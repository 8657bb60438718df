"""The outbox's job: takes what is due, sends it outside of any transaction, writes down what came of it."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select, update

from portal.core import activity, clock, options
from portal.core.access import SYSTEM
from portal.core.activity import Audience
from portal.core.db import db, unit_of_work
from portal.notifications import adapters
from portal.notifications.models import Delivery, OutMessage

log = structlog.get_logger()
AT_ONCE = 20
LEASE = timedelta(minutes=5)  # a sender that died is followed by another after this time
BACK_OFF = (1, 2, 5, 15, 45, 120, 360)  # minutes to the next try
WAITING = (Delivery.QUEUED, Delivery.FAILED)


def send_due() -> int:
    """Send everything that is due; returns how many were tried. Safe to run twice at once."""
    tried = 0
    while ids := _take():
        for message_id in ids:
            _deliver(message_id)
        tried += len(ids)
    return tried


def _take() -> list[int]:
    """Reserve some due messages for this sender; while muted, hold them back instead."""
    now = clock.now()
    due = select(OutMessage.id).where(OutMessage.state.in_(WAITING), OutMessage.next_at <= now).order_by(OutMessage.next_at, OutMessage.id)
    if db.session.scalar(due.limit(1)) is None:  # most rounds: no turn is taken
        return []
    with unit_of_work() as session:
        ids = list(session.scalars(due.limit(AT_ONCE).with_for_update(skip_locked=True)))
        muted = options.value("notifications.muted")
        change = {"state": Delivery.MUTED} if muted else {"next_at": now + LEASE, "tries": OutMessage.tries + 1}
        if ids:
            session.execute(update(OutMessage).where(OutMessage.id.in_(ids)).values(**change))
    return [] if muted else ids


def _deliver(message_id: int) -> None:
    message = db.session.get(OutMessage, message_id, populate_existing=True)
    db.session.expunge(message)
    db.session.rollback()
    try:
        adapters.of(message.way).deliver(message)
    except adapters.PermanentFailure as failure:
        _put_aside(message_id, failure.reason)
    except adapters.TemporaryFailure as failure:
        _later(message_id, failure.reason)
    except Exception as error:  # one poisonous message must not hold up the others
        log.exception("message_failed", message=message_id)
        _later(message_id, type(error).__name__)
    else:
        with unit_of_work():
            row = db.session.get(OutMessage, message_id)
            row.state, row.sent_at, row.error = Delivery.SENT, clock.now(), ""


def _later(message_id: int, reason: str) -> None:
    with unit_of_work():
        row = db.session.get(OutMessage, message_id)
        if row.tries >= options.value("notifications.tries"):
            _park(row, reason)
            return
        minutes = BACK_OFF[min(row.tries, len(BACK_OFF)) - 1]
        row.state, row.error, row.next_at = Delivery.FAILED, reason[:300], clock.now() + timedelta(minutes=minutes)


def _put_aside(message_id: int, reason: str) -> None:
    with unit_of_work():
        _park(db.session.get(OutMessage, message_id), reason)


def _park(row: OutMessage, reason: str) -> None:
    row.state, row.error = Delivery.PARKED, reason[:300]
    activity.record("message.parked", row, by=SYSTEM, audience=Audience.AUDIT, reason=reason[:300], ticket_id=row.ticket_id)
