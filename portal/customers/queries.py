from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, false, inspect, or_, select, union
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.models import Area
from portal.core import direct, limits, options
from portal.core import search as index
from portal.core.access import may
from portal.core.activity import Activity, Audience
from portal.core.db import db, is_writing
from portal.core.errors import NotFound, TooMany
from portal.core.kept import as_stored, attached
from portal.core.places import Places
from portal.core.planner import few
from portal.customers import phones
from portal.customers.models import Customer, CustomerPhone, ImportBatch, Site

SHORTEST_PREFIX, LONGEST = 3, 30  # digits typed, and more than any number has
MOST = 1001  # customers looked at for each way of finding them: enough to fill pages and to count 999+
_INITIALS = re.compile(r"[a-z]{2,20}", re.IGNORECASE)
_WITH_ALL = (selectinload(Customer.phones), selectinload(Customer.sites))


def visible_to(person: Any) -> Select:
    """Customers this person may see, merged ones left out."""
    query = select(Customer).options(*_WITH_ALL)
    return query.where(Customer.merged_into_id.is_(None) if may(person, "customers.see") else false())


def find_for(person: Any, id: int) -> Customer:
    """One customer with phones and homes; a merged one too (it points to the other). Raises NotFound."""
    found = db.session.get(Customer, id, options=_WITH_ALL) if may(person, "customers.see") else None
    if found is None:
        raise NotFound()
    return found


def site_of(customer: Customer, id: Any) -> Site:
    """One of the customer's own homes. Raises NotFound."""
    return _own(customer.sites, id)


def phone_of(customer: Customer, id: Any) -> CustomerPhone:
    """One of the customer's own numbers. Raises NotFound."""
    return _own(customer.phones, id)


def _own(rows: Sequence[Any], id: Any) -> Any:
    for row in rows:
        if str(row.id) == str(id):
            return row
    raise NotFound()


def by_phone(text: str, limit: int = 8) -> list[Customer]:
    """Customers with a number that is or begins with what was typed (3 digits or more) or ends in its four digits; exact ones first.

    Not counted: for a person's own searches use `search`.
    """
    asked = _by_number(text)
    if asked is None:
        return []
    ids = {row[0] for row in direct.stored(*asked)}  # looked up first: a planner that does not know how few they are walks through all customers
    if not ids:
        return []
    rows = _known(ids)[:limit] if len(ids) <= BRIEFS else _of_many(ids, limit)
    wanted = _beginnings(text)
    return sorted(rows, key=lambda c: not any(p.digits in wanted for p in c.phones))


def _of_many(ids: Collection[int], limit: int) -> list[Customer]:
    query = select(Customer).options(*_WITH_ALL).where(Customer.merged_into_id.is_(None), Customer.id.in_(ids))
    return list(db.session.scalars(query.order_by(Customer.changed_at.desc(), Customer.id.desc()).limit(limit)))


def _known(ids: Collection[int]) -> list[Customer]:
    """The same of a few, all of them: three kept statements asked together, a third of what loading them costs."""
    if any(isinstance(row, Customer) and row.id in ids for row in db.session):
        return _of_many(ids, len(ids))  # one of them is being worked on: what stands in the session counts
    places = _BRIEF.filled(list(ids))
    whole, phones_, sites = direct.together(*((_WHOLE[model], places) for model in (Customer, CustomerPhone, Site)))
    found = {row[0]: as_stored(Customer, _NAMES[Customer], row) for row in whole}
    for model, listed, rows in ((CustomerPhone, "phones", phones_), (Site, "sites", sites)):
        parts: dict[int, list[Any]] = {id: [] for id in found}
        for row in rows:
            part = as_stored(model, _NAMES[model], row)
            if part.customer_id in found:
                set_committed_value(part, "customer", found[part.customer_id])
                if model is Site:
                    set_committed_value(part, "area", attached(Area, part.area_id))
                parts[part.customer_id].append(part)
        for id, own in parts.items():
            set_committed_value(found[id], listed, own)
    db.session.add_all(found.values())
    return list(found.values())


