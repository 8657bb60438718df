from __future__ import annotations

from functools import cache, partial
from itertools import islice
from typing import Any, Callable, NamedTuple

from sqlalchemy import Integer, Select, bindparam, false, inspect, or_, select, true
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.models import NAMED, Area, Person
from portal.catalogue.models import Category, Cause, Kind, Stage
from portal.core import direct
from portal.core.access import Role, may
from portal.core.activity import Activity
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.kept import as_stored, row_of
from portal.customers.models import Customer, CustomerPhone, Site
from portal.tickets import rules
from portal.tickets.models import OPEN, Ticket, TicketClock

_wideners: list[Callable[[Any], Any]] = []


def widen(condition_for: Callable[[Any], Any]) -> None:
    """A later slice adds who else may see which tickets: condition_for(person) -> SQL condition or None."""
    _wideners.append(condition_for)


ME = bindparam("me", type_=Integer)


class Sight(NamedTuple):
    """All of a person that `scope` and its wideners look at. Statements are kept by `outlook`: the person themselves stays the parameter `me`."""

    id: Any
    roles: frozenset
    company_wide: bool
    team_ids: frozenset
    led_team_ids: frozenset


def sight(person: Any) -> Sight:
    return Sight(person.id, person.roles, person.company_wide, person.team_ids, person.led_team_ids)


def outlook(person: Any) -> Sight:
    """The sight that this person shares with all who see by the same rules."""
    if sees_all(person):
        return Sight(ME, person.roles, person.company_wide, frozenset(), frozenset())
    return sight(person)._replace(id=ME)


def scope(person: Any) -> Any:
    """The SQL condition of what this person may see: the one rule that lists, counts, search, exports and files ask."""
    if person is None or not may(person, rules.VIEW):
        return false()
    if sees_all(person):
        return true()
    conditions = [c for c in (widener(person) for widener in _wideners) if c is not None]
    if Role.SUPERVISOR in person.roles:
        conditions += [Ticket.team_id.is_(None), Ticket.team_id.in_(person.led_team_ids), Ticket.owner_id == person.id]
    return or_(false(), *conditions)


def sees_all(person: Any) -> bool:
    """Agents, analysts and company-wide supervisors see the same: everything."""
    whole = {Role.AGENT, Role.ANALYST, Role.SYSTEM} & person.roles or (Role.SUPERVISOR in person.roles and person.company_wide)
    return bool(whole) and may(person, rules.VIEW)


def visible_to(person: Any) -> Select:
    return select(Ticket).where(scope(person))


def find_for(person: Any, ticket_id: int, lock: bool = False) -> Ticket:
    """The ticket if this person may see it. Raises NotFound. `lock`: hold its row until the commit (writing requests)."""
    return _one(visible_to(person).where(Ticket.id == ticket_id), lock)


def find_shown(person: Any, ticket_id: int) -> Ticket:
    """The same with all that its page shows, in two statements and outside of the session. Raises NotFound."""
    asked, clocks_asked = asking(person, ticket_id)
    found = direct.rows(*asked)
    if not found:
        raise NotFound()
    values = iter(found[0])
    ticket, *around = (as_stored(model, names, islice(values, len(names))) for model, names in _parts())
    for name, one in zip(_AROUND, around):
        set_committed_value(ticket, name, one if one.id else None)
    for name, key, row in _LISTED:
        set_committed_value(ticket, name, row(getattr(ticket, key)))
    set_committed_value(ticket, "clocks", [as_stored(TicketClock, _clocks()[0], row) for row in direct.rows(*clocks_asked)])
    return ticket


def asking(person: Any, ticket_id: int) -> tuple[tuple[Any, dict[str, Any]], ...]:
    """Statement and values of both."""
    return (_shown(outlook(person)), {"id": ticket_id, "me": person.id}), (_clocks()[1], {"id": ticket_id})


_AROUND = {
    "customer": (Customer, ("id", "name", "salutation", "class_")),
    "site": (Site, ("id", "estate", "detail", "access_notes", "reminder", "warranty_until")),
    "phone": (CustomerPhone, ("id", "e164")),
}


@cache
def _parts() -> tuple[tuple[type, tuple[str, ...]], ...]:
    """Model and columns of the ticket and of what its page shows around it."""
    return (Ticket, _columns(Ticket)), *_AROUND.values()


def _columns(model: type) -> tuple[str, ...]:
    return tuple(a.key for a in inspect(model).column_attrs)


@cache
def _clocks() -> tuple[tuple[str, ...], Select]:
    names = _columns(TicketClock)
    return names, select(*(getattr(TicketClock, name) for name in names)).where(TicketClock.ticket_id == bindparam("id"))


_LISTED = (  # what is not joined because it is kept
    *((name, f"{name}_id", partial(row_of, model)) for name, model in (("category", Category), ("stage", Stage), ("cause", Cause), ("area", Area))),
    ("kind", "kind_code", partial(row_of, Kind)),
    *((name, f"{name}_id", lambda key: row_of(Person, key, *NAMED)) for name in ("owner", "entered_by")),
)


@direct.written(512)
def _shown(seer: Sight) -> Select:
    columns = [getattr(model, name) for model, names in _parts() for name in names]
    query = select(*columns).join_from(Ticket, Customer, Ticket.customer_id == Customer.id)
    query = query.outerjoin(Site, Ticket.site_id == Site.id).outerjoin(CustomerPhone, Ticket.phone_id == CustomerPhone.id)
    return query.where(scope(seer), Ticket.id == bindparam("id"))


def find_by_number(person: Any, number: str) -> Ticket:
    """Raises NotFound."""
    return _one(visible_to(person).where(Ticket.number == number.strip().upper()), False)


def _one(query: Select, lock: bool) -> Ticket:
    if lock:  # for a deed: it looks at the clocks' rules, which look at the customer, and mostly tells them
        query = query.with_for_update(of=Ticket).options(joinedload(Ticket.customer), joinedload(Ticket.phone))
    found = db.session.execute(query).unique().scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def others_of_customer(person: Any, ticket: Ticket, limit: int = 20) -> list[Ticket]:
    """The customer's other open tickets: what this one may be merged into."""
    query = visible_to(person).where(Ticket.customer_id == ticket.customer_id, Ticket.id != ticket.id, Ticket.status.in_(OPEN))
    return list(db.session.scalars(query.order_by(Ticket.id.desc()).limit(limit)))


def last_changed_by(ticket: Ticket, verb: str) -> str:
    """Name of whoever took this step last; empty when nobody did."""
    query = select(Person.name).join(Activity, Activity.actor_id == Person.id)
    return db.session.scalars(query.where(Activity.ticket_id == ticket.id, Activity.verb == verb).order_by(Activity.id.desc()).limit(1)).first() or ""


def last_words_of(ticket: Ticket, person: Any) -> str:
    """What this person last wrote to the customer."""
    query = select(Activity.body).where(Activity.ticket_id == ticket.id, Activity.verb == "ticket.replied", Activity.actor_id == person.id)
    return db.session.scalars(query.order_by(Activity.id.desc()).limit(1)).first() or ""


RESULTS = ("visit.finished", "ticket.result_reported")


def result_words_of(ticket: Ticket) -> str:
    """What was done on site, in the words for the customer."""
    query = select(Activity.body).where(Activity.ticket_id == ticket.id, Activity.verb.in_(RESULTS))
    return db.session.scalars(query.order_by(Activity.id.desc()).limit(1)).first() or ""
