"""What is done with customers, their phones and homes. Rows of the log hold shortened personal data only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import update

from portal.core import activity, clock, limits, search
from portal.core.access import require
from portal.core.activity import Audience
from portal.core.db import db
from portal.core.errors import Refused, TooMany
from portal.customers import masking, phones, queries, regions
from portal.customers.models import Customer, CustomerClass, CustomerPhone, Site
from portal.customers.phones import Phone

Mover = Callable[[Customer, Customer, Any], None]
movers: list[Mover] = []
"""Later slices append `move(from_, into, by)` for what they hang on a customer (tickets …); run when doubles are merged."""

MOST_PHONES, MOST_SITES = 20, 200
_HIDDEN = {"name": masking.name, "email": masking.email, "detail": masking.detail, "salutation": masking.name}


def create(
    name: str, phones: Iterable[Phone] = (), site: dict | None = None, *, by: Any, salutation: str = "", email: str | None = None,
    class_: CustomerClass = CustomerClass.NORMAL, note: str = "", preference: str = "",
) -> Customer:
    """A new customer with its phones and first home (`site`: values of Site's columns; the area is guessed when not given)."""
    require(by, "customers.enter")
    customer = Customer(
        name=name, initials=search.initials(name)[:40], salutation=salutation, email=email or None, class_=class_, note=note,
        preference=preference, created_at=clock.now(), changed_at=clock.now(), phones=[], sites=[],
    )
    db.session.add(customer)
    home = _new_site(customer, site) if site else None
    for phone in phones:
        _new_phone(customer, phone, "", home)
    activity.record("customer.created", customer, by=by)
    _index(customer)
    return customer


def edit(customer: Customer, *, by: Any, **values: Any) -> Customer:
    """Change own columns: name, salutation, email, class_, note, preference."""
    require(by, "customers.edit", customer)
    changes = _change(customer, values)
    if "name" in changes:
        customer.initials = search.initials(customer.name)[:40]
    if changes:
        activity.record("customer.changed", customer, by=by, changes=changes)
        _index(customer)
    return customer


def add_phone(customer: Customer, phone: Phone, *, by: Any, caller: str = "", site: Site | None = None) -> CustomerPhone:
    """Another number, of the customer or of a caller of one home; the same number twice is one row."""
    require(by, "customers.enter")
    known = next((p for p in customer.phones if (p.e164, p.extension) == (phone.e164, phone.extension)), None)
    if known is not None:
        return known
    row = _new_phone(customer, phone, caller, site)
    activity.record("customer.phone_added", customer, by=by, phone=phones.masked(phone.e164), caller=masking.name(caller))
    return row


def edit_phone(row: CustomerPhone, *, by: Any, phone: Phone | None = None, caller: str = "", site: Site | None = None) -> CustomerPhone:
    """Who answers at this number and for which home; `phone` replaces the number."""
    require(by, "customers.edit", row.customer)
    before = phones.masked(row.e164)
    if phone is not None:
        _refuse_known(row, phone)
        row.raw, row.e164, row.extension, row.digits, row.last4 = phone.raw, phone.e164, phone.extension, phone.digits, phone.last4
    row.caller, row.site_id = caller, site.id if site else None
    activity.record("customer.phone_changed", row.customer, by=by, before=before, after=phones.masked(row.e164))
    return row


def _refuse_known(row: CustomerPhone, phone: Phone) -> None:
    others = [p for p in row.customer.phones if p is not row]
    if any((p.e164, p.extension) == (phone.e164, phone.extension) for p in others):
        raise Refused(_("This customer already has this number."))


def prefer_phone(row: CustomerPhone, *, by: Any) -> None:
    """Put this number first: it is the one that is called and written to."""
    require(by, "customers.edit", row.customer)
    others = [p for p in row.customer.phones if p is not row]
    for position, phone in enumerate([row, *others]):
        phone.position = position
    activity.record("customer.phone_preferred", row.customer, by=by, phone=phones.masked(row.e164))


def remove_phone(row: CustomerPhone, *, by: Any) -> None:
    customer = row.customer
    require(by, "customers.edit", customer)
    customer.phones.remove(row)
    activity.record("customer.phone_removed", customer, by=by, phone=phones.masked(row.e164))


def add_site(customer: Customer, *, by: Any, **values: Any) -> Site:
    """Another home (columns of Site); the area is guessed from estate and region when not given."""
    require(by, "customers.enter")
    site = _new_site(customer, values)
    activity.record("site.added", customer, by=by, address=masking.address(site))
    _index(customer)
    return site


def edit_site(site: Site, *, by: Any, **values: Any) -> Site:
    require(by, "customers.edit", site.customer)
    moved = any(k in values and values[k] != getattr(site, k) for k in ("region_code", "estate"))
    if moved and values.get("area_id") in (None, site.area_id):
        values["area_id"] = queries.area_id_for(values.get("region_code", site.region_code), values.get("estate", site.estate))
    changes = _change(site, values)
    if changes:
        activity.record("site.changed", site.customer, by=by, site=site.id, changes=changes)
        _index(site.customer)
    return site


def set_site_active(site: Site, active: bool, *, by: Any) -> None:
    """A home that is given up stays in the history but is not offered any more."""
    require(by, "customers.edit", site.customer)
    site.active = active
    activity.record("site.kept" if active else "site.given_up", site.customer, by=by, site=site.id)
    _index(site.customer)


def reveal(customer: Customer, what: str, *, by: Any, ticket: Any = None) -> str:
    """The full value behind `name`, `email`, `phone:<id>` or `address:<id>`; counted, and kept in the audit log."""
    require(by, "customers.reveal", customer)
    value = _full(customer, what)
    if limits.count("reveal", str(by.id), timedelta(hours=1)) >= current_app.config["REVEALS"]:
        raise TooMany(_("That is more personal data than one person may reveal in an hour. Wait, or ask your supervisor."))
    limits.hit("reveal", str(by.id))
    activity.record("customer.revealed", customer, by=by, ticket=ticket, audience=Audience.AUDIT, what=what)
    return value


def _full(customer: Customer, what: str) -> str:
    if what in ("name", "email"):
        return getattr(customer, what) or ""
    kind, _colon, id_ = what.partition(":")
    if kind == "phone":
        phone = queries.phone_of(customer, id_)
        return phones.spaced(phone.e164) + (f" {_('ext.')} {phone.extension}" if phone.extension else "")
    if kind == "address":
        site = queries.site_of(customer, id_)
        return " ".join(p for p in (regions.name_of(site.region_code), site.estate, site.detail) if p)
    raise Refused(_("There is nothing of this name to reveal."))


def merge(customer: Customer, into: Customer, *, by: Any) -> Customer:
    """Put a doubled customer into another: phones, homes and history go along; the doubled one stays and points to it."""
    require(by, "customers.merge", customer)
    if customer.id == into.id or customer.merged_into_id or into.merged_into_id:
        raise Refused(_("These two cannot be merged: they are the same or one is merged already."))
    _move_phones(customer, into)
    for site in list(customer.sites):
        site.customer = into
    for move in movers:
        move(customer, into, by)
    db.session.execute(update(Customer).where(Customer.merged_into_id == customer.id).values(merged_into_id=into.id))
    customer.merged_into_id = into.id
    search.forget("customer", customer.id)
    activity.record("customer.merged", customer, by=by, into=into.id)
    activity.record("customer.merged_in", into, by=by, merged=customer.id, name=masking.name(customer.name))
    _index(into)
    return into


def _move_phones(customer: Customer, into: Customer) -> None:
    known = {(p.e164, p.extension) for p in into.phones}
    for phone in list(customer.phones):
        if (phone.e164, phone.extension) not in known:
            phone.customer, phone.position = into, len(into.phones)


def _new_phone(customer: Customer, phone: Phone, caller: str, site: Site | None) -> CustomerPhone:
    if len(customer.phones) >= MOST_PHONES:
        raise Refused(_("A customer has at most %(most)d numbers. Remove one first.", most=MOST_PHONES))
    row = CustomerPhone(
        raw=phone.raw, e164=phone.e164, extension=phone.extension, digits=phone.digits, last4=phone.last4,
        caller=caller, position=len(customer.phones),
    )
    customer.phones.append(row)
    db.session.flush()
    row.site_id = site.id if site else None
    return row


def _new_site(customer: Customer, values: dict) -> Site:
    if len(customer.sites) >= MOST_SITES:
        raise Refused(_("A customer has at most %(most)d homes.", most=MOST_SITES))
    values = dict(values)
    if values.get("area_id") is None:
        values["area_id"] = queries.area_id_for(values.get("region_code", ""), values.get("estate", ""))
    site = Site(active=True, **values)
    customer.sites.append(site)
    db.session.flush()
    return site


def _change(record: Any, values: dict[str, Any]) -> dict[str, list]:
    """Set what differs; {column: [before, after]} in plain and, where personal, shortened words."""
    changes = {}
    for column, new in values.items():
        old = getattr(record, column)
        if old != new:
            setattr(record, column, new)
            changes[column] = [_plain(column, old), _plain(column, new)]
    return changes


def _plain(column: str, value: Any) -> Any:
    if column in _HIDDEN and value:
        return _HIDDEN[column](value)
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _index(customer: Customer) -> None:
    homes = [f"{regions.name_of(s.region_code)} {s.estate} {s.detail}" for s in customer.sites if s.active]
    search.index("customer", customer.id, customer.name, customer.initials, customer.salutation, *homes)