def search(text: str, person: Any, limit: int = 8) -> list[Customer]:
    """What the person may see, found by phone, name, pinyin initials or address; newest first. Raises TooMany."""
    return list(db.session.scalars(found(text, person).order_by(Customer.changed_at.desc(), Customer.id.desc()).limit(limit)))


def ids_found(text: str, person: Any, most: int) -> list[int]:
    """The same as numbers, looked up once for whatever is done with them."""
    ids = found(text, person).with_only_columns(Customer.id).order_by(Customer.changed_at.desc(), Customer.id.desc())
    return list(db.session.scalars(ids.limit(few(most))))


@dataclass
class Brief:
    """A customer in a list of finds: the first numbers (E.164) and estates."""

    id: int
    name: str
    phones: list[str] = field(default_factory=list)
    estates: list[str] = field(default_factory=list)


def briefs(ids: Sequence[int]) -> list[Brief]:
    """These customers (BRIEFS at most), in this order; three statements and no records."""
    if not ids:
        return []
    places = _BRIEF.filled(ids)
    made = {row.id: Brief(row.id, row.name) for row in direct.rows(_BRIEF_NAMES, places)}
    for customer_id, e164 in direct.stored(_BRIEF_PHONES, places):
        made[customer_id].phones.append(e164)
    for customer_id, estate in direct.stored(_BRIEF_ESTATES, places):
        made[customer_id].estates.append(estate)
    return [made[id] for id in ids if id in made]


BRIEFS = 20
_BRIEF = Places(number=BRIEFS)
_BRIEF_NAMES = select(Customer.id, Customer.name).where(Customer.id.in_(_BRIEF))
_BRIEF_PHONES = (
    select(CustomerPhone.customer_id, CustomerPhone.e164).where(CustomerPhone.customer_id.in_(_BRIEF)).order_by(CustomerPhone.position, CustomerPhone.id)
)
_BRIEF_ESTATES = select(Site.customer_id, Site.estate).where(Site.customer_id.in_(_BRIEF)).order_by(Site.id)


_NAMES = {model: tuple(a.key for a in inspect(model).column_attrs) for model in (Customer, CustomerPhone, Site)}
_COLUMNS = {model: [getattr(model, name) for name in names] for model, names in _NAMES.items()}
_WHOLE = {
    Customer: select(*_COLUMNS[Customer]).where(Customer.id.in_(_BRIEF), Customer.merged_into_id.is_(None)).order_by(Customer.changed_at.desc(), Customer.id.desc()),
    CustomerPhone: select(*_COLUMNS[CustomerPhone]).where(CustomerPhone.customer_id.in_(_BRIEF)).order_by(CustomerPhone.position),
    Site: select(*_COLUMNS[Site]).where(Site.customer_id.in_(_BRIEF)).order_by(Site.id),
}


def found(text: str, person: Any) -> Select:
    """The same as a select, for lists; no more than MOST in each way. Counts a search by phone against PHONE_SEARCHES. Raises TooMany."""
    asked = _by_number(text)
    if asked is not None:
        _count_phone_search(person)
    by_number = asked and asked[0].params(asked[1])
    ways = [way.subquery() for way in (by_number, _by_initials(text), index.matches("customer", text, MOST)) if way is not None]
    return visible_to(person).where(Customer.id.in_(union(*(select(way) for way in ways))) if ways else false())


def _count_phone_search(person: Any) -> None:
    if limits.count("phone_search", str(person.id), timedelta(minutes=10)) >= current_app.config["PHONE_SEARCHES"]:
        raise TooMany(_("Too many searches by number. Wait ten minutes, or search by name or address."))
    limits.hit("phone_search", str(person.id), within_request=is_writing())


def is_phone_search(text: str) -> bool:
    return len(phones.dialled(text)) >= SHORTEST_PREFIX


def _by_number(text: str) -> tuple[Select, dict[str, str]] | None:
    """Statement and values: ids of customers with such a number."""
    if not is_phone_search(text):
        return None
    digits, beginnings = phones.dialled(text), sorted(_beginnings(text))
    values = {name: value for n, one in enumerate(beginnings) for name, value in ((f"from_{n}", one), (f"to_{n}", one.ljust(LONGEST, "9")))}
    return _numbered(len(beginnings), len(digits) == 4), values | ({"last": digits} if len(digits) == 4 else {})


