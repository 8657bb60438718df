"""Carrying out and proving: start, finish, measure against a control team, freeze the verdict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.access import require
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.figures import effect
from portal.figures.shipped import FIGURES
from portal.proposals import rules
from portal.proposals.models import CARRIED, Proposal, ProposalEffect, ProposalStatus, ProposalStep, ProposalTrial
from portal.proposals.recording import note
from portal.proposals.workflow import PROPOSAL

REACHED, NOT_REACHED = "proposal.verified", "proposal.not_reached"


class Unmeasured(Refused):
    sentence = _l("No figure shows the effect: its interval must exclude zero in the right direction, with 30 cases in each cell.")


def start(proposal: Proposal, *, by: Any) -> None:
    note("proposal.started", proposal, by, **PROPOSAL.take(proposal, "start", by))


def finish(proposal: Proposal, *, by: Any) -> None:
    change = PROPOSAL.take(proposal, "finish", by)
    proposal.finished_at = clock.now()
    note("proposal.finished", proposal, by, **change)


def plan_steps(proposal: Proposal, lines: list[str], *, by: Any) -> None:
    """Set the steps anew; those with the same words keep their tick."""
    _check_carried(proposal, by)
    done = {step.words: step.done_at for step in proposal.steps}
    proposal.steps = [ProposalStep(position=n, words=words, done_at=done.get(words)) for n, words in enumerate(lines)]
    db.session.flush()
    note("proposal.stepped", proposal, by, number=len(lines))


def do_step(step: ProposalStep, *, by: Any) -> None:
    """Ticked; a second time changes nothing."""
    proposal = db.session.get(Proposal, step.proposal_id)
    _check_carried(proposal, by)
    if step.done_at is None:
        step.done_at = clock.now()
        note("proposal.step_done", proposal, by, body=step.words)


def undo_step(step: ProposalStep, *, by: Any) -> None:
    proposal = db.session.get(Proposal, step.proposal_id)
    _check_carried(proposal, by)
    if step.done_at is not None:
        step.done_at = None
        note("proposal.step_undone", proposal, by, body=step.words)


def _check_carried(proposal: Proposal, by: Any) -> None:
    require(by, rules.CARRY, proposal)
    if proposal.status not in CARRIED:
        raise WrongState()


def window_before(trial: ProposalTrial) -> tuple[date, date]:
    """As many days right before the trial."""
    days = (trial.ends_on - trial.starts_on).days + 1
    return trial.starts_on - timedelta(days=days), trial.starts_on - timedelta(days=1)


def measured(trial: ProposalTrial, names: list[str]) -> list[effect.Effect]:
    """Before, after and control of each figure as it stands now; nothing is stored."""
    before, after = window_before(trial), (trial.starts_on, trial.ends_on)
    narrow = {"stage": trial.stage_id, "category": trial.category_id}
    places = _where(trial.place), _where(trial.control) if trial.control else None
    return [effect.measure(name, before, after, *places, **narrow) for name in names if name in FIGURES]


def _where(place: Any) -> effect.Place:
    """{"team_id": 3}; {"area_id": 2}."""
    return {f"{place.__tablename__}_id": place.id}


def of_trial(proposal: Proposal) -> list[effect.Effect]:
    trial = proposal.trial
    return measured(trial, trial.figures) if trial else []


def freeze(proposal: Proposal, found: list[effect.Effect], by: Any) -> None:
    """Keep what the trial's figures say now, each with all it takes to compute it again."""
    now = clock.now()
    for one in found:
        db.session.add(ProposalEffect(
            proposal_id=proposal.id, figure=one.figure, asked=one.asked, found=one.found, verdict=one.verdict, measured_at=now, measured_by_id=by.id,
        ))
    proposal.gain = max((effect.gain(one) for one in found), default=0.0)
    db.session.flush()
    db.session.expire(proposal, ["effects"])


def verify(proposal: Proposal, reached: bool, reason: str, *, by: Any) -> None:
    """Freeze the figures of the trial with what they were asked, and say whether the effect is there."""
    PROPOSAL.check(proposal, "verify", by)
    if not reason.strip():
        raise Refused(_l("Write the reason; it goes to the person who proposed this."))
    found = of_trial(proposal)
    if reached and not any(one.verdict == effect.REACHED for one in found):
        raise Unmeasured()
    freeze(proposal, found, by)
    proposal.verified_at = clock.now() if reached else None
    before, proposal.status = proposal.status, ProposalStatus.VERIFIED if reached else ProposalStatus.NOT_REACHED
    proposal.reason = reason
    shown = next((one for one in found if one.verdict == effect.REACHED), found[0] if found else None)
    proposal.effect = effect.short(shown) if shown else ""
    note(REACHED if reached else NOT_REACHED, proposal, by, body=reason, before=before.value, after=proposal.status.value)
