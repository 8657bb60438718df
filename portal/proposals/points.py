"""Points by a table: once for each reason, none for what is anonymous, none at all when they are turned off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import distinct, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts.models import Person, Team, TeamMember
from portal.core import clock, options
from portal.core.access import Role
from portal.core.db import db, is_sqlite
from portal.proposals.models import Naming, Proposal, ProposalPoint
from portal.proposals.options import POINTS, POINTS_FOR

REASONS = {"submitted": _l("Handed in"), "adopted": _l("Adopted"), "reached": _l("Effect reached"), "reviewed": _l("Answered in time")}
MOST = 20


def are_on() -> bool:
    return options.value(POINTS)


def give(proposal: Proposal, person_id: int | None, why: str) -> None:
    """Once for each proposal, person and reason."""
    number = options.value(POINTS_FOR[why])
    if person_id is None or not are_on() or not number:
        return
    dialect = sqlite if is_sqlite() else postgresql
    values = {"proposal_id": proposal.id, "person_id": person_id, "why": why, "points": number, "at": clock.now()}
    db.session.execute(dialect.insert(ProposalPoint).values(**values).on_conflict_do_nothing())


def of_person(person: Any, start: datetime) -> int:
    """Since this moment."""
    query = select(func.coalesce(func.sum(ProposalPoint.points), 0)).where(ProposalPoint.person_id == person.id, ProposalPoint.at >= start)
    return db.session.execute(query).scalar_one()


def month_bounds(month: date) -> tuple[datetime, datetime]:
    later = (month.replace(day=28) + (date(2000, 1, 5) - date(2000, 1, 1))).replace(day=1)
    return clock.day_bounds(month)[0], clock.day_bounds(later)[0]


def people_of(month: date, reader: Any) -> list[Any]:
    """(name, id, points, proposals), best first; as far as the reader may know who proposed what."""
    total = func.sum(ProposalPoint.points).label("points")
    query = select(Person.name, Person.id, total, func.count(distinct(ProposalPoint.proposal_id)).label("proposals")).join(ProposalPoint)
    return list(db.session.execute(_within(query, month, reader).group_by(Person.id, Person.name).order_by(total.desc(), Person.name).limit(MOST)))


def teams_of(month: date, reader: Any) -> list[dict[str, Any]]:
    """Points of a team's members, and a head."""
    total = func.sum(ProposalPoint.points)
    query = select(Team, total).join(TeamMember, TeamMember.team_id == Team.id)
    query = query.join(ProposalPoint, ProposalPoint.person_id == TeamMember.person_id)
    rows = db.session.execute(_within(query, month, reader).group_by(Team.id).order_by(total.desc(), Team.id)).all()
    heads = dict(db.session.execute(select(TeamMember.team_id, func.count()).group_by(TeamMember.team_id)).all())
    return [{"name": team.word, "points": int(points), "a_head": int(points) / heads[team.id]} for team, points in rows]


def _within(query: Any, month: date, reader: Any) -> Any:
    """Points for a proposal whose author only reviewers know would tell who that is."""
    start, end = month_bounds(month)
    query = query.where(ProposalPoint.at >= start, ProposalPoint.at < end)
    if Role.SUPERVISOR in reader.roles:
        return query
    known = or_(Proposal.naming == Naming.NAMED, ProposalPoint.why == "reviewed", ProposalPoint.person_id == reader.id)
    return query.join(Proposal, Proposal.id == ProposalPoint.proposal_id).where(known)
