"""Which solutions are called back, and what the customer said (product.md, section 4)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts.models import Person
from portal.core import clock, options
from portal.core.access import Role, require
from portal.core.activity import record
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.followups import queries, rules
from portal.followups.models import PENDING, FollowUp, FollowUpAttempt, FollowUpState
from portal.followups.options import ATTEMPTS, RETRY_HOURS, SHARE, WITHIN_HOURS
from portal.tickets import actions as tickets
from portal.tickets.models import Status, Ticket


def draw(ticket: Ticket, *, by: Any) -> FollowUp | None:
    """Plan a call when the rule says so; None when this solution is not drawn."""
    rule = _rule_for(ticket)
    if rule is None or queries.pending_of(ticket) is not None:
        return None
    moment = clock.now()
    owner = ticket.owner if ticket.owner is not None and Role.AGENT in ticket.owner.roles else None
    follow_up = FollowUp(
        ticket=ticket, rule=rule, owner=owner, created_at=moment, due_at=moment + timedelta(hours=options.value(WITHIN_HOURS)),
    )
    db.session.add(follow_up)
    ticket.follow_up_state = "due"
    record("follow_up.drawn", follow_up, by=by, ticket=ticket, rule=rule)
    return follow_up


def _rule_for(ticket: Ticket) -> str | None:
    if ticket.kind.always_follow_up:
        return "kind"
    if ticket.reopened:
        return "reopened"
    return "share" if _lot(ticket.number) < options.value(SHARE) else None


def _lot(number: str) -> float:
    """The same ticket always draws the same lot, from 0 to just below 1."""
    return int.from_bytes(hashlib.blake2b(f"follow-up {number}".encode(), digest_size=4).digest(), "big") / 2**32


def take(follow_up: FollowUp, *, by: Person) -> None:
    """Make the call one's own."""
    require(by, rules.CALL, follow_up)
    _refuse_ended(follow_up)
    before, follow_up.owner = follow_up.owner_id, by
    record("follow_up.taken", follow_up, by=by, ticket=follow_up.ticket, before=before, after=by.id, name=by.name)


def give(follow_up: FollowUp, owner: Person | None, *, by: Any, reason: str = "") -> None:
    """Hand the call to somebody else, or to nobody."""
    require(by, rules.CALL, follow_up)
    _refuse_ended(follow_up)
    before, follow_up.owner = follow_up.owner_id, owner
    data = {"before": before, "after": owner.id if owner else None, "name": owner.name if owner else "–", "reason": reason}
    record("follow_up.taken", follow_up, by=by, ticket=follow_up.ticket, **data)


def attempt(follow_up: FollowUp, reached: bool, satisfied: bool | None = None, words: str = "", score: int | None = None, *, by: Person) -> None:
    """Write down one call. Satisfied ends it; not satisfied reopens the ticket; after several vain tries it counts as unreachable."""
    require(by, rules.CALL, follow_up)
    _refuse_ended(follow_up)
    if reached and satisfied is None:
        raise Refused(_l("Say whether the customer is satisfied."))
    if reached and satisfied is False and not words.strip():
        raise Refused(_l("Write down what is not right, so that whoever goes on knows it."))
    satisfied, score = (satisfied, score) if reached else (None, None)
    follow_up.attempts.append(FollowUpAttempt(
        at=clock.now(), person_id=by.id, reached=reached, satisfied=satisfied, score=score, words=words,
    ))
    _move_on(follow_up, reached, satisfied)
    record("follow_up." + _outcome(follow_up), follow_up, by=by, ticket=follow_up.ticket, body=words or None, times=len(follow_up.attempts))
    if follow_up.state is FollowUpState.NOT_SATISFIED and follow_up.ticket.status in (Status.RESOLVED, Status.CLOSED):
        tickets.reopen(follow_up.ticket, _("Follow-up: %(words)s", words=words)[:300], by=by)


def _refuse_ended(follow_up: FollowUp) -> None:
    if follow_up.state not in PENDING:
        raise WrongState(_l("This follow-up has already ended."))


def _move_on(follow_up: FollowUp, reached: bool, satisfied: bool | None) -> None:
    moment = clock.now()
    if reached:
        follow_up.state = FollowUpState.SATISFIED if satisfied else FollowUpState.NOT_SATISFIED
    elif len(follow_up.attempts) >= options.value(ATTEMPTS):
        follow_up.state = FollowUpState.UNREACHABLE
    else:
        follow_up.state = FollowUpState.ATTEMPTED
        follow_up.due_at = moment + timedelta(hours=options.value(RETRY_HOURS))
    if follow_up.state not in PENDING:
        follow_up.ended_at, follow_up.ticket.follow_up_state = moment, "done"


def _outcome(follow_up: FollowUp) -> str:
    return follow_up.state.value


def drop(ticket: Ticket, *, by: Any) -> None:
    """Work goes on: a call that is still due waits for the next solution."""
    ticket.follow_up_state = ""
    follow_up = queries.pending_of(ticket)
    if follow_up is not None:
        follow_up.state, follow_up.ended_at = FollowUpState.DROPPED, clock.now()
        record("follow_up.dropped", follow_up, by=by, ticket=ticket)


def keeps_open(ticket: Ticket) -> Any:
    """A sentence while a call is due: closing waits for it."""
    return _l("The follow-up call is still due.") if queries.is_pending(ticket) else None


tickets.close_checks.append(keeps_open)
tickets.close_questions.append(queries.asking_pending)
