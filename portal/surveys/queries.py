from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, not_, or_, select
from sqlalchemy.orm import joinedload

from portal.core import clock, direct, options
from portal.core.access import may
from portal.core.db import db
from portal.core.errors import NotFound
from portal.surveys import rules
from portal.surveys.models import Survey
from portal.surveys.options import CORRECT_HOURS, DAYS, LOW
from portal.tickets import queries as tickets
from portal.tickets import tracking
from portal.tickets.models import Ticket
from portal.visits import candidates


def visible_to(person: Any) -> Select:
    """Answers on tickets the person may see; a low one never to the person who was rated."""
    query = select(Survey).join(Survey.ticket).where(tickets.scope(person), Survey.answered_at.is_not(None))
    if not may(person, rules.VIEW):
        return query.where(False)
    rated = or_(Survey.technician_id == person.id, Ticket.owner_id == person.id)
    return query.where(not_(and_(rated, Survey.overall <= options.value(LOW), Survey.overall.is_not(None)).is_(True)))


def listed(person: Any, score: str = "", team_id: int | None = None) -> Select:
    """The list's rows with all that a line shows. score: "low", "1" … "5" or ""."""
    query = visible_to(person).options(joinedload(Survey.ticket).joinedload(Ticket.customer))
    if score == "low":
        query = query.where(Survey.overall <= options.value(LOW))
    elif score:
        query = query.where(Survey.overall == int(score))
    return query.where(Ticket.team_id == team_id) if team_id else query


def find_for(person: Any, survey_id: Any) -> Survey:
    """An answer the person may read. Raises NotFound."""
    number = int(survey_id) if str(survey_id).isascii() and str(survey_id).isdecimal() and len(str(survey_id)) < 18 else 0
    found = db.session.scalars(visible_to(person).where(Survey.id == number)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def of_ticket(person: Any, ticket_id: int) -> list[Survey]:
    return list(db.session.scalars(visible_to(person).where(Survey.ticket_id == ticket_id).order_by(Survey.id)))


def open_of(ticket: Ticket) -> Survey | None:
    """The ticket's invitation that has no answer yet."""
    query = select(Survey).where(Survey.ticket_id == ticket.id, Survey.answered_at.is_(None)).order_by(Survey.id.desc())
    return db.session.scalars(query).first()


def latest_of(ticket: Ticket) -> Survey | None:
    return db.session.scalars(select(Survey).where(Survey.ticket_id == ticket.id).order_by(Survey.id.desc())).first()


def find(token: str) -> Survey | None:
    """The invitation behind a token; None when unknown, altered or expired."""
    parts = tracking.split(token)
    if parts is None:
        return None
    row = db.session.scalars(select(Survey).where(Survey.selector == parts[0]).options(joinedload(Survey.ticket))).first()
    if not tracking.proven(row, token) or tracking.expired(row.ticket):
        return None
    return row if clock.now() < row.sent_at + timedelta(days=options.value(DAYS)) else None


def correctable(survey: Survey) -> bool:
    """May the customer still change what was answered?"""
    limit = timedelta(hours=options.value(CORRECT_HOURS))
    return survey.answered_at is not None and clock.now() < survey.answered_at + limit


def given_by_customer(customer_id: int) -> dict[int, tuple[float, int]]:
    """Technician id → average score and number of this customer's answers: dispatch asks who is welcome."""
    return {person_id: (float(score), number) for person_id, score, number in direct.rows(_GIVEN, {"customer": customer_id})}


_s = Survey.__table__.c
_GIVEN = select(_s.technician_id, func.avg(_s.overall).label("score"), func.count().label("number")).join(Ticket.__table__, Ticket.__table__.c.id == _s.ticket_id).where(
    Ticket.__table__.c.customer_id == bindparam("customer"), _s.overall.is_not(None), _s.technician_id.is_not(None)
).group_by(_s.technician_id)


if given_by_customer not in candidates.ratings:
    candidates.ratings.append(given_by_customer)
