"""What reviewers do: every outcome has a reason and a date, and is told (see reactions)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db, is_sqlite
from portal.core.errors import Refused
from portal.proposals.carrying import freeze, of_trial
from portal.proposals.models import Proposal, ProposalFollow, ProposalStatus, ProposalTrial, ProposalVote
from portal.proposals.recording import note
from portal.proposals.workflow import OUTCOMES, PROPOSAL

VERBS = {"adopt": "adopted", "send_back": "returned", "trial": "trialled", "defer": "deferred", "decline": "declined"}


class Unreasoned(Refused):
    sentence = _l("Write the reason; it goes to the person who proposed this.")


class Unowned(Refused):
    sentence = _l("Choose who carries it out and until when.")


class Undated(Refused):
    sentence = _l("Choose a day from today on.")


class Untried(Refused):
    sentence = _l("Choose where it is tried, another team or area of the same kind as control, and an end after the start.")


@dataclass(frozen=True)
class Trial:
    """A try-out as planned: days included at both ends, names of the figures to compare."""

    place: Any  # a team or an area
    starts_on: date
    ends_on: date
    control: Any = None
    figures: tuple[str, ...] = ()
    stage_id: int | None = None
    category_id: int | None = None


def screen(proposal: Proposal, *, by: Any) -> None:
    change = PROPOSAL.take(proposal, "screen", by)
    _screened(proposal)
    note("proposal.screened", proposal, by, **change)


def start_review(proposal: Proposal, *, by: Any) -> None:
    """From here on the author can no longer change the words."""
    change = PROPOSAL.take(proposal, "review", by)
    _screened(proposal)
    note("proposal.reviewing", proposal, by, **change)


def _screened(proposal: Proposal) -> None:
    proposal.screened_at = proposal.screened_at or clock.now()


def decide(
    proposal: Proposal, outcome: str, reason: str, *, by: Any, owner: Any = None, due_on: date | None = None,
    until: date | None = None, trial: Trial | None = None,
) -> None:
    """One of OUTCOMES with its reason. Adopting needs owner and due_on, deferring `until`, a try-out its `trial`.

    Raises Forbidden (also on one's own), WrongState, Unreasoned, Unowned, Undated, Untried.
    """
    if outcome not in OUTCOMES:
        raise Refused()
    PROPOSAL.check(proposal, outcome, by)
    _check(outcome, reason, owner, due_on, until, trial)
    if proposal.status == ProposalStatus.TRIAL:
        freeze(proposal, of_trial(proposal), by)
    change = PROPOSAL.take(proposal, outcome, by)
    _screened(proposal)
    proposal.reason, proposal.decided_by_id, proposal.decided_at = reason, by.id, clock.now()
    _set(proposal, outcome, owner, due_on, until, trial)
    dates = {"due_on": _iso(proposal.due_on), "until": _iso(proposal.until), "owner_id": owner.id if owner else None}
    note(f"proposal.{VERBS[outcome]}", proposal, by, body=reason, **change, **{k: v for k, v in dates.items() if v})


def mark_duplicate(proposal: Proposal, of: Proposal, *, by: Any) -> None:
    """The other one takes over votes and followers; whoever proposed this one is told and follows there."""
    if of.id == proposal.id or of.status in (ProposalStatus.DUPLICATE, ProposalStatus.WITHDRAWN):
        raise Refused(_l("Choose another proposal that is not itself a duplicate or withdrawn."))
    change = PROPOSAL.take(proposal, "mark_duplicate", by)
    _screened(proposal)
    proposal.duplicate_of_id, proposal.decided_by_id, proposal.decided_at = of.id, by.id, clock.now()
    proposal.reason = of.number
    db.session.flush()
    db.session.execute(update(Proposal).where(Proposal.duplicate_of_id == proposal.id).values(duplicate_of_id=of.id))
    _hand_over(proposal, of)
    note("proposal.duplicated", proposal, by, of=of.id, number=of.number, **change)


def _check(outcome: str, reason: str, owner: Any, due_on: date | None, until: date | None, trial: Trial | None) -> None:
    if not (reason or "").strip():
        raise Unreasoned()
    if outcome == "adopt" and (owner is None or due_on is None):
        raise Unowned()
    if outcome == "adopt" and due_on < clock.today():
        raise Undated()
    if outcome == "defer" and (until is None or until <= clock.today()):
        raise Undated(_l("Choose a day after today."))
    if outcome == "trial" and not _is_fair(trial):
        raise Untried()


def _is_fair(trial: Trial | None) -> bool:
    if trial is None or trial.ends_on < trial.starts_on:
        return False
    return trial.control is None or (type(trial.control) is type(trial.place) and trial.control.id != trial.place.id)


def _set(proposal: Proposal, outcome: str, owner: Any, due_on: date | None, until: date | None, trial: Trial | None) -> None:
    proposal.until = until if outcome == "defer" else None
    if outcome == "adopt":
        proposal.owner_id, proposal.due_on, proposal.reminded_on = owner.id, due_on, None
        proposal.adopted_at = proposal.adopted_at or clock.now()
    if outcome == "trial":
        proposal.trials.append(ProposalTrial(
            **_places(trial), starts_on=trial.starts_on, ends_on=trial.ends_on, figures=list(trial.figures),
            stage_id=trial.stage_id, category_id=trial.category_id,
        ))


def _places(trial: Trial) -> dict[str, int | None]:
    kind = trial.place.__tablename__
    return {f"{kind}_id": trial.place.id, f"control_{kind}_id": trial.control.id if trial.control else None}


def _hand_over(proposal: Proposal, of: Proposal) -> None:
    voters = select(literal(of.id), ProposalVote.person_id, ProposalVote.at).where(
        ProposalVote.proposal_id == proposal.id, ProposalVote.person_id != (of.author_id or 0)
    )
    followers = select(literal(of.id), ProposalFollow.person_id).where(ProposalFollow.proposal_id == proposal.id)
    _copy(ProposalVote, voters, "proposal_id", "person_id", "at")
    _copy(ProposalFollow, followers, "proposal_id", "person_id")
    if proposal.author_id is not None and proposal.author_id != of.author_id:
        _copy(ProposalFollow, select(literal(of.id), literal(proposal.author_id)).where(literal(1) == 1), "proposal_id", "person_id")
    of.votes = select(func.count()).where(ProposalVote.proposal_id == of.id).scalar_subquery()
    db.session.flush()


def _copy(model: Any, rows: Any, *columns: str) -> None:
    dialect = sqlite if is_sqlite() else postgresql
    db.session.execute(dialect.insert(model).from_select(columns, rows).on_conflict_do_nothing())


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
