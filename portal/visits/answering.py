"""The customer's side of an appointment: it suits, another time is wanted, or nobody need come. The desk may note it after a call."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from portal.core import clock
from portal.core.access import SYSTEM
from portal.core.activity import Audience, record
from portal.tickets import actions as tickets
from portal.visits import booking
from portal.visits.actions import keep_visit_state, window
from portal.visits.models import Visit
from portal.visits.workflow import VISIT


def confirm(visit: Visit, *, by: Any) -> None:
    """The time suits. Saying so twice changes nothing."""
    VISIT.check(visit, "confirm", by)
    if visit.confirmed_at is None:
        visit.confirmed_at, visit.wish = clock.now(), ""
        _record("visit.confirmed", visit, by)


def ask_other_time(visit: Visit, wish: str, words: str = "", *, by: Any) -> None:
    """Another time is wanted. The old one holds until the desk moves the visit."""
    VISIT.check(visit, "ask_other_time", by)
    visit.wish, visit.confirmed_at = wish[:300], None
    _record("visit.time_asked", visit, by, wish=wish, words=words)


def call_off(visit: Visit, words: str = "", *, by: Any) -> None:
    """Nobody need come: the time is free again and the request goes back to the desk."""
    moved = VISIT.take(visit, "call_off", by)
    visit.reason = words[:300] or _("Called off by the customer")
    booking.release(visit)
    _record("visit.called_off", visit, by, reason=visit.reason, **moved)
    keep_visit_state(visit)
    if not visit.ticket.visit_state:
        tickets.give_back(visit.ticket, visit.reason, by=SYSTEM)


def _record(verb: str, visit: Visit, by: Any, **data: Any) -> None:
    record(verb, visit, by=by, ticket=visit.ticket, audience=Audience.PUBLIC, window=window(visit), **data)
