from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, select

from portal.core import direct
from portal.core.activity import Activity, Audience
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.planner import few
from portal.notifications.models import Delivery, Notice, OutMessage, Way

SHOWN = 99


def unread_count(person_id: int) -> int:
    """Unread notices, counted no further than one above what is shown. One index range."""
    return direct.rows(_UNREAD, {"person_id": person_id})[0][0]


def unread_of(person_id: Any, *outer: Any) -> Select:
    """The same as a statement; the person may be a column of an `outer` table."""
    n = Notice.__table__.c
    some = select(n.id).where(n.person_id == person_id, n.read_at.is_(None)).limit(few(SHOWN + 1))
    return select(func.count()).select_from(some.correlate(*outer).subquery())


_UNREAD = unread_of(bindparam("person_id"))


def inbox_of(person: Any) -> Select:
    return select(Notice).where(Notice.person_id == person.id)


def find_notice(person: Any, notice_id: int) -> Notice:
    """Raises NotFound for another person's."""
    notice = db.session.execute(inbox_of(person).where(Notice.id == notice_id)).scalar_one_or_none()
    if notice is None:
        raise NotFound()
    return notice


def find_message(message_id: int) -> OutMessage:
    message = db.session.get(OutMessage, message_id)
    if message is None:
        raise NotFound()
    return message


def messages(state: Delivery | None = None, way: Way | None = None) -> Select:
    query = select(OutMessage)
    if state:
        query = query.where(OutMessage.state == state)
    return query.where(OutMessage.way == way) if way else query


def counts() -> dict[Delivery, int]:
    """How many messages are in each state that somebody has to look at."""
    troubled = (Delivery.QUEUED, Delivery.FAILED, Delivery.PARKED, Delivery.MUTED)
    rows = select(OutMessage.state, func.count()).where(OutMessage.state.in_(troubled)).group_by(OutMessage.state)
    return {state: number for state, number in db.session.execute(rows)}


_m, _a = OutMessage.__table__.c, Activity.__table__.c
DELIVERIES = (  # messages that left with a `ticket`'s public entries, from its entry `first` on. No bodies.
    select(_m.activity_id, _m.way, _m.state, _m.sent_at)
    .join_from(Activity.__table__, OutMessage.__table__, _m.activity_id == _a.id)
    .where(_a.ticket_id == bindparam("ticket"), _a.id >= bindparam("first"), _a.audience == Audience.PUBLIC)
    .order_by(_m.id)
)
