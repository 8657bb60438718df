"""The rows of the queue: explicit columns, never words of the conversation; the same number of queries for one row and for fifty."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Callable, Iterable, Iterator, Sequence

from sqlalchemy import Select, and_, bindparam, case, literal, select

from portal.accounts.models import NAMED, Area, Person
from portal.catalogue.models import Category
from portal.core import clock, direct, options
from portal.core.db import db, is_sqlite
from portal.core.direct import moment_of
from portal.core.i18n import language
from portal.core.kept import row_of
from portal.core.paging import Page, in_order, page_among, part, position_in
from portal.core.places import Places
from portal.core.planner import few
from portal.customers import masking, phones
from portal.customers.models import Customer, CustomerPhone, Site
from portal.tickets import presence, queries, queue, reading, showing
from portal.tickets.models import ClockKind, ReadMark, Ticket, TicketClock
from portal.tickets.options import RISK_SHARE
from portal.tickets.queries import Sight
from portal.tickets.queue import Due, Sort, Wish

_t, _c, _n, _s, _r = (model.__table__.c for model in (Ticket, Customer, CustomerPhone, Site, ReadMark))
SHOWN = (  # what the drawn row says of the ticket …
    _t.id, _t.number, _t.title, _t.priority, _t.status, _t.visit_state, _t.follow_up_state, _t.survey_state, _t.reopened, _t.owner_id,
    _t.category_id, _t.area_id, _t.contact_name, _c.name.label("customer_name"), _c.salutation, _n.e164, _s.estate,
)
ASIDE = (_t.next_due_at, _t.created_at, _t.changed_id, _r.activity_id)  # … and what only leads to it
_AT = {column.key: place for place, column in enumerate((*SHOWN, *ASIDE))}
_ID, _NUMBER, _OWNER, _DUE, _CHANGED, _READ = (_AT[name] for name in ("id", "number", "owner_id", "next_due_at", "changed_id", "activity_id"))
STEP = 5  # seconds within which a bar looks the same
_MET = 4  # place of the moment at which a clock was met, in the row of a bar
_MATCHES = literal(1).label("matches")
_PLACES = Places()  # of the ids of a page
_ORDERS = {Sort.NEWEST: ((_t.created_at, True), (_t.id, True)), Sort.DUE: ((_t.next_due_at, False), (_t.id, False))}


class Row:
    """What templates/tickets/_row.html draws. `changed`: since the list was loaded; `gone`: no longer in this list.

    Values as the driver gave them; types and words are made when they are read: a row that is drawn already (`queue_drawing`) needs none.
    """

    def __init__(self, stored: tuple, typed: Callable[[tuple], Any], person_id: int, due: Due, as_of: int | None, bars: tuple, others: tuple):
        self._stored, self._typed, self.due, self.bars, self.others = stored, typed, due, bars, others
        self.id, self.number, self.is_owned = stored[_ID], stored[_NUMBER], stored[_OWNER] is not None
        self.unread = reading.is_unread(stored[_CHANGED], stored[_READ], stored[_OWNER], person_id)
        self.changed = as_of is not None and stored[_CHANGED] > as_of
        self.gone = not stored[-1]

    @property
    def key(self) -> tuple:
        """Everything that is drawn of it, apart from the list it stands in."""
        return (*self._stored[:len(SHOWN)], self.unread, self.changed, self.gone, self.bars, self.others)

    @cached_property
    def found(self) -> Any:
        return self._typed(self._stored)

    def __getattr__(self, name: str) -> Any:  # title, priority, owner_id
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.found, name)

    @property
    def owner(self) -> str:
        return getattr(row_of(Person, self.found.owner_id, *NAMED), "name", "")

    @cached_property
    def _state(self) -> tuple[str, str]:
        f = self.found
        return showing.status_of(f.status, f.visit_state, f.follow_up_state, f.survey_state, f.reopened)

    @property
    def shape(self) -> str:
        return self._state[0]

    @property
    def status(self) -> str:
        return self._state[1]

    @property
    def category(self) -> str:
        return _word(Category, self.found.category_id)

    @property
    def customer(self) -> str:
        return masking.caller(self.found.contact_name, self.found.salutation, self.found.customer_name)

    @property
    def phone(self) -> str:
        return phones.masked(self.found.e164)

    @property
    def place(self) -> str:
        return " ".join(part for part in (_word(Area, self.found.area_id), self.found.estate) if part)


def _word(model: type, key: int | None) -> str:
    return getattr(row_of(model, key), "word", "")


def _select(seer_id: Any, found: Any = None) -> Select:
    """`found`: a subquery of the tickets' ids, the first table of the join. Names of seldom changed lists are not joined: they are kept."""
    ticket = Ticket.__table__
    return (
        select(*SHOWN, *ASIDE)
        .select_from(ticket if found is None else found.join(ticket, _t.id == found.c.id))
        .join(Customer.__table__, _c.id == _t.customer_id)
        .outerjoin(CustomerPhone.__table__, _n.id == _t.phone_id)
        .outerjoin(Site.__table__, _s.id == _t.site_id)
        .outerjoin(ReadMark.__table__, and_(_r.ticket_id == _t.id, _r.person_id == seer_id))
    )


@direct.written(512)
def _list(wish: Wish, seer: Sight, lite: bool, by_tag: bool, further: bool, backwards: bool) -> Select:
    """First which tickets, from an index alone, then what is shown of these fifty: what a list is sorted from is never joined."""
    order = _ORDERS[wish.sort]
    among = queue.parts_of(wish, seer)
    page = part(select(*(c for c, _ in order)).where(queue.matching(wish, seer, by_tag)), order, further, backwards, among=among, tied=wish.sort is Sort.DUE).subquery()
    return _select(seer.id, page).add_columns(_MATCHES).order_by(*in_order(order, backwards))


