from __future__ import annotations

from sqlalchemy import func, or_, select

from portal.catalogue.models import Category
from portal.core.db import db
from portal.core.errors import NotFound
from portal.replies.models import ReplyTemplate
from portal.tickets.models import Ticket

MOST = 60


def find(template_id: int) -> ReplyTemplate:
    """Raises NotFound."""
    found = db.session.get(ReplyTemplate, template_id)
    if found is None:
        raise NotFound()
    return found


def everything() -> list[ReplyTemplate]:
    """In their order; those out of use last."""
    order = (ReplyTemplate.active.desc(), ReplyTemplate.position, ReplyTemplate.name)
    return list(db.session.scalars(select(ReplyTemplate).order_by(*order)))


def for_ticket(ticket: Ticket, words: str = "") -> list[ReplyTemplate]:
    """Those in use that fit: of the ticket's problem (or the one above it) first, then those for every ticket."""
    query = select(ReplyTemplate).where(ReplyTemplate.active)
    own = _branch(ticket)
    fits = ReplyTemplate.category_id.in_(own) if own else False
    query = query.where(or_(ReplyTemplate.category_id.is_(None), fits))
    if words:
        like = "%" + words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(or_(func.lower(ReplyTemplate.name).like(like, escape="\\"), func.lower(ReplyTemplate.body).like(like, escape="\\")))
    return list(db.session.scalars(query.order_by(ReplyTemplate.category_id.is_(None), ReplyTemplate.position, ReplyTemplate.name).limit(MOST)))


def _branch(ticket: Ticket) -> list[int]:
    category, found = ticket.category, []
    while isinstance(category, Category):
        found.append(category.id)
        category = category.parent
    return found


def last_position() -> int:
    return db.session.scalar(select(func.max(ReplyTemplate.position))) or 0


def is_taken(name: str, but: int | None) -> bool:
    query = select(ReplyTemplate.id).where(ReplyTemplate.name == name, ReplyTemplate.id != (but or 0))
    return db.session.scalar(query) is not None
