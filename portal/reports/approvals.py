"""What waits for this person's decision, whatever the slice. A provider gives (rows, how many there are)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import paging
from portal.core.access import may
from portal.core.db import db
from portal.proposals import queries as proposals
from portal.proposals import rules as proposal_rules
from portal.proposals import showing

SHOWN = 4


@dataclass(frozen=True)
class Approval:
    """One line of the list: oldest first by `waited` days."""

    icon: str
    title: str
    note: str
    url: str
    waited: int
    late: bool = False


Provider = Callable[[Any, int], tuple[list[Approval], int]]
providers: list[Provider] = []


def waiting_for(person: Any) -> tuple[list[Approval], int]:
    """The longest waiting ones of all providers, and how many there are together."""
    found = [provider(person, SHOWN) for provider in providers]
    rows = sorted((row for rows, _n in found for row in rows), key=lambda row: -row.waited)
    return rows[:SHOWN], sum(n for _rows, n in found)


def proposals_to_decide(person: Any, most: int) -> tuple[list[Approval], int]:
    if not may(person, proposal_rules.DECIDE):
        return [], 0
    query = proposals.to_decide(person)
    rows = [_of_proposal(p) for p in db.session.scalars(query.limit(most))]
    return rows, paging.capped_count(query) if len(rows) == most else len(rows)


def _of_proposal(proposal: Any) -> Approval:
    days = showing.waited(proposal)
    votes = ngettext("%(num)d vote", "%(num)d votes", proposal.votes)
    note = votes + _(", ") + ngettext("waiting %(num)d day", "waiting %(num)d days", days)
    title = _("Proposal: %(title)s", title=proposal.title)
    return Approval("bulb", title, note, url_for("proposals.show", proposal_id=proposal.id), days, showing.is_late(proposal))


providers.append(proposals_to_decide)
