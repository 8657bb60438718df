"""Taking a call: who is it, where, is it known already, what is promised. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from portal.catalogue import queries as catalogue
from portal.catalogue.models import Category, Impact, Priority, Urgency
from portal.core import clock, options
from portal.core.db import db
from portal.customers import phones
from portal.customers import queries as customers
from portal.customers.models import Customer, CustomerPhone, Site
from portal.tickets import clocks, queries
from portal.tickets.models import OPEN, ClockKind, Status, Ticket
from portal.tickets.options import SIMILAR_DAYS


@dataclass
class Caller:
    """What is known about a number: whose it is, where they live."""

    found: list[Customer] = field(default_factory=list)
    customer: Customer | None = None
    phone: CustomerPhone | None = None
    sites: list[Site] = field(default_factory=list)


@dataclass
class Before:
    """What this person may see of the caller's earlier tickets: open similar ones of the last weeks, and the latest."""

    similar: list[Ticket] = field(default_factory=list)
    history: list[Ticket] = field(default_factory=list)

    @classmethod
    def of(cls, caller: Caller, person: Any) -> "Before":
        if caller.customer is None:
            return cls()
        mine = queries.visible_to(person).where(Ticket.customer_id == caller.customer.id).order_by(Ticket.id.desc())
        recent = Ticket.created_at > clock.now() - timedelta(days=options.value(SIMILAR_DAYS))
        similar = mine.where(Ticket.status.in_((*OPEN, Status.RESOLVED)), recent)
        return cls(list(db.session.scalars(similar.limit(5))), list(db.session.scalars(mine.limit(5))))


def caller(typed: str, customer_id: int | None = None) -> Caller:
    """Look a number up. With several customers the first (or the chosen) one is taken; the last served home comes first."""
    found = customers.by_phone(typed, 5) if len([c for c in typed if c.isdigit()]) >= 7 else []
    if not found:
        return Caller()
    customer = next((c for c in found if c.id == customer_id), found[0])
    sites = sorted((s for s in customer.sites if s.active), key=lambda s: (s.served_at is None, -(s.served_at or clock.now()).timestamp(), s.id))
    return Caller(found, customer, _dialled_from(customer, typed), sites)


def _dialled_from(customer: Customer, typed: str) -> CustomerPhone | None:
    digits = phones.dialled(typed)
    return next((p for p in customer.phones if p.digits == digits), customer.phones[0] if customer.phones else None)


def promise(category: Category | None, priority: Priority | None) -> dict[str, Any]:
    """The due moments and the priority that a ticket made now would get."""
    urgency = category.urgency if category else Urgency.SOON
    impact = category.impact if category else Impact.ROOM
    table = catalogue.priority_of(urgency, impact)
    due = clocks.preview(priority or table, (category.kind_code if category else None) or "repair", category.id if category else None)
    return {"response": due[ClockKind.FIRST_RESPONSE], "resolution": due[ClockKind.RESOLUTION], "table": table}
