"""The rows of the queue: explicit columns, never words of the conversation; the same number of queries for one row and for fifty."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Sequence

from sqlalchemy import Select, and_, bindparam, case, literal, select

from portal.accounts.models import Area, Person
from portal.catalogue.models import Category
from portal.core import clock
from portal.core.db import db
from portal.core.i18n import language
from portal.core.paging import Page, page_of
from portal.customers import phones
from portal.customers.models import Customer, CustomerPhone, Site
from portal.tickets import presence, queries, queue, reading, showing
from portal.tickets.models import ClockKind, ReadMark, Ticket, TicketClock
from portal.tickets.queue import Due, Sort, Wish


@dataclass
class Row:
    """What templates/tickets/_row.html draws. `changed`: since the list was loaded; `gone`: no longer in this list."""

    id: int
    number: str
    title: str
    priority: Any
    shape: str
    status: str
    category: str
    customer: str
    phone: str
    place: str
    owner_id: int | None
    owner: str
    unread: bool
    due: Due
    created_at: datetime
    changed: bool = False
    gone: bool = False
    others: list = field(default_factory=list)
    bars: list = field(default_factory=list)


_MATCHES = literal(1).label("matches")
COLUMNS = (
    Ticket.id, Ticket.number, Ticket.title, Ticket.priority, Ticket.status, Ticket.visit_state, Ticket.follow_up_state,
    Ticket.survey_state, Ticket.reopened, Ticket.next_due_at, Ticket.created_at, Ticket.changed_id, Ticket.owner_id, Ticket.contact_name,
    Person.name.label("owner"), Category.name.label("category"), Category.name_en.label("category_en"), Customer.name.label("customer"),
    Customer.salutation, CustomerPhone.e164, Area.name.label("area"), Area.name_en.label("area_en"), Site.estate, ReadMark.activity_id,
)


@lru_cache(maxsize=512)
def _select(person_id: int) -> Select:
    """The same statement for every page of a person: building it costs more than asking it."""
    return (
        select(*COLUMNS)
        .join(Customer, Customer.id == Ticket.customer_id)
        .outerjoin(Person, Person.id == Ticket.owner_id)
        .outerjoin(Category, Category.id == Ticket.category_id)
        .outerjoin(CustomerPhone, CustomerPhone.id == Ticket.phone_id)
        .outerjoin(Area, Area.id == Ticket.area_id)
        .outerjoin(Site, Site.id == Ticket.site_id)
        .outerjoin(ReadMark, and_(ReadMark.ticket_id == Ticket.id, ReadMark.person_id == person_id))
    )


def page_for(wish: Wish, person: Any) -> Page:
    """One page of the list, rows drawn; the position is the address's `at`."""
    if wish.sort is Sort.NEWEST:
        order, key = [(Ticket.created_at, True), (Ticket.id, True)], lambda r: (r.created_at, r.id)
    else:
        order, key = [(Ticket.next_due_at, False), (Ticket.id, False)], lambda r: (r.next_due_at, r.id)
    found = page_of(_select(person.id).add_columns(_MATCHES).where(queue.matching(wish, person)), order, key)
    return Page(drawn(found.rows, person), found.previous, found.next)


def rows_by_id(ids: Sequence[int], wish: Wish, person: Any, as_of: int) -> dict[int, Row]:
    """The rows shown, as they are now; those that the person may no longer see are missing."""
    if not ids:
        return {}
    matches = case((queue.matching(wish, person), 1), else_=0).label("matches")
    query = _select(person.id).add_columns(matches).where(Ticket.id.in_(ids), queries.scope(person))
    return {row.id: row for row in drawn(db.session.execute(query).all(), person, as_of)}


def newest_of(condition: Any, person: Any, limit: int) -> list[Row]:
    """The newest tickets that meet a condition and that the person may see."""
    query = _select(person.id).add_columns(_MATCHES).where(queries.scope(person), condition)
    return drawn(db.session.execute(query.order_by(Ticket.id.desc()).limit(limit)).all(), person)


def drawn(found: Sequence[Any], person: Any, as_of: int | None = None) -> list[Row]:
    """Columns to words; clocks and presence come with one query each."""
    ids, now, chinese = [r.id for r in found], clock.now(), language().startswith("zh")
    bars, others = _bars(ids, now), presence.others(ids, person)
    return [_row(r, person, now, chinese, as_of, bars.get(r.id, []), others.get(r.id, [])) for r in found]


def _row(r: Any, person: Any, now: datetime, chinese: bool, as_of: int | None, bars: list, others: list) -> Row:
    shape, word = showing.status_of(r.status, r.visit_state, r.follow_up_state, r.survey_state, r.reopened)
    area = (r.area if chinese else r.area_en or r.area) or ""
    return Row(
        r.id, r.number, r.title, r.priority, shape, word, (r.category if chinese else r.category_en or r.category) or "",
        r.salutation or r.contact_name or r.customer, phones.masked(r.e164), " ".join(p for p in (area, r.estate) if p),
        r.owner_id, r.owner or "", reading.is_unread(r.changed_id, r.activity_id, r.owner_id, person.id),
        queue.due_of(r.next_due_at, now), r.created_at, as_of is not None and r.changed_id > as_of, not r.matches, others, bars,
    )


def _bars(ids: Sequence[int], now: datetime) -> dict[int, list]:
    """Two clocks a ticket: the nearer of first response and result, then resolution."""
    if not ids:
        return {}
    clocks: dict[int, dict] = defaultdict(dict)
    for row in db.session.execute(_CLOCKS, {"ids": ids}):
        clocks[row.ticket_id][row.clock] = row
    return {ticket_id: [showing.clock_view(*row[1:], now=now) for row in _two(kinds)] for ticket_id, kinds in clocks.items()}


_c = TicketClock.__table__.c
_CLOCKS = select(_c.ticket_id, _c.clock, _c.target_seconds, _c.used_seconds, _c.since, _c.met_at, _c.breached_at).where(
    _c.ticket_id.in_(bindparam("ids", expanding=True))
)


def _two(kinds: dict) -> list:
    response, result, resolution = (kinds.get(k) for k in (ClockKind.FIRST_RESPONSE, ClockKind.RESULT, ClockKind.RESOLUTION))
    running_result = result is not None and result.met_at is None and (response is None or response.met_at is not None)
    return [c for c in (result if running_result else response, resolution) if c is not None]
