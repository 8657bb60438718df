"""What clocks do by themselves: warn, record breaches, climb the ladder, follow changed rules; and prove every night that they are right."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.core import clock
from portal.core.access import Role
from portal.core.db import db, unit_of_work
from portal.core.i18n import N_
from portal.notifications import actions as notifications
from portal.tickets import clocks, escalation, recomputing
from portal.tickets.models import Ticket

log = structlog.get_logger()
AT_ONCE = 100
NIGHT = 3  # the hour in which the stored clocks are compared
DIFFER = N_("%(count)s of %(all)s open tickets had a wrong due moment; it is put right. First: %(number)s")


def look_after_clocks() -> int:
    """Every few seconds: first what changed rules have moved, then the ladder. Safe to run at any time."""
    return _in_parts(recomputing.refresh_stale) + _in_parts(escalation.climb)


def _in_parts(work) -> int:
    total = 0
    while True:
        with unit_of_work():
            done = work(AT_ONCE)
        total += done
        if done < AT_ONCE:
            return total


def compare_by_night() -> int:
    """In the small hours: compare. Returns how many clocks were wrong."""
    return compare() if clock.local(clock.now()).hour == NIGHT else 0


def compare() -> int:
    """Recompute the clocks of every open ticket; what differs is logged, told to the administrators and put right."""
    seen, wrong, after = 0, [], 0
    while found := _part(after):
        seen, after = seen + len(found), found[-1][0]
        wrong += [(ticket_id, number, what) for ticket_id, number, what in found if what]
    for part in range(0, len(wrong), AT_ONCE):
        _mend([ticket_id for ticket_id, _number, _what in wrong[part : part + AT_ONCE]])
    log.info("clocks_compared", tickets=seen, wrong=len(wrong), first=wrong[0][1:] if wrong else None)
    if wrong:
        _report(len(wrong), seen, wrong[0][1])
    return len(wrong)


def _part(after: int) -> list[tuple[int, str, str]]:
    """A hundred tickets, read only: nobody waits for the comparison."""
    db.session.rollback()
    found = [(ticket.id, ticket.number, what) for ticket, what in recomputing.differences(after, AT_ONCE)]
    db.session.rollback()
    return found


def _mend(ids: list[int]) -> None:
    with unit_of_work() as session:
        for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(ids)).with_for_update(of=Ticket)).unique():
            clocks.refresh(ticket)


def _report(count: int, seen: int, number: str) -> None:
    with unit_of_work():
        for person in accounts.people_with(Role.ADMINISTRATOR):
            notifications.tell(person.id, DIFFER, {"count": count, "all": seen, "number": number}, url="/tickets/policies", tone="danger")
