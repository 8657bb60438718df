"""Two tickets that are one problem."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.access import require
from portal.core.activity import record
from portal.core.errors import Refused
from portal.tickets import clocks, rules
from portal.tickets.models import ENDED, Ticket
from portal.tickets.workflow import TICKET


def merge(ticket: Ticket, into: Ticket, *, by: Any) -> None:
    """End `ticket` as part of `into`: its history stays, its number and link lead on. Raises Refused."""
    require(by, rules.MERGE, into)
    TICKET.check(ticket, "merge", by)
    if into.id == ticket.id:
        raise Refused(_l("A ticket cannot be merged into itself."))
    if into.status in ENDED:
        raise Refused(_l("The other ticket has ended; choose an open one."))
    if into.customer_id != ticket.customer_id:
        raise Refused(_l("The two tickets belong to different customers. Merge the customers first."))
    ticket.merged_into_id, ticket.closed_at = into.id, clock.now()
    moved = TICKET.take(ticket, "merge", by)
    record("ticket.merged", ticket, by=by, **moved, into=into.number)
    record("ticket.absorbed", into, by=by, other=ticket.number)
    clocks.refresh(ticket)
