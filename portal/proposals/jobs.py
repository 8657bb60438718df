from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select

from portal.accounts import queries as people
from portal.core import clock
from portal.core.access import SYSTEM
from portal.core.db import db, unit_of_work
from portal.core.i18n import N_
from portal.notifications import actions as notifications
from portal.proposals import shuffling
from portal.proposals.models import CARRIED, WAITING, Proposal, ProposalStatus, ProposalTrial
from portal.proposals.reactions import ARRIVED, BACK, CHANGED, COMMENTED, WITHDRAWN, tell_followers
from portal.proposals.recording import note, promise

log = structlog.get_logger()

LATE = N_("Proposal %(number)s “%(title)s” waits for an answer longer than promised")
DUE = N_("Proposal %(number)s “%(title)s” is due on %(due)s")
ESCALATED = N_("Proposal %(number)s “%(title)s” is late, it was due on %(due)s")
TRIED = N_("The trial of proposal %(number)s “%(title)s” has ended; look at the figures and decide")
NEWS = {"submitted": ARRIVED, "commented": COMMENTED, "edited": CHANGED}
AHEAD = timedelta(days=3)
MOST = 500


def look_after() -> None:
    """Every hour: warn about late answers, remind owners, take deferred ones up again, tell of ended trials. Each is done once."""
    for part in (warn_late_answers, remind_owners, take_up_deferred, tell_of_ended_trials, tell_of_anonymous_ones, warn_of_written_words):
        with unit_of_work():
            part()


def hide_order() -> None:
    """Every five minutes rows of anonymous authors leave the place that tells when they were written."""
    with unit_of_work():
        shuffling.lay_anew()


def warn_of_written_words() -> None:
    """To whoever runs the server: its log keeps what anonymous authors write, with the second."""
    names = shuffling.written_down()
    if names:
        log.warning("database_writes_words", settings=names, see="README, Anonymous proposals")


def warn_late_answers() -> None:
    late = select(Proposal).where(Proposal.status.in_(WAITING), Proposal.answer_by < clock.now(), Proposal.warned_at.is_(None))
    for proposal in db.session.scalars(late.limit(MOST)):
        proposal.warned_at = clock.now()
        _tell_leaders(proposal, LATE)


def remind_owners() -> None:
    """Three days ahead the owner; from the day after it is due the supervisors too."""
    today = clock.today()
    carried = select(Proposal).where(Proposal.status.in_(CARRIED), Proposal.due_on <= today + AHEAD, Proposal.owner_id.is_not(None))
    for proposal in db.session.scalars(carried.limit(MOST)):
        is_late = proposal.due_on < today
        seen = proposal.reminded_on
        if seen is None or (is_late and seen <= proposal.due_on):
            proposal.reminded_on = today
            _tell(proposal.owner_id, ESCALATED if is_late else DUE, proposal)
            if is_late:
                _tell_leaders(proposal, ESCALATED, leave_out=proposal.owner_id)


def take_up_deferred() -> None:
    """On the day named when it was deferred it is under review again, and an answer is promised."""
    due = select(Proposal).where(Proposal.status == ProposalStatus.DEFERRED, Proposal.until <= clock.today())
    for proposal in db.session.scalars(due.limit(MOST)):
        before, proposal.status, proposal.until = proposal.status, ProposalStatus.REVIEW, None
        promise(proposal)
        note("proposal.reviewing", proposal, SYSTEM, before=before.value, after=proposal.status.value)


def tell_of_ended_trials() -> None:
    over = select(ProposalTrial).where(ProposalTrial.ends_on < clock.today(), ProposalTrial.ended_told.is_(False))
    for trial in db.session.scalars(over.limit(MOST)):
        trial.ended_told = True
        proposal = db.session.get(Proposal, trial.proposal_id)
        if proposal.status == ProposalStatus.TRIAL and proposal.trial is trial:
            _tell_leaders(proposal, TRIED)


def tell_of_anonymous_ones() -> None:
    """What anonymous authors wrote is told on a later day: a notice of the same hour would tell the hour."""
    due = select(Proposal).where(Proposal.untold != "", Proposal.untold_on < clock.today())
    for proposal in db.session.scalars(due.limit(MOST)):
        news, proposal.untold = proposal.untold, ""
        if news == "withdrawn":
            tell_followers(proposal, WITHDRAWN, "/proposals/")
        else:
            _tell_leaders(proposal, NEWS.get(news, BACK))


def _tell_leaders(proposal: Proposal, words: str, leave_out: int | None = None) -> None:
    for person in people.leaders_of(proposal.team_id):
        if person.id not in (proposal.author_id, leave_out):
            _tell(person.id, words, proposal)


def _tell(person_id: int, words: str, proposal: Proposal) -> None:
    facts = {"number": proposal.number, "title": proposal.title, "due": proposal.due_on.isoformat() if proposal.due_on else ""}
    notifications.tell(person_id, words, facts, url=f"/proposals/{proposal.id}", tone="warn")
