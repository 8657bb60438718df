"""What whoever holds a status link sees and may do: their own words, what was answered to them, each outcome with reason and day."""

from __future__ import annotations

from portal.core.access import ANONYMOUS
from portal.core.activity import Activity, Audience
from portal.proposals.models import Proposal
from portal.proposals.showing import RECORD, record
from portal.proposals.workflow import possible

OWN = ("anonymous", "customer", "author")
TOLD = ("proposal.screened", "proposal.reviewing", "proposal.started", "proposal.published")


def verbs_of(proposal: Proposal) -> set[str]:
    return {step.verb for step in possible(proposal, ANONYMOUS)}


def rows_of(proposal: Proposal) -> list[dict]:
    """Oldest first: who spoke ("you" or "we"), the deed in words, the words, the day."""
    return [_row(row) for row in reversed(record(proposal)) if _is_for_author(row)]


def _is_for_author(row: Activity) -> bool:
    if row.actor_kind in OWN:
        return True
    if row.verb == "proposal.commented":
        return row.audience is Audience.PUBLIC
    return row.verb in TOLD or bool(row.data.get("after")) or row.verb == "proposal.duplicated"


def _row(row: Activity) -> dict:
    words = "" if row.verb == "proposal.commented" else RECORD.get(row.verb, "")
    return {"own": row.actor_kind in OWN, "words": words, "body": row.body or "", "at": row.at}
