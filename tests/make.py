"""Records with honest defaults, made through the actions. `make.customer()`, `make.site(customer)`."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from portal.core import clock
from portal.core.access import SYSTEM
from portal.customers import actions as customers
from portal.customers import phones
from portal.customers.models import Customer, Site
from portal.tickets import actions as tickets
from portal.tickets.models import Channel, Ticket
from portal.visits import actions as visits
from portal.visits.models import Visit
from tests import shipped

_numbers = count(1)
PUDONG = "310115"


def catalogue() -> None:
    """The catalogue as shipped."""
    shipped.load()


def customer(name: str = "王建国", phone: str | None = None, *, by: Any = SYSTEM, site: dict | None = None, **values: Any) -> Customer:
    """A customer with one number and one home in Pudong. `site={}`: without a home; `phone=""`: without a number."""
    raw = f"1380013{next(_numbers) % 10000:04d}" if phone is None else phone
    home = {"region_code": PUDONG, "estate": "锦绣里", "detail": "3 幢 601"} if site is None else site
    return customers.create(name, [phones.parse(raw)] if raw else [], home or None, by=by, **values)


def site(customer: Customer, *, by: Any = SYSTEM, **values: Any) -> Site:
    """Another home of the customer."""
    return customers.add_site(customer, by=by, **{"region_code": PUDONG, "estate": "和平坊", "detail": "12 号 204", **values})


def ticket(customer_: Customer | None = None, words: str = "空调漏水，地板已泡", *, by: Any = SYSTEM, service: Any = None, **values: Any) -> Ticket:
    """A repair taken in by phone at the customer's first home, with the catalogue as shipped."""
    catalogue()
    who = customer_ or customer()
    values.setdefault("site", next(iter(who.sites), None))
    values.setdefault("phone", next(iter(who.phones), None))
    made = tickets.open_ticket(who, words, by=by, **{"channel": Channel.PHONE, "kind_code": "repair", **values})
    made.service = service or made.service
    return made


def visit(ticket_: Ticket, technician: Any, starts_at: datetime | None = None, *, by: Any = SYSTEM, hours: float = 1.5, **values: Any) -> Visit:
    """A visit in an hour from now, planned at the desk."""
    start = starts_at or clock.now() + timedelta(hours=1)
    return visits.plan(ticket_, technician, start, start + timedelta(hours=hours), by=by, **values)
