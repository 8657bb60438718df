"""Records with honest defaults, made through the actions. `make.customer()`, `make.site(customer)`."""

from __future__ import annotations

from itertools import count
from typing import Any

from portal.catalogue import seeds
from portal.core.access import SYSTEM
from portal.customers import actions as customers
from portal.customers import phones
from portal.customers.models import Customer, Site

_numbers = count(1)
PUDONG = "310115"


def catalogue() -> None:
    """The catalogue as shipped."""
    seeds.load()


def customer(name: str = "王建国", phone: str | None = None, *, by: Any = SYSTEM, site: dict | None = None, **values: Any) -> Customer:
    """A customer with one number and one home in Pudong. `site={}`: without a home; `phone=""`: without a number."""
    raw = f"1380013{next(_numbers) % 10000:04d}" if phone is None else phone
    home = {"region_code": PUDONG, "estate": "锦绣里", "detail": "3 幢 601"} if site is None else site
    return customers.create(name, [phones.parse(raw)] if raw else [], home or None, by=by, **values)


def site(customer: Customer, *, by: Any = SYSTEM, **values: Any) -> Site:
    """Another home of the customer."""
    return customers.add_site(customer, by=by, **{"region_code": PUDONG, "estate": "和平坊", "detail": "12 号 204", **values})
