"""How an activity of a proposal is written, and when an answer is promised."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

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
    """An answer is due: from now, N working days."""
    proposal.answer_by = after_working_days(clock.now(), options.value(ANSWER_DAYS))
    proposal.warned_at = None


def after_working_days(moment: datetime, days: int) -> datetime:
    """18:00 of the n-th working day (Monday to Friday) after this moment, on the company's wall clock."""
    day = clock.local(moment).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return clock.moment(day, time(18))
