"""What people do to arrange their day, and to pass work on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts import queries as accounts
from portal.accounts.models import Person, Team
from portal.core import clock
from portal.core.access import require
from portal.core.activity import record
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.core.i18n import N_
from portal.customers.models import Customer
from portal.desk import passing, queries, rules, suggesting
from portal.desk.models import CallBack, CallState, Density, Handover, QueueLook, SavedView
from portal.notifications import actions as notifications
from portal.tickets import actions as tickets
from portal.tickets.models import Ticket

NOBODY = N_("Nobody can take %(number)s just now: %(title)s")
RETRY = timedelta(minutes=30)


def save_view(name: str, query: str, *, by: Person, team: Team | None = None) -> SavedView:
    """Keep a list under a name, for oneself or for a team of one's own."""
    require(by, rules.VIEWS)
    if team is not None:
        require(by, rules.SHARE)
        if team.id not in by.team_ids:
            raise Refused(_l("Share views with a team of your own."))
    view = SavedView(name=name, query=query[:400], person_id=by.id, team_id=team.id if team else None)
    db.session.add(view)
    record("saved_view.added", view, by=by, name=name)
    return view


def drop_view(view: SavedView, *, by: Person) -> None:
    require(by, rules.VIEWS, view)
    db.session.delete(view)
    record("saved_view.dropped", view, by=by, name=view.name)


def arrange(density: Density, hidden: list[str], *, by: Person) -> QueueLook:
    """How the queue looks for this person."""
    require(by, rules.VIEWS)
    look = queries.look_of(by) or QueueLook(person_id=by.id)
    db.session.add(look)
    look.density, look.hidden = density, " ".join(hidden)
    record("queue_look.changed", look, by=by)
    return look


def claim_next(*, by: Person) -> Ticket | None:
    """Take the most urgent ticket that nobody has; None when there is none."""
    require(by, rules.CLAIM)
    ticket = queries.next_for(by, lock=True)
    if ticket is not None:
        tickets.claim(ticket, by=by)
    return ticket


def assign_best(ticket: Ticket, *, by: Any) -> Person | None:
    """Give it to the first of the suggestion. Nobody there: it stays visible, and whoever oversees the team is told."""
    require(by, rules.SUGGEST, ticket)
    found = suggesting.for_ticket(ticket)
    if found:
        best = found[0]
        tickets.assign(ticket, best.person, by=by, reason=_(", ").join(str(r) for r in best.reasons[:3])[:200])
        return best.person
    row = record("ticket.nobody_found", ticket, by=by)
    for leader in accounts.leaders_of(ticket.team_id):
        notifications.tell(leader.id, NOBODY, {"number": ticket.number, "title": ticket.title}, f"/tickets/{ticket.id}", "warn", row.id)
    return None


def hand_over(person: Person, to: Person | None, reason: str, *, by: Person, back: bool = True) -> Handover:
    """Move all open tickets, follow-up calls, tasks and reminders of somebody who is away, in one step. `to` None: back to nobody."""
    require(by, rules.HAND_OVER)
    if not queries.oversees(by, person):
        raise Refused(_l("Only whoever oversees this person can hand over."))
    if to is not None and (to.id == person.id or not to.active):
        raise Refused(_l("Choose somebody else who is here."))
    made = Handover(from_=person, to=to, reason=reason, back=back, at=clock.now(), made_by_id=by.id, moved=passing.move_all(person, to, reason, by))
    db.session.add(made)
    record("handover.made", made, by=by, name=person.name, count=len(made.moved))
    return made


def bring_back(handover: Handover, *, by: Person) -> int:
    """Give back what is still where it was put; returns how much."""
    require(by, rules.HAND_OVER)
    if handover.returned_at is not None:
        raise WrongState()
    handover.returned_at = clock.now()
    handover.returned = passing.return_all(handover, by)
    record("handover.returned", handover, by=by, name=handover.from_.name, count=handover.returned)
    return handover.returned


def add_call(number: str, at: datetime, *, by: Any, name: str = "", words: str = "", missed: bool = False, customer: Customer | None = None,
             ticket: Ticket | None = None) -> CallBack:
    """Somebody is to be called. The same number waiting already: that call is brought forward instead of a second one."""
    require(by, rules.CALL)
    waiting = queries.waiting_call(number)
    if waiting is not None:
        waiting.at, waiting.words = min(waiting.at, at), " ".join(filter(None, (waiting.words, words)))[:300]
        record("call_back.added", waiting, by=by, ticket=ticket)
        return waiting
    call = CallBack(
        number=number, at=at, name=name, words=words, missed=missed, customer_id=customer.id if customer else None, ticket_id=ticket.id if ticket else None,
        made_by_id=by.id, created_at=clock.now(),
    )
    db.session.add(call)
    record("call_back.added", call, by=by, ticket=ticket)
    return call


def called(call: CallBack, outcome: str, *, by: Person) -> None:
    """outcome: reached | not_reached (comes up again later) | drop. Raises WrongState when it has ended."""
    require(by, rules.CALL, call)
    if call.state is not CallState.DUE:
        raise WrongState()
    call.owner, call.tries = by, call.tries + (outcome != "drop")
    if outcome == "not_reached":
        call.at = clock.now() + RETRY
    else:
        call.state, call.ended_at = CallState.DONE if outcome == "reached" else CallState.DROPPED, clock.now()
    record(f"call_back.{outcome}", call, by=by, ticket=call.ticket)
