from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from portal.core.activity import on
from portal.core.db import db
from portal.customers import actions as customers
from portal.customers.models import Customer
from portal.tickets import clocks, recomputing
from portal.tickets.models import WORKING_NOW, Ticket

AT_ONCE = 200


@on("visit.finished", "visit.finish_undone")
def start_the_result_clock(activity, visit, by) -> None:
    """The result clock starts when a visit ends, and stops when it goes on after all."""
    clocks.refresh(visit.ticket)


@on("calendar.added", "calendar.changed", "calendar.day_set", "calendar.day_dropped", "policy.added", "policy.changed", "policy.moved")
def count_anew(activity, subject, by) -> None:
    """Other hours, other due moments: at once where they are few, the rest by the job."""
    recomputing.mark_stale()
    recomputing.refresh_stale(AT_ONCE)


@on("option.changed")
def count_anew_by_other_options(activity, person, by) -> None:
    if activity.data.get("name", "").startswith("clocks."):
        count_anew(activity, person, by)


@on("customer.changed", "customer.merged_in")
def follow_the_customers_class(activity, customer, by) -> None:
    """Rules may ask for the class of a customer."""
    if activity.verb == "customer.changed" and "class_" not in activity.data.get("changes", {}):
        return
    for ticket in db.session.scalars(select(Ticket).where(Ticket.customer_id == customer.id, WORKING_NOW)).unique():
        clocks.refresh(ticket)


def go_along(from_: Customer, into: Customer, by: Any) -> None:
    """When doubled customers are merged, their tickets stay together; the merge itself is what is recorded."""
    db.session.execute(update(Ticket).where(Ticket.customer_id == from_.id).values(customer_id=into.id))


customers.movers.append(go_along)
