from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, exists, false, func, inspect, or_, select
from sqlalchemy.orm import joinedload, lazyload, undefer_group
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.models import Person
from portal.core import direct, options
from portal.core.access import Role, may
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.files import StoredFile
from portal.core.places import Places
from portal.proposals import rules
from portal.proposals.models import (
    WAITING, Proposal, ProposalEffect, ProposalFollow, ProposalScore, ProposalStatus, ProposalStep, ProposalTrial, ProposalVote, proposal_ticket,
)
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


_person = lazyload(Person.role_rows), lazyload(Person.memberships)
_SHOWN = (
    undefer_group("words"), joinedload(Proposal.stage), joinedload(Proposal.team),
    *(joinedload(one).options(*_person) for one in (Proposal.author, Proposal.decided_by, Proposal.owner)),
)
_READ, _READ_OPEN = (
    select(Proposal).where(Proposal.id == bindparam("wanted"), *hidden).options(*_SHOWN)
    for hidden in ((), (or_(Proposal.status != ProposalStatus.WITHDRAWN, Proposal.author_id == bindparam("reader")),))
)


def read_for(person: Any, proposal_id: int) -> Proposal:
    """For a page that shows it and changes nothing: with its words and the names beside it, in one statement. Raises NotFound."""
    values = {"wanted": proposal_id, "reader": person.id}
    found = db.session.scalars(_READ if sees_all(person) else _READ_OPEN, values).one_or_none() if may(person, rules.SEE) else None
    if found is None:
        raise NotFound()
    return found


_id = bindparam("proposal", type_=Proposal.__table__.c.id.type)
_THERE = select(
    *(exists().where(model.proposal_id == _id).label(name) for name, model in (
        ("steps", ProposalStep), ("trials", ProposalTrial), ("effects", ProposalEffect), ("scores", ProposalScore))),
    exists().where(proposal_ticket.c.proposal_id == _id).label("tickets"),
    exists().where(StoredFile.subject_type == Proposal.__tablename__, StoredFile.subject_id == _id).label("files"),
    *(exists().where(model.proposal_id == _id, model.person_id == bindparam("reader")).label(name) for name, model in (
        ("voted", ProposalVote), ("follows", ProposalFollow))),
)


def there(proposal: Proposal, person: Any) -> Any:
    """What a proposal has (steps, trials, effects, scores, tickets, files) and whether the person votes and follows: asked at once,
    and what it has not is not asked for again."""
    found = direct.rows(_THERE, {"proposal": proposal.id, "reader": person.id})[0]
    for name in ("steps", "trials", "effects", "tickets"):
        if not getattr(found, name) and name in inspect(proposal).unloaded:
            set_committed_value(proposal, name, [])
    return found


PLACES = Places()  # of the ids of a page


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


def numbers_of(person: Any) -> dict[str, int]:
    """How many the person handed in, and what became of them."""
    counts = (func.count(), func.count(Proposal.adopted_at), func.count(Proposal.finished_at), func.count(Proposal.verified_at))
    row = db.session.execute(select(*counts).where(Proposal.author_id == person.id)).one()
    return dict(zip(("submitted", "adopted", "done", "reached"), row, strict=True))


def published() -> Select:
    """What everybody may read on the page of improvements."""
    return select(Proposal).where(Proposal.published).options(undefer_group("words"))


_VOTED = select(ProposalVote.proposal_id).where(ProposalVote.person_id == bindparam("reader"), ProposalVote.proposal_id.in_(PLACES))


def voted_by(person: Any, ids: Sequence[int]) -> set[int]:
    """Which of these proposals (of a page) the person has voted for."""
    if not ids or person is None:
        return set()
    return {row[0] for row in direct.stored(_VOTED, {"reader": person.id, **PLACES.filled(ids)})}
