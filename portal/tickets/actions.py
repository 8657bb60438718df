"""What can be done with a ticket: intake, ownership and the life cycle. Conversation is in `conversation`, merging in `merging`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Callable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts.models import Person
from portal.catalogue import queries as catalogue
from portal.catalogue.models import Category, Cause, Impact, Priority, Service, Urgency
from portal.core import clock, options
from portal.core.access import Role, require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Conflict, Refused
from portal.core.files import Received
from portal.customers.models import Customer, CustomerPhone, Site
from portal.tickets import clocks, rules, searching, tracking
from portal.tickets.conversation import customer_words, keep_files, note, reply, report_result
from portal.tickets.merging import merge
from portal.tickets.messages import tell_customer
from portal.tickets.models import Channel, Status, Ticket
from portal.tickets.numbers import next_numbers
from portal.tickets.options import PREFIX
from portal.tickets.placing import place
from portal.tickets.workflow import TICKET

__all__ = [
    "accept", "assign", "cancel", "claim", "classify", "close", "customer_words", "dispatch", "give_back", "merge", "note", "open_ticket",
    "reopen", "reply", "report_result", "resolve", "resume", "share", "start", "wait",
]

_SENTENCE_ENDS = re.compile(r"[。！？!?\n；;]|\.(?=\s)")
RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}

close_checks: list[Callable[[Ticket], Any]] = []
"""Later slices add fn(ticket) -> a sentence that says why it cannot be closed yet, or None."""

close_questions: list[Callable[[Ticket], tuple]] = []
"""What such a check asks: fn(ticket) -> statement and values, so that a page asks all of them at once."""


def open_ticket(
    customer: Customer,
    words: str,
    *,
    by: Any,
    channel: Channel,
    kind_code: str | None = None,
    category: Category | None = None,
    site: Site | None = None,
    phone: CustomerPhone | None = None,
    contact_name: str = "",
    urgency: Urgency | None = None,
    impact: Impact | None = None,
    priority: Priority | None = None,
    preferred: str = "",
    owner: Person | None = None,
    title: str | None = None,
    files: Sequence[Received] = (),
) -> Ticket:
    """Take in one problem in the customer's words. The first sentence becomes the title; priority is read from urgency × impact.

    A priority of one's own is kept with the reason "chosen at intake". Raises Forbidden.
    """
    if Role.CUSTOMER not in by.roles:
        require(by, rules.CREATE)
    moment = clock.now()
    number, told_as = next_numbers(options.value(PREFIX))
    ticket = Ticket(
        number=number, title=title or title_from(words), description=words, channel=channel,
        kind_code=kind_code or (category.kind_code if category else None) or "repair", category=category,
        category_id=category.id if category else None, service_id=_service_of(category), urgency=urgency or (category.urgency if category else Urgency.SOON),
        impact=impact or (category.impact if category else Impact.ROOM), customer=customer, site=site, phone=phone,
        contact_name=contact_name, preferred=preferred, owner=owner, created_at=moment, changed_at=moment,
        changed_id=told_as, entered_by_id=by.id, clocks=[],
    )
    if by.id is None:
        ticket.customer_spoke_at = moment
    _set_priority(ticket, priority)
    place(ticket)
    clocks.begin(ticket, moment)
    db.session.add(ticket)
    db.session.flush()
    tracking.new_link(ticket)
    said = {"channel": channel.value, "priority": ticket.priority.value}
    row = record("ticket.created", ticket, by=by, audience=Audience.PUBLIC, told_as=(told_as, moment), **said)
    keep_files(ticket, files, row, by=by)
    searching.begin(ticket)
    return ticket


def title_from(words: str, most: int = 60) -> str:
    """The customer's first sentence; a longer one ends with … after a whole word."""
    whole = words.strip()
    first = _SENTENCE_ENDS.split(whole, maxsplit=1)[0].strip() or whole
    if len(first) <= most:
        return first
    room = first[: most - 1]
    return room[: room.rfind(" ") if room.rfind(" ") > most // 2 else most] + "…"


def _service_of(category: Category | None) -> int | None:
    """Id of the service that solves such a problem: the category's own, else that of the one above it."""
    while category is not None and category.service_id is None:
        category = category.parent
    return category.service_id if category is not None else None


def _set_priority(ticket: Ticket, chosen: Priority | None, reason: str = "") -> None:
    table = catalogue.priority_of(ticket.urgency, ticket.impact)
    ticket.priority = chosen or table
    ticket.priority_reason = (reason or _("chosen at intake")) if chosen and chosen is not table else ""
    ticket.priority_rank = RANK[ticket.priority]


def _step(ticket: Ticket, verb: str, by: Any, activity_verb: str, audience: Audience = Audience.INTERNAL, **data: Any):
    """Take the step, record it, recompute the clocks."""
    moved = TICKET.take(ticket, verb, by)
    row = record(activity_verb, ticket, by=by, audience=audience, **moved, **data)
    clocks.refresh(ticket)
    return row


def accept(ticket: Ticket, *, by: Any) -> None:
    """Confirm a new ticket; whoever accepts an unowned one becomes its owner."""
    if ticket.owner_id is None and isinstance(by, Person):
        ticket.owner = by
    ticket.accepted_at = ticket.accepted_at or clock.now()
    _step(ticket, "accept", by, "ticket.accepted", Audience.PUBLIC)


def claim(ticket: Ticket, *, by: Person) -> None:
    """Take an unowned ticket. Raises Conflict naming the owner when somebody was quicker."""
    require(by, rules.ACCEPT, ticket)
    if ticket.owner_id not in (None, by.id):
        raise Conflict(_("%(name)s has already taken this ticket.", name=ticket.owner.name))
    _set_owner(ticket, by, by)


def assign(ticket: Ticket, owner: Person | None, *, by: Any, reason: str = "") -> None:
    """Hand the ticket to somebody, or back to nobody."""
    require(by, rules.ASSIGN, ticket)
    if owner is not None and not (owner.active and {Role.AGENT, Role.SUPERVISOR} & owner.roles):
        raise Refused(_l("Only active agents and supervisors can own tickets."))
    _set_owner(ticket, owner, by, reason)


def _set_owner(ticket: Ticket, owner: Person | None, by: Any, reason: str = "") -> None:
    before = ticket.owner_id
    if before == (owner.id if owner else None):
        return
    ticket.owner = owner
    data = {"before": before, "after": owner.id if owner else None, "name": owner.name if owner else "", "reason": reason}
    record("ticket.assigned", ticket, by=by, **data)


def classify(
    ticket: Ticket,
    *,
    by: Any,
    kind_code: str,
    category: Category | None,
    stage_id: int | None,
    urgency: Urgency,
    impact: Impact,
    priority: Priority | None = None,
    reason: str = "",
    title: str | None = None,
) -> None:
    """Set nature, category, stage and priority. A priority other than the table's needs a reason. Raises Refused."""
    require(by, rules.CLASSIFY, ticket)
    table = catalogue.priority_of(urgency, impact)
    if priority is not None and priority is not table and not reason:
        raise Refused(_l("Say why the priority differs from the table."))
    before = _facts(ticket)
    ticket.kind_code, ticket.category, ticket.stage_id = kind_code, category, stage_id
    if service_id := _service_of(category):
        ticket.service = db.session.get(Service, service_id)
    ticket.urgency, ticket.impact, ticket.title = urgency, impact, title or ticket.title
    _set_priority(ticket, priority, reason)
    record("ticket.classified", ticket, by=by, before=before, after=_facts(ticket), reason=reason)
    searching.index(ticket)
    clocks.refresh(ticket)


def _facts(ticket: Ticket) -> dict[str, Any]:
    return {
        "title": ticket.title, "kind": ticket.kind_code, "category": ticket.category.name if ticket.category else "", "category_id": ticket.category_id or 0,
        "stage": ticket.stage_id, "urgency": ticket.urgency.value, "impact": ticket.impact.value, "priority": ticket.priority.value,
    }


def dispatch(ticket: Ticket, *, by: Any, technician: str = "", window: str = "") -> None:
    """A technician is on the plan. A new ticket is accepted on the way, one that waits for the customer goes on; an answer to the customer counts as first response."""
    if ticket.status is Status.NEW:
        accept(ticket, by=by)
    if ticket.status is Status.WAITING:
        resume(ticket, by=by)
    moment = clock.now()
    ticket.dispatched_at, ticket.first_response_at = moment, ticket.first_response_at or moment
    _step(ticket, "dispatch", by, "ticket.dispatched", Audience.PUBLIC, technician=technician, window=window)


def give_back(ticket: Ticket, reason: str, *, by: Any) -> None:
    """The technician declined or could not get in: the desk has to dispatch anew. Only the portal itself does this."""
    if ticket.status in TICKET.steps["give_back"].start:
        _step(ticket, "give_back", by, "ticket.given_back", reason=reason)


def start(ticket: Ticket, *, by: Any) -> None:
    """Work has begun. Does nothing when it already has."""
    require(by, rules.WORK, ticket)
    if ticket.status is not Status.IN_PROGRESS:
        _step(ticket, "start", by, "ticket.started")


def wait(ticket: Ticket, reason: str, until: datetime | None = None, *, by: Any) -> None:
    """Wait for the customer; clocks pause."""
    ticket.wait_reason, ticket.wait_until = reason, until
    _step(ticket, "wait", by, "ticket.waiting", Audience.PUBLIC, reason=reason, until=until.isoformat() if until else None)


def resume(ticket: Ticket, *, by: Any) -> None:
    ticket.wait_reason, ticket.wait_until = "", None
    _step(ticket, "resume", by, "ticket.resumed")


def resolve(ticket: Ticket, cause: Cause, solution: str, *, by: Any, stage_id: int | None = None, tell: bool = True) -> None:
    """Solved: cause and solution are required; the customer is told, which also reports the result."""
    if cause is None or not solution.strip():
        raise Refused(_l("Choose the cause and write down the solution."))
    moment = clock.now()
    ticket.cause, ticket.solution, ticket.stage_id = cause, solution, stage_id or ticket.stage_id
    ticket.resolved_at, ticket.first_response_at = moment, ticket.first_response_at or moment
    ticket.customer_spoke_at = None
    if ticket.status is Status.NEW:
        accept(ticket, by=by)
    row = _step(ticket, "resolve", by, "ticket.resolved", Audience.PUBLIC, cause=cause.name, cause_en=cause.name_en, solution=solution)
    searching.index(ticket)
    if tell:
        values = {"number": ticket.number, "solution": solution[:120], "url": tracking.url_of(ticket)}
        tell_customer(ticket, _l("Your request %(number)s is resolved: %(solution)s. Progress: %(url)s"), values=values, activity=row)


def share(ticket: Ticket, *, by: Any):
    """Send the customer the link to follow the request; None when there is no way to reach them."""
    require(by, rules.SHARE, ticket)
    row = record("ticket.shared", ticket, by=by)
    values = {"number": ticket.number, "url": tracking.url_of(ticket)}
    return tell_customer(ticket, _l("Follow your request %(number)s here: %(url)s"), values=values, activity=row)


def blocks_closing(ticket: Ticket) -> list[Any]:
    """Sentences that say why the ticket cannot be closed yet."""
    return [s for s in (check(ticket) for check in close_checks) if s]


def close(ticket: Ticket, *, by: Any) -> None:
    """Archive a resolved ticket. Raises Refused while a follow-up is due."""
    TICKET.check(ticket, "close", by)
    for sentence in blocks_closing(ticket):
        raise Refused(sentence)
    ticket.closed_at = clock.now()
    _step(ticket, "close", by, "ticket.closed", Audience.PUBLIC)


def reopen(ticket: Ticket, reason: str, *, by: Any) -> None:
    """Not solved after all: work goes on, the clocks resume with what was left, and it is counted."""
    ticket.reopened += 1
    ticket.resolved_at = ticket.closed_at = None
    _step(ticket, "reopen", by, "ticket.reopened", Audience.PUBLIC, reason=reason, times=ticket.reopened)


def cancel(ticket: Ticket, reason: str, *, by: Any) -> None:
    """End without a solution; the customer is told why."""
    ticket.end_reason, ticket.closed_at = reason, clock.now()
    row = _step(ticket, "cancel", by, "ticket.cancelled", Audience.PUBLIC, reason=reason)
    values = {"number": ticket.number, "reason": reason}
    tell_customer(ticket, _l("Your request %(number)s was cancelled: %(reason)s"), values=values, activity=row)

