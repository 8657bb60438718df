"""Carrying out and proving: start, finish, measure against a control team, freeze the verdict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.figures import effect
from portal.figures.shipped import FIGURES
from portal.proposals.models import Proposal, ProposalEffect, ProposalStatus, ProposalTrial
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


def window_before(trial: ProposalTrial) -> tuple[date, date]:
    """As many days right before the trial."""
    days = (trial.ends_on - trial.starts_on).days + 1
    return trial.starts_on - timedelta(days=days), trial.starts_on - timedelta(days=1)


def measured(trial: ProposalTrial, names: list[str]) -> list[effect.Effect]:
    """Before, after and control of each figure as it stands now; nothing is stored."""
    before, after = window_before(trial), (trial.starts_on, trial.ends_on)
    return [effect.measure(name, before, after, trial.team_id, trial.control_team_id) for name in names if name in FIGURES]


def verify(proposal: Proposal, reached: bool, reason: str, *, by: Any) -> None:
    """Freeze the figures of the trial with what they were asked, and say whether the effect is there."""
    PROPOSAL.check(proposal, "verify", by)
    if not reason.strip():
        raise Refused(_l("Write the reason; it goes to the person who proposed this."))
    trial = proposal.trial
    found = measured(trial, trial.figures) if trial else []
    if reached and not any(one.verdict == effect.REACHED for one in found):
        raise Unmeasured()
    for one in found:
        db.session.add(ProposalEffect(
            proposal_id=proposal.id, figure=one.figure, asked=one.asked, found=one.found, verdict=one.verdict,
            measured_at=clock.now(), measured_by_id=by.id,
        ))
    before, proposal.status = proposal.status, ProposalStatus.VERIFIED if reached else ProposalStatus.NOT_REACHED
    proposal.reason = reason
    shown = next((one for one in found if one.verdict == effect.REACHED), found[0] if found else None)
    with force_locale(current_app.config["DEFAULT_LANGUAGE"]):
        proposal.effect = effect.words(shown)[:120] if shown else ""
    note(REACHED if reached else NOT_REACHED, proposal, by, body=reason, before=before.value, after=proposal.status.value)
