"""What a company told in bulk lacks, for measuring: a tag on one ticket of a hundred, and tickets on which much has happened."""

from __future__ import annotations

from itertools import count, islice

from sqlalchemy import func, insert, literal, select, update

from portal.core import clock
from portal.core.activity import Activity, Audience
from portal.core.db import db, unit_of_work
from portal.teamwork.models import Tag, TicketTag
from portal.tickets.models import WORKING, Ticket

TAG, EVERY, REST = "bench", 100, 7
SAID = ("客户来电询问进度，已告知师傅正在路上", "配件已到仓库，约明天上午更换", "现场照片已核对，与描述一致", "已与客户确认门禁和停车")


def add(tickets: int, entries: int) -> None:
    """The first so many tickets that are still worked on get at least so many entries. Done twice it adds nothing."""
    with unit_of_work():
        _tag()
        for ticket in db.session.scalars(select(Ticket.id).where(Ticket.status.in_(WORKING)).order_by(Ticket.id).limit(tickets)).all():
            _lengthen(ticket, entries)


def _tag() -> None:
    tag = db.session.scalars(select(Tag).where(Tag.name == TAG)).one_or_none()
    if tag is None:
        db.session.add(tag := Tag(name=TAG))
        db.session.flush()
        some = select(Ticket.id, literal(tag.id)).where(Ticket.id % EVERY == REST)
        db.session.execute(insert(TicketTag).from_select(["ticket_id", "tag_id"], some))


def _lengthen(ticket: int, entries: int) -> None:
    there = select(func.count()).select_from(Activity).where(Activity.ticket_id == ticket, Activity.audience != Audience.AUDIT)
    missing = entries - db.session.scalar(there)
    if missing > 0:
        db.session.execute(insert(Activity), list(islice((_entry(ticket, n) for n in count()), missing)))
        newest = select(func.max(Activity.id)).where(Activity.ticket_id == ticket).scalar_subquery()
        db.session.execute(update(Ticket).where(Ticket.id == ticket).values(changed_id=newest))


def _entry(ticket: int, n: int) -> dict:
    """Notes and answers in turn."""
    verb, audience = ("ticket.replied", Audience.PUBLIC) if n % 2 else ("ticket.noted", Audience.INTERNAL)
    return {"at": clock.now(), "verb": verb, "actor_kind": "person", "actor_name": "林晓", "subject_type": "ticket", "subject_id": ticket, "ticket_id": ticket,
            "audience": audience, "body": f"{SAID[n % len(SAID)]}（{n + 1}）", "data": {}}