@cache
def _numbered(beginnings: int, by_last: bool) -> Select:
    """A range instead of LIKE: both databases answer it from the plain index."""
    own = CustomerPhone.digits
    ways = [own.between(bindparam(f"from_{n}"), bindparam(f"to_{n}")) for n in range(beginnings)]
    ways += [CustomerPhone.last4 == bindparam("last")] if by_last else []
    return select(CustomerPhone.customer_id).where(or_(*ways)).limit(few(MOST))


def _beginnings(text: str) -> set[str]:
    """As typed, and with the company's area code when it may be a number of the same town."""
    digits, code = phones.dialled(text), options.value("customers.area_code")
    return {digits, code + digits} if code and digits[:1] in tuple("2345678") and len(digits) <= 8 else {digits}


def _by_initials(text: str) -> Any:
    typed = text.strip().lower()
    if not _INITIALS.fullmatch(typed):
        return None
    begins = (Customer.initials >= typed) & (Customer.initials < typed[:-1] + chr(ord(typed[-1]) + 1))
    return select(Customer.id).where(begins).limit(few(MOST))


def current_for(person: Any, id: int) -> Customer:
    """One that is not merged away. Raises NotFound."""
    customer = find_for(person, id)
    if customer.merged_into_id:
        raise NotFound()
    return customer


def history(customer: Customer, limit: int = 20) -> list[Activity]:
    """What was done with the customer's file and those merged into it, newest first; looking at it is not told here."""
    files = select(Customer.id).where(or_(Customer.id == customer.id, Customer.merged_into_id == customer.id))
    query = select(Activity).where(
        Activity.subject_type == "customer", Activity.subject_id.in_(files), Activity.audience != Audience.AUDIT
    )
    return list(db.session.scalars(query.order_by(Activity.id.desc()).limit(limit)))


def by_number(e164: str) -> list[Customer]:
    """Everyone with exactly this number."""
    numbers = select(CustomerPhone.customer_id).where(CustomerPhone.e164 == e164)
    return list(db.session.scalars(select(Customer).where(Customer.merged_into_id.is_(None), Customer.id.in_(numbers)).limit(3)))


def sites_of(customer_ids: set[int]) -> Sequence[Site]:
    return db.session.scalars(select(Site).where(Site.customer_id.in_(customer_ids))).all()


def doubles_of(customer: Customer, limit: int = 8) -> list[Customer]:
    """Others with one of the same numbers, or of the same name."""
    numbers = [p.e164 for p in customer.phones]
    same_number = Customer.id.in_(select(CustomerPhone.customer_id).where(CustomerPhone.e164.in_(numbers)))
    query = select(Customer).options(*_WITH_ALL).where(
        Customer.id != customer.id, Customer.merged_into_id.is_(None), or_(same_number, Customer.name == customer.name)
    )
    return list(db.session.scalars(query.order_by(Customer.id).limit(limit)))


def areas() -> Sequence[Area]:
    return db.session.scalars(select(Area).where(Area.active).order_by(Area.position, Area.id)).all()


def area_id_for(region_code: str, estate: str) -> int | None:
    """The area of another home of the same estate, else the one that names the district; None when nobody serves it."""
    if estate:
        same = select(Site.area_id).where(Site.estate == estate, Site.region_code == region_code, Site.area_id.is_not(None))
        known = db.session.execute(same.order_by(Site.id.desc()).limit(1)).scalar()
        if known is not None:
            return known
    wanted = region_code and [a for a in areas() if region_code in re.split(r"[\s,，;]+", a.regions)]
    return wanted[0].id if wanted else None


def batch_for(person: Any, id: int, lock: bool = False) -> ImportBatch:
    """An import of one's own. Raises NotFound."""
    batch = db.session.get(ImportBatch, id, with_for_update=lock or None, populate_existing=lock)
    if batch is None or batch.person_id != person.id:
        raise NotFound()
    return batch
