from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core.workflow import Step, Workflow
from portal.proposals import rules
from portal.proposals.models import WAITING, ProposalStatus

S = ProposalStatus
GONE = (S.DUPLICATE, S.WITHDRAWN)  # nobody votes for them any more
DECIDABLE = (*WAITING, S.DEFERRED)
OUTCOMES = ("adopt", "send_back", "trial", "defer", "decline")  # keys 1 to 5 of the review panel

PROPOSAL = Workflow(
    "status",
    Step("screen", _l("Take into screening"), (S.SUBMITTED,), S.SCREENING, rules.DECIDE, "eye"),
    Step("review", _l("Start the review"), (S.SUBMITTED, S.SCREENING), S.REVIEW, rules.DECIDE, "list"),
    Step("adopt", _l("Adopt"), (*DECIDABLE, S.TRIAL), S.ADOPTED, rules.DECIDE, "check", asks="decide"),
    Step("send_back", _l("Send back"), DECIDABLE, S.RETURNED, rules.DECIDE, "undo", asks="decide"),
    Step("trial", _l("Try it out"), DECIDABLE, S.TRIAL, rules.DECIDE, "target", asks="decide"),
    Step("defer", _l("Defer"), DECIDABLE, S.DEFERRED, rules.DECIDE, "pause", asks="decide"),
    Step("decline", _l("Decline"), (*DECIDABLE, S.TRIAL), S.DECLINED, rules.DECIDE, "x", asks="decide"),
    Step("mark_duplicate", _l("Mark as duplicate"), (*DECIDABLE, S.RETURNED), S.DUPLICATE, rules.DECIDE, "merge", asks="duplicate"),
    Step("edit", _l("Change the words"), (S.SUBMITTED, S.SCREENING, S.REVIEW, S.RETURNED), None, rules.AUTHOR, "edit"),
    Step("complete", _l("Hand in again"), (S.RETURNED,), S.SUBMITTED, rules.AUTHOR, "send", asks="complete"),
    Step("appeal", _l("Appeal"), (S.DECLINED,), S.REVIEW, rules.AUTHOR, "flag", asks="appeal"),
    Step("withdraw", _l("Withdraw"), (S.SUBMITTED, S.SCREENING, S.RETURNED), S.WITHDRAWN, rules.AUTHOR, "trash", "danger"),
    Step("start", _l("Begin to carry it out"), (S.ADOPTED, S.NOT_REACHED), S.IN_PROGRESS, rules.CARRY, "arrow-right"),
    Step("finish", _l("Mark as carried out"), (S.ADOPTED, S.IN_PROGRESS), S.DONE, rules.CARRY, "check"),
    Step("verify", _l("Verify the effect"), (S.DONE,), None, rules.MEASURE, "chart"),
)


def possible(proposal: Any, person: Any) -> list[Step]:
    """What this person may do now; an appeal only once."""
    return [step for step in PROPOSAL.possible(proposal, person) if step.verb != "appeal" or not proposal.appealed]
