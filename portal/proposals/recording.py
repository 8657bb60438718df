"""How an activity of a proposal is written, and when an answer is promised."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from portal.calendars import queries as calendars
from portal.core import activity, clock, options
from portal.core.access import ANONYMOUS, Actor
from portal.proposals.anonymous import day_only, place_of
from portal.proposals.models import Naming, Proposal
from portal.proposals.options import ANSWER_DAYS

AUTHOR = Actor("author", ANONYMOUS.roles)


def note(verb: str, proposal: Proposal, by: Any, *, body: str | None = None, **data: Any) -> activity.Activity:
    """The row. Rows of an author whose name is not open to all do not name them; those of an anonymous one keep only the day."""
    is_author = by.id == proposal.author_id and by.kind != "system"
    if is_author and proposal.naming != Naming.NAMED:
        by = AUTHOR
    hidden = is_author and proposal.naming == Naming.ANONYMOUS
    if hidden and proposal.id is not None:
        data |= place_of(proposal)
    with clock.at(day_only(clock.now()) if hidden else clock.now()):
        return activity.record(verb, proposal, by=by, body=body, anonymous=hidden, **data)


def promise(proposal: Proposal) -> None:
    """An answer is due: from now, N working days of the team's calendar."""
    proposal.answer_by = after_working_days(clock.now(), options.value(ANSWER_DAYS), proposal.team.id if proposal.team else None)
    proposal.warned_at = None


def after_working_days(moment: datetime, days: int, team_id: int | None = None) -> datetime:
    """The end of the n-th working day after this moment, holidays and make-up workdays counted; round the clock: its last minute."""
    working = calendars.of_team(team_id)
    day = working.days_after(clock.local(moment).date(), days)
    last = clock.moment(day, time(23, 59))
    return min(working.ends(day) or last, last)
