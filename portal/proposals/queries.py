from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, false, func, literal, or_, select, union_all
from sqlalchemy.orm import undefer_group

from portal.core import options
from portal.core.access import Role, may
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.planner import aside
from portal.proposals import rules
from portal.proposals.models import WAITING, Proposal, ProposalStatus, ProposalVote
from portal.proposals.options import COMPANY_COST
from portal.tickets import tracking


def visible_to(person: Any) -> Select:
    """Every colleague sees every proposal (not always its author); a withdrawn one only its author and whoever reads the figures."""
    return select(Proposal).where(scope(person))


def scope(person: Any) -> Any:
    if person is None or not may(person, rules.SEE):
        return false()
    if sees_all(person):
        return Proposal.id.is_not(None)
    return or_(Proposal.status != ProposalStatus.WITHDRAWN, Proposal.author_id == person.id)


def sees_all(person: Any) -> bool:
    """Supervisors and analysts: their totals must agree."""
    return bool({Role.SUPERVISOR, Role.ANALYST, Role.SYSTEM} & person.roles)


def find_for(person: Any, proposal_id: int, lock: bool = False) -> Proposal:
    """Raises NotFound. `lock`: hold the row until the commit."""
    query = visible_to(person).where(Proposal.id == proposal_id)
    found = db.session.scalars(query.with_for_update(of=Proposal) if lock else query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_by_token(token: str, lock: bool = False) -> Proposal | None:
    """The proposal behind a status link, proven in constant time; None when unknown or altered."""
    parts = tracking.split(token)
    if parts is None:
        return None
    query = select(Proposal).where(Proposal.selector == parts[0])
    row = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    return row if tracking.proven(row, token) else None


def url_of(proposal: Proposal) -> str:
    """The status link of somebody without an account; always the configured address."""
    return f"{current_app.config['PUBLIC_BASE']}/suggest/{proposal.token}"


def to_decide(person: Any) -> Select:
    """What waits for this supervisor's answer, not their own; longest waiting first."""
    query = visible_to(person).where(Proposal.status.in_(WAITING), or_(Proposal.author_id.is_(None), Proposal.author_id != person.id))
    if not person.company_wide:
        query = query.where(or_(Proposal.team_id.is_(None), Proposal.team_id.in_(person.led_team_ids)))
        query = query.where(Proposal.cost < options.value(COMPANY_COST) * 100, Proposal.company_scope.is_(False))
    return query.order_by(Proposal.created_at, Proposal.id)


def counts_by_status(person: Any, conditions: list[Any], cap: int) -> dict[ProposalStatus, int]:
    """How many stand in each status, each counted no further than cap + 1; one query. Only what was withdrawn is hidden from anybody."""
    statement = (_counting if conditions else _counting_kept)(*conditions, cap=cap, everything=sees_all(person))
    return {ProposalStatus(status): known for status, known in db.session.execute(statement, {"reader": person.id})}


def _counting(*conditions: Any, cap: int, everything: bool) -> Any:
    parts = []
    for status in ProposalStatus:
        hidden = [aside(Proposal.author_id) == bindparam("reader")] if status == ProposalStatus.WITHDRAWN and not everything else []
        known = select(Proposal.id).where(Proposal.status == status, *conditions, *hidden).limit(cap + 1).subquery()
        parts.append(select(literal(status.value).label("status"), func.count().label("known")).select_from(known))
    return union_all(*parts)


_counting_kept = lru_cache(_counting)  # built once: it takes longer than the counting


def counts_of_all(person: Any, conditions: list[Any]) -> dict[ProposalStatus, int]:
    """The same to the last one, for what a search has found: it is asked once."""
    query = select(Proposal.status, func.count()).where(scope(person), *conditions).group_by(Proposal.status)
    return {status: number for status, number in db.session.execute(query)}


def numbers_of(person: Any) -> dict[str, int]:
    """How many the person handed in, and what became of them."""
    counts = (func.count(), func.count(Proposal.adopted_at), func.count(Proposal.finished_at), func.count(Proposal.verified_at))
    row = db.session.execute(select(*counts).where(Proposal.author_id == person.id)).one()
    return dict(zip(("submitted", "adopted", "done", "reached"), row, strict=True))


def published() -> Select:
    """What everybody may read on the page of improvements."""
    return select(Proposal).where(Proposal.published).options(undefer_group("words"))


def voted_by(person: Any, ids: list[int]) -> set[int]:
    """Which of these proposals the person has voted for."""
    if not ids or person is None:
        return set()
    query = select(ProposalVote.proposal_id).where(ProposalVote.person_id == person.id, ProposalVote.proposal_id.in_(ids))
    return set(db.session.scalars(query))
