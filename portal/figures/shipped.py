"""The shipped figures. A share counts cases and hits; a median takes the middle of durations. Each says in words what it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, or_, select, true

from portal.core import clock
from portal.figures import options as targets
from portal.figures.durations import seconds_between
from portal.figures.registry import FIGURES, Cases, Unit, figure
from portal.followups.models import FollowUp, FollowUpState
from portal.surveys.models import Survey
from portal.tickets.models import ClockKind, Status, Ticket, TicketClock
from portal.visits.models import FINISHED, Visit

__all__ = ["FIGURES"]

GONE = (Status.CANCELLED, Status.MERGED)
DAY = 86_400
GOOD = 4  # of 5
SURVEYS = ((Survey, Survey.ticket_id == Ticket.id),)
VISITS = ((Visit, Visit.ticket_id == Ticket.id),)
FOLLOW_UPS = ((FollowUp, FollowUp.ticket_id == Ticket.id),)


def _clock(kind: ClockKind) -> tuple:
    return ((TicketClock, and_(TicketClock.ticket_id == Ticket.id, TicketClock.clock == kind)),)


def _surveys(column: Any) -> Callable[[], Cases]:
    return lambda: Cases(Survey.answered_at, (Survey.answered_at.is_not(None), column.is_not(None)), SURVEYS, column >= GOOD)


def _resolution() -> Cases:
    over = or_(TicketClock.breached_at.is_not(None), TicketClock.due_at <= clock.now())
    return Cases(
        Ticket.created_at, (Ticket.status.not_in(GONE), or_(Ticket.resolved_at.is_not(None), Ticket.reopened > 0, over)),
        _clock(ClockKind.RESOLUTION), and_(Ticket.resolved_at.is_not(None), Ticket.reopened == 0),
    )


def _response_24h() -> Cases:
    took = seconds_between(Ticket.created_at, Ticket.first_response_at)
    known = or_(Ticket.first_response_at.is_not(None), seconds_between(Ticket.created_at, clock.now()) > DAY)
    return Cases(Ticket.created_at, (Ticket.status.not_in(GONE), known), hit=func.coalesce(took, DAY + 1) <= DAY)


def _first_response() -> Cases:
    took = seconds_between(Ticket.created_at, Ticket.first_response_at)
    return Cases(Ticket.created_at, (Ticket.status.not_in(GONE), Ticket.first_response_at.is_not(None)), seconds=took)


def _met(kind: ClockKind) -> Callable[[], Cases]:
    known = (TicketClock.met_at.is_not(None), Ticket.status.not_in(GONE))
    return lambda: Cases(TicketClock.met_at, known, _clock(kind), TicketClock.breached_at.is_(None))


def _arrived() -> Cases:
    return Cases(Visit.arrived_at, (Visit.arrived_at.is_not(None),), VISITS, Visit.arrived_at <= Visit.ends_at)


def _repeat_visits() -> Cases:
    finished = (Visit.ticket_id == Ticket.id, Visit.status.in_(FINISHED))
    visits = select(func.count()).select_from(Visit).where(*finished).correlate(Ticket).scalar_subquery()
    return Cases(Ticket.resolved_at, (Ticket.resolved_at.is_not(None), visits >= 1), hit=visits >= 2)


def _follow_ups() -> Cases:
    asked = (FollowUpState.SATISFIED, FollowUpState.NOT_SATISFIED)
    known = (FollowUp.ended_at.is_not(None), FollowUp.state.in_(asked))
    return Cases(FollowUp.ended_at, known, FOLLOW_UPS, FollowUp.state == FollowUpState.SATISFIED)


def _received() -> Cases:
    return Cases(Ticket.created_at, (Ticket.status != Status.MERGED,), hit=true())


def _complaints() -> Cases:
    return Cases(Ticket.created_at, (Ticket.status != Status.MERGED,), hit=Ticket.kind_code.in_(("complaint", "dispute")))


def _reopened() -> Cases:
    known = or_(Ticket.resolved_at.is_not(None), Ticket.reopened > 0)
    return Cases(Ticket.created_at, (Ticket.status.not_in(GONE), known), hit=Ticket.reopened > 0)


figure(
    "satisfaction", _l("Customer satisfaction"), _l("Of the surveys answered in the period, the share with 4 or 5 of 5 overall."),
    _surveys(Survey.overall), target=targets.SATISFACTION,
)
figure(
    "resolution", _l("Resolution rate"),
    _l(
        "Of the tickets received in the period that are resolved, reopened or past their time limit, the "
        "share resolved and never reopened. Tickets still within their time, cancelled and merged ones do not "
        "count."
    ),
    _resolution, target=targets.RESOLUTION,
)
figure(
    "response_24h", _l("Answered in 24 hours"),
    _l(
        "Of the tickets received in the period, the share with a first response within 24 hours by the clock. "
        "Tickets younger than 24 hours without one, cancelled and merged ones do not count."
    ),
    _response_24h, target=targets.RESPONSE_24H,
)
figure(
    "first_response", _l("Median first response"),
    _l(
        "Of the tickets received in the period that have a first response, half were answered faster than "
        "this. Counted by the clock, nights included."
    ),
    _first_response, unit=Unit.MINUTES, better="down", target=targets.FIRST_RESPONSE,
)
figure(
    "first_response_on_time", _l("First response on time"),
    _l("Of the first responses given in the period, the share within the ticket's own time limit."),
    _met(ClockKind.FIRST_RESPONSE),
)
figure(
    "on_time", _l("Resolved on time"),
    _l(
        "Of the tickets resolved in the period, the share within their resolution time. A limit once missed "
        "stays missed."
    ),
    _met(ClockKind.RESOLUTION),
)
figure(
    "result_on_time", _l("Result reported on time"),
    _l(
        "Of the results reported to customers in the period, the share within the time limit after the visit."
    ),
    _met(ClockKind.RESULT),
)
figure(
    "arrived_on_time", _l("Arrived on time"),
    _l(
        "Of the visits with an arrival in the period, the share that arrived before the end of the agreed "
        "window."
    ),
    _arrived,
)
figure(
    "complaints", _l("Complaints"), _l("Complaints and disputes per 100 tickets received in the period. Merged tickets do not count."),
    _complaints, unit=Unit.HUNDRED, better="down",
)
figure(
    "repeat_visits", _l("Repeat visits"),
    _l("Of the tickets resolved in the period that needed a visit, the share that needed more than one."),
    _repeat_visits, better="down",
)
figure(
    "reopened", _l("Reopened tickets"),
    _l(
        "Of the tickets received in the period that were resolved at least once, the share that was reopened."
    ),
    _reopened, better="down",
)
figure(
    "follow_up", _l("Satisfied at follow-up"),
    _l("Of the customers reached by a follow-up in the period, the share that was satisfied."),
    _follow_ups,
)
figure(
    "satisfaction_speed", _l("Satisfaction: speed"),
    _l("Of the surveys answered in the period that rate the speed, the share with 4 or 5 of 5."),
    _surveys(Survey.speed),
)
figure(
    "satisfaction_attitude", _l("Satisfaction: attitude"),
    _l("Of the surveys answered in the period that rate the attitude, the share with 4 or 5 of 5."),
    _surveys(Survey.attitude),
)
figure(
    "satisfaction_quality", _l("Satisfaction: quality"),
    _l("Of the surveys answered in the period that rate the quality, the share with 4 or 5 of 5."),
    _surveys(Survey.quality),
)
figure(
    "satisfaction_tidiness", _l("Satisfaction: tidiness"),
    _l("Of the surveys answered in the period that rate the tidiness, the share with 4 or 5 of 5."),
    _surveys(Survey.tidiness),
)
figure("received", _l("Tickets received"), _l("Tickets received in the period. Merged ones do not count."), _received, unit=Unit.COUNT)