@direct.written(512)
def _some(wish: Wish, seer: Sight, later: bool) -> Select:
    """`later`: only those changed after an activity."""
    matches = case((queue.matching(wish, seer), 1), else_=0).label("matches")
    query = _select(seer.id).add_columns(matches).where(_t.id.in_(_PLACES), queries.scope(seer))
    return query.where(_t.changed_id > bindparam("since")) if later else query


def page_for(wish: Wish, person: Any) -> Page:
    """One page of the list, rows drawn; the position is the address's `at`. What the page asks besides is on its way then."""
    query, values, *where = listing(wish, person)
    order, typed = _ORDERS[wish.sort], direct.typed(query)
    found = page_among(direct.stored(query, values), lambda row: tuple(getattr(typed(row), column.name) for column, _ in order), *where)
    clocks = [asking([row[_ID] for row in found.rows])] if found.rows else []
    direct.ahead(*clocks, presence.asking(person), *queue.asking(wish, person))
    return Page(drawn(found.rows, person, typed), found.previous, found.next)


def listing(wish: Wish, person: Any) -> tuple[Any, dict[str, Any], bool, bool]:
    """Statement and values of the page that the address asks for; is it further on, does it go backwards?"""
    *where, at = position_in(_ORDERS[wish.sort])
    return _list(wish, queries.outlook(person), is_sqlite(), queue.is_by_tag(wish), *where), at | {"me": person.id}, *where


def rows_by_id(ids: Sequence[int], wish: Wish, person: Any, as_of: int, since: int | None = None, besides: Iterable[tuple] = ()) -> dict[int, Row]:
    """The rows shown, as they are now; those that the person may no longer see are missing. `since`: only those changed after this activity.
    `besides`: what is asked next (see `direct.ahead`), on its way while the rows are drawn."""
    query = _some(wish, queries.outlook(person), since is not None) if ids else None
    found = direct.stored(query, {**_PLACES.filled(ids), "since": since, "me": person.id}) if ids else []
    direct.ahead(*([asking([row[_ID] for row in found])] if found else []), *besides)
    if not found:
        return {}
    return {row.id: row for row in drawn(found, person, direct.typed(query), as_of)}


def newest_of(condition: Any, person: Any, limit: int) -> list[Row]:
    """The newest tickets that meet a condition and that the person may see."""
    found = select(_t.id).where(queries.scope(person), condition).order_by(_t.id.desc()).limit(few(limit)).subquery()
    return drawn(db.session.execute(_select(person.id, found).add_columns(_MATCHES).order_by(_t.id.desc())).all(), person, lambda row: row)


def drawn(found: Sequence[tuple], person: Any, typed: Callable[[tuple], Any], as_of: int | None = None) -> list[Row]:
    """Columns to rows; clocks and presence come with one query each."""
    now = clock.now()
    midnight, bars, others = queue.midnight(now), _bars([r[_ID] for r in found], now), presence.others_now(person)
    return [
        Row(r, typed, person.id, queue.due_of(moment_of(r[_DUE]), now, midnight), as_of, bars.get(r[_ID], ()), others.get(r[_ID], ()))
        for r in found
    ]


def present(rows: Iterable[Row]) -> Iterator[tuple[int, int, bool]]:
    """(ticket, colleague, writing) of whoever is at one of these."""
    return ((row.id, one.person_id, one.writing) for row in rows for one in row.others)


def _bars(ids: Sequence[int], now: datetime) -> dict[int, tuple]:
    """Two clocks a ticket: the nearer of first response and result, then resolution."""
    if not ids:
        return {}
    clocks: dict[int, list] = defaultdict(list)
    for row in direct.stored(*asking(ids)):
        clocks[row[0]].append(row[1:])
    step, risk, spoken = int(now.timestamp()) // STEP, options.value(RISK_SHARE), language()
    return {ticket_id: _drawn_bars(tuple(rows), step, risk, spoken) for ticket_id, rows in clocks.items()}


@lru_cache(maxsize=2048)
def _drawn_bars(rows: tuple[tuple, ...], step: int, risk: float, spoken: str) -> tuple:
    """Bars of one ticket's stored clocks: made once for all who look at them within these seconds."""
    now = datetime.fromtimestamp(step * STEP, UTC)
    kinds = {ClockKind(kind): (ClockKind(kind), target, used, *map(moment_of, moments)) for kind, target, used, *moments in rows}
    return tuple([showing.bar(*row, now, risk) for row in _two(kinds)])


def asking(ids: Sequence[int]) -> tuple[Any, dict[str, Any]]:
    """Statement and values: the clocks of these tickets."""
    return _CLOCKS, _PLACES.filled(ids)


_l = TicketClock.__table__.c
_CLOCKS = select(_l.ticket_id, _l.clock, _l.target_seconds, _l.used_seconds, _l.since, _l.met_at, _l.due_at, _l.risk_at).where(_l.ticket_id.in_(_PLACES))


def _two(kinds: dict) -> list:
    response, result, resolution = (kinds.get(k) for k in (ClockKind.FIRST_RESPONSE, ClockKind.RESULT, ClockKind.RESOLUTION))
    running_result = result is not None and result[_MET] is None and (response is None or response[_MET] is not None)
    return [c for c in (result if running_result else response, resolution) if c is not None]
