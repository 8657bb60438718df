"""The last step of a visit can be undone for some minutes; a message that has gone is followed by a correction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.core import clock, options
from portal.core.access import SYSTEM, require
from portal.core.activity import Activity, Audience, record
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.notifications import actions as notifications
from portal.notifications.models import Delivery, OutMessage
from portal.tickets.models import ENDED, Status
from portal.visits import actions, booking, queries, rules
from portal.visits.models import FINISHED, Visit, VisitStatus
from portal.visits.options import UNDO_MINUTES

STEPS = {
    "visit.accepted": ("accepted_at",), "visit.set_off": ("set_off_at",), "visit.arrived": ("arrived_at",),
    "visit.declined": (), "visit.finished": ("finished_at", "result", "waited_minutes", "skill_id"),
}
"""Undoable step → what it had set."""
OTHERS = ("visit.planned", "visit.moved", "visit.cancelled", "visit.undone", "visit.finish_undone")


TAKEN = (VisitStatus.ACCEPTED, VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE, VisitStatus.DECLINED, *FINISHED)
"""Statuses that such a step leads to."""


def undoable(visit: Visit, person: Any) -> Activity | None:
    """The last step, while this person may still take it back."""
    query = select(Activity).where(
        Activity.subject_type == Visit.__tablename__, Activity.subject_id == visit.id, Activity.verb.in_((*STEPS, *OTHERS))
    )
    last = db.session.scalars(query.order_by(Activity.id.desc()).limit(1)).first()
    fresh = last is not None and last.verb in STEPS and last.actor_id == person.id
    return last if fresh and clock.now() - last.at <= timedelta(minutes=options.value(UNDO_MINUTES)) else None


def undo(visit: Visit, *, by: Any) -> None:
    """Back to the state before the last step. Raises Refused when the time is over, WrongState when the ticket has gone on."""
    require(by, rules.WORK, visit)
    step = undoable(visit, by)
    if step is None:
        raise Refused(_l("There is nothing to undo any more. Tell the desk what should be changed."))
    after = visit.status
    if visit.ticket.status in (*ENDED, Status.RESOLVED) or (after is VisitStatus.DECLINED and visit.ticket.visit_state):
        raise WrongState()  # the request is over, or somebody else comes already
    visit.status = VisitStatus(step.data["before"])
    for name in STEPS[step.verb]:
        setattr(visit, name, None)
    if after in FINISHED:
        _open_again(visit)
    elif after is VisitStatus.DECLINED:
        _come_after_all(visit)
    withdrawn = _take_back_message(step)
    verb = "visit.finish_undone" if after in FINISHED else "visit.undone"
    record(verb, visit, by=by, ticket=visit.ticket, audience=Audience.PUBLIC if step.audience is Audience.PUBLIC else Audience.INTERNAL,
           before=after.value, after=visit.status.value, step=step.verb, correct=not withdrawn)
    actions.keep_visit_state(visit)


def _open_again(visit: Visit) -> None:
    """A finished visit goes on: its time is booked again, what was made of the remainder is dropped, photos are internal again."""
    booking.book(visit)
    visit.reason = ""
    for photo in queries.photos_of(visit):
        photo.audience = Audience.INTERNAL
    for rest in queries.remainders_of(visit):
        actions.cancel(rest, str(_l("The first visit goes on.")), by=SYSTEM)
    actions.dispatch_again(visit, by=SYSTEM)


def _come_after_all(visit: Visit) -> None:
    """The time is booked again - raises Taken where it has been given out - and the ticket is dispatched once more."""
    booking.book(visit)
    visit.reason = ""
    actions.dispatch_again(visit, by=SYSTEM)


def _take_back_message(step: Activity) -> bool:
    """True when no message had left."""
    key = f"visit-{step.id}"
    state = db.session.scalars(select(OutMessage.state).where(OutMessage.once_key == key)).first()
    notifications.withdraw(key)
    return state in (None, Delivery.QUEUED, Delivery.FAILED)
