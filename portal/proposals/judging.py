"""What reviewers say before they decide: marks with weights, the cost, and whether it concerns more than one team."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.core import clock, options
from portal.core.access import require
from portal.core.db import db
from portal.core.errors import WrongState
from portal.proposals import rules
from portal.proposals.models import Proposal, ProposalScore, ProposalStatus
from portal.proposals.options import WEIGHTS
from portal.proposals.recording import note
from portal.proposals.workflow import DECIDABLE

OPEN = (*DECIDABLE, ProposalStatus.TRIAL)


def score(proposal: Proposal, marks: dict[str, int], *, by: Any) -> None:
    """One reviewer's marks, 1 to 5 for each of effect, cost, ease, evidence; again changes them."""
    require(by, rules.SCORE, proposal)
    _check_open(proposal)
    row = db.session.get(ProposalScore, (proposal.id, by.id))
    if row is None:
        row = ProposalScore(proposal_id=proposal.id, person_id=by.id)
        db.session.add(row)
    for name, mark in marks.items():
        setattr(row, name, mark)
    row.at = clock.now()
    db.session.flush()
    proposal.score = total(scores_of(proposal))
    note("proposal.scored", proposal, by, score=round(weighted(row), 2))


def price(proposal: Proposal, cents: int, company_scope: bool, *, by: Any) -> None:
    """What it costs and whom it concerns: decides whether the team's supervisor may decide."""
    require(by, rules.PRICE, proposal)
    _check_open(proposal)
    before = {"cost": proposal.cost, "company_scope": proposal.company_scope}
    proposal.cost, proposal.company_scope = cents, company_scope
    note("proposal.priced", proposal, by, priced_before=before, cost=cents, company_scope=company_scope)


def weighted(row: ProposalScore) -> float:
    """1 to 5, by the weights of the company."""
    weights = {name: options.value(knob) for name, knob in WEIGHTS.items()}
    whole = sum(weights.values())
    return sum(getattr(row, name) * weight for name, weight in weights.items()) / whole if whole else 0.0


def total(rows: list[ProposalScore]) -> float:
    return sum(weighted(row) for row in rows) / len(rows) if rows else 0.0


def scores_of(proposal: Proposal) -> list[ProposalScore]:
    return list(db.session.scalars(select(ProposalScore).where(ProposalScore.proposal_id == proposal.id).order_by(ProposalScore.at)))


def _check_open(proposal: Proposal) -> None:
    if proposal.status not in OPEN:
        raise WrongState()
