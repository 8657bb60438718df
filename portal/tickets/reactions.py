from __future__ import annotations

from typing import Any

from sqlalchemy import update

from portal.core.activity import on
from portal.core.db import db
from portal.customers import actions as customers
from portal.customers.models import Customer
from portal.tickets import clocks
from portal.tickets.models import Ticket


@on("visit.finished")
def start_the_result_clock(activity, visit, by) -> None:
    """The result clock starts when a visit ends."""
    clocks.refresh(visit.ticket)


def go_along(from_: Customer, into: Customer, by: Any) -> None:
    """When doubled customers are merged, their tickets stay together; the merge itself is what is recorded."""
    db.session.execute(update(Ticket).where(Ticket.customer_id == from_.id).values(customer_id=into.id))


customers.movers.append(go_along)
