"""Visits that come again: the same technician, weekday and time, every so many weeks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.core import clock
from portal.core.access import require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.visits import actions, booking, needing, planning, rules
from portal.visits.booking import BadWindow
from portal.visits.models import AHEAD, Visit, VisitSeries, VisitStatus

MOST = 26


def repeat(visit: Visit, weeks: int, times: int, *, by: Any) -> list[Visit]:
    """Plan the further visits of a series that begins with this one; `times` counts it too. Returns the further ones.

    Where the technician cannot come, the visit waits without a technician for the desk, with what was in the way. Raises Refused, WrongState.
    """
    require(by, rules.PLAN, visit)
    if visit.status not in (VisitStatus.SCHEDULED, VisitStatus.ACCEPTED) or visit.series_id:
        raise WrongState()
    if not (1 <= weeks <= 12 and 2 <= times <= MOST):
        raise Refused(_l("Every 1 to 12 weeks, 2 to 26 times in all."))
    series = VisitSeries(ticket_id=visit.ticket_id, weeks=weeks, times=times, planned_by_id=by.id, created_at=clock.now())
    db.session.add(series)
    db.session.flush()
    visit.series_id = series.id
    made = [_next(visit, timedelta(weeks=weeks * n), by) for n in range(1, times)]
    planned = 1 + sum(v.status is VisitStatus.SCHEDULED for v in made)
    record("visit.series_planned", visit, by=by, ticket=visit.ticket, audience=Audience.PUBLIC, weeks=weeks, times=times, planned=planned,
           technician=visit.technician.name, window=actions.window(visit))
    return made


def _next(first: Visit, later: timedelta, by: Any) -> Visit:
    starts_at, ends_at = _same_time(first.starts_at, later), _same_time(first.ends_at, later)
    visit = actions.made(first.ticket, starts_at, ends_at, by, first.bring)
    visit.series_id, visit.status = first.series_id, VisitStatus.PROPOSED
    actions.copy_standard(visit)
    try:
        planning.check(first.technician, starts_at, ends_at, needs=needing.needs_of(first.ticket))
        visit.technician, visit.status = first.technician, VisitStatus.SCHEDULED
        booking.book(visit)
    except BadWindow as refusal:
        visit.technician, visit.status, visit.reason = None, VisitStatus.PROPOSED, str(refusal.sentence)[:300]
    record("visit.repeated", visit, by=by, ticket=visit.ticket, technician=visit.technician.name if visit.technician else "–", window=actions.window(visit))
    return visit


def _same_time(moment: datetime, later: timedelta) -> datetime:
    """The same time on the company's wall clock, whatever summer time does."""
    local = clock.local(moment)
    return clock.moment(local.date() + later, local.time())


def later_of(visit: Visit) -> list[Visit]:
    """The visits of the same series after this one that have not begun."""
    if visit.series_id is None:
        return []
    query = select(Visit).where(Visit.series_id == visit.series_id, Visit.starts_at > visit.starts_at, Visit.status.in_(AHEAD))
    return list(db.session.scalars(query.order_by(Visit.starts_at)))


def cancel_later(visit: Visit, reason: str, *, by: Any) -> None:
    """The rest of the series goes with it; the customer has one message, about the first."""
    for other in later_of(visit):
        actions.cancel(other, reason, by=by, quiet=True)
