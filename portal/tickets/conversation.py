"""What is said on a ticket: to the customer, by the customer, among colleagues."""

from __future__ import annotations

from typing import Any, Sequence

from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.access import require
from portal.core.activity import Activity, Audience, record
from portal.core.errors import Refused, WrongState
from portal.core.files import Received, StoredFile, store
from portal.tickets import clocks, rules, searching, tracking
from portal.tickets.messages import tell_customer
from portal.tickets.models import ENDED, Status, Ticket


def reply(ticket: Ticket, words: str, files: Sequence[Received] = (), *, by: Any) -> Activity:
    """Write to the customer: shown on the progress page and sent. The first one stops the response clock."""
    require(by, rules.REPLY, ticket)
    _refuse_empty(words, files)
    if ticket.status in (Status.MERGED, Status.CANCELLED):
        raise WrongState()
    ticket.first_response_at = ticket.first_response_at or clock.now()
    ticket.customer_spoke_at = None
    row = _say(ticket, "ticket.replied", words, files, Audience.PUBLIC, by)
    tell_customer(ticket, _l("%(words)s Progress: %(url)s"), values={"words": words, "url": tracking.url_of(ticket)}, activity=row)
    return row


def note(ticket: Ticket, words: str, files: Sequence[Received] = (), *, by: Any) -> Activity:
    """Write for colleagues only."""
    require(by, rules.NOTE, ticket)
    _refuse_empty(words, files)
    return _say(ticket, "ticket.noted", words, files, Audience.INTERNAL, by)


def customer_words(ticket: Ticket, words: str, files: Sequence[Received] = (), *, by: Any) -> Activity:
    """The customer adds something. A waiting ticket goes on; nothing is refused but ended requests."""
    require(by, rules.WRITE_IN, ticket)
    _refuse_empty(words, files)
    if ticket.status in ENDED:
        raise WrongState(_l("This request has ended. If the problem is back, reopen it or call the hotline."))
    ticket.customer_spoke_at = clock.now()
    if ticket.status is Status.WAITING:
        ticket.status, ticket.wait_reason, ticket.wait_until = Status.IN_PROGRESS, "", None
    return _say(ticket, "ticket.customer_wrote", words, files, Audience.PUBLIC, by)


def report_result(ticket: Ticket, words: str, *, by: Any) -> Activity:
    """Tell the customer what the visit came to; stops the result clock."""
    require(by, rules.REPLY, ticket)
    _refuse_empty(words, ())
    row = _say(ticket, "ticket.result_reported", words, (), Audience.PUBLIC, by)
    tell_customer(ticket, _l("%(words)s Progress: %(url)s"), values={"words": words, "url": tracking.url_of(ticket)}, activity=row)
    return row


def _say(ticket: Ticket, verb: str, words: str, files: Sequence[Received], audience: Audience, by: Any) -> Activity:
    row = record(verb, ticket, by=by, audience=audience, body=words)
    keep_files(ticket, files, row, by=by)
    searching.add(ticket, words)
    clocks.refresh(ticket)
    return row


def keep_files(ticket: Ticket, files: Sequence[Received], row: Activity, *, by: Any) -> list[StoredFile]:
    """Store received files with the entry they came with; they share its audience."""
    return [store(f, ticket, by=by, ticket_id=ticket.id, audience=row.audience, activity_id=row.id) for f in files]


def _refuse_empty(words: str, files: Sequence[Received]) -> None:
    if not words.strip() and not files:
        raise Refused(_l("Write something first."))
