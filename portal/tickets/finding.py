"""Search: number, phone, name and initials, address, words of the conversation; only what the person may see, counts too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Sequence

from markupsafe import Markup, escape
from sqlalchemy import and_, false, select, union

from portal.core import search as index
from portal.core.activity import Activity
from portal.core.db import db
from portal.core.paging import capped_count
from portal.core.planner import few
from portal.customers import queries as customers
from portal.customers.queries import Brief
from portal.tickets import asking, instead, queries, queue_rows
from portal.tickets.models import Ticket

LONGEST, SHOWN, CUSTOMERS_TRIED, CAP = 100, 20, 200, 999
AROUND = 24  # characters shown on each side of a hit


@dataclass
class Found:
    tickets: list[Any]
    ticket_count: int
    customers: list[Brief]
    customer_count: int
    excerpts: dict[int, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    instead: list[str] = field(default_factory=list)


def search(typed: str, person: Any) -> Found:
    """Words and conditions (see `asking`). With conditions only tickets are looked for. Raises TooMany after too many searches by number."""
    asked = asking.read(typed, person)
    words = asked.words
    if asked.conditions or asked.wrong:
        return _helped(_narrowed(asked, person), words, person)
    people = customers.ids_found(words, person, CAP + 1)
    newest = _newest(words, people[:CUSTOMERS_TRIED], person)
    rows = queue_rows.newest_of(Ticket.id.in_(newest[:SHOWN]), person, SHOWN) if newest else []
    excerpts = _excerpts(words, [r.id for r in rows])
    return _helped(Found(rows, len(newest), customers.briefs(people[:SHOWN]), len(people), excerpts), words, person)


def _helped(found: Found, words: str, person: Any) -> Found:
    if words and not found.wrong and not found.ticket_count and not found.customer_count:
        found.instead = instead.instead_of(words, person)
    return found


def _narrowed(asked: asking.Asked, person: Any) -> Found:
    """Tickets that meet every condition, and the words if there are any; none while a condition is not understood."""
    conditions = list(asked.conditions)
    if asked.words:
        conditions.append(_ticket_condition(asked.words, customers.ids_found(asked.words, person, CUSTOMERS_TRIED)))
    wanted = and_(*conditions) if conditions and not asked.wrong else false()
    rows = queue_rows.newest_of(wanted, person, SHOWN)
    count = capped_count(select(Ticket.id).where(queries.scope(person), wanted))
    return Found(rows, count, [], 0, _excerpts(asked.words, [r.id for r in rows]), asked.wrong)


def _newest(words: str, people: Sequence[int], person: Any) -> list[int]:
    """Ids of the tickets found, the newest first, CAP + 1 at most: looked up once, for the page and for the count. For a word of many
    tickets the newest entries are enough: they fill the page, and the count says no more than 999+. Who sees only some of them looks at
    more, and at all of them when that has not been enough."""
    for most in (CAP + 1,) if queries.sees_all(person) else (5 * CAP, None):
        found = select(Ticket.id).where(queries.scope(person), _ticket_condition(words, people, most))
        ids = list(db.session.scalars(found.order_by(Ticket.id.desc()).limit(few(CAP + 1))))
        if len(ids) > CAP:
            break
    return ids


def _ticket_condition(words: str, people: Sequence[int], most: int | None = None) -> Any:
    """By number, by what is written on it, by whose it is (ids of customers); each part from its own index."""
    ways = [select(Ticket.id).where(Ticket.number == words.upper())]
    written = index.matches("ticket", words, most)
    if written is not None:
        ways.append(written)
    if people:
        ways.append(select(Ticket.id).where(Ticket.customer_id.in_(people)))
    return Ticket.id.in_(select(union(*ways).subquery().c[0]))


def _excerpts(words: str, ids: list[int]) -> dict[int, str]:
    """Ticket → the words around a hit in its conversation."""
    pattern = _pattern(words)
    if pattern is None or not ids:
        return {}
    told = select(Ticket.id, Ticket.description).where(Ticket.id.in_(ids))
    said = select(Activity.ticket_id, Activity.body).where(Activity.ticket_id.in_(ids), Activity.body.is_not(None)).limit(400)
    made: dict[int, str] = {}
    for ticket_id, text in [*db.session.execute(told), *db.session.execute(said)]:
        hit = pattern.search(text or "")
        if hit and ticket_id not in made:
            made[ticket_id] = _cut(text, hit.start(), hit.end())
    return made


def _cut(text: str, start: int, end: int) -> str:
    before, after = max(0, start - AROUND), min(len(text), end + AROUND)
    return ("…" if before else "") + " ".join(text[before:after].split()) + ("…" if after < len(text) else "")


def marker(words: str) -> Callable[[str], Markup]:
    """A function that escapes a text and marks what was looked for in it."""
    pattern = _pattern(words)

    def mark(text: Any) -> Markup:
        if pattern is None:
            return escape(text)
        made, last, text = [], 0, str(text)
        for hit in pattern.finditer(text):
            made += [escape(text[last : hit.start()]), Markup("<mark>"), escape(hit[0]), Markup("</mark>")]
            last = hit.end()
        return Markup("").join([*made, escape(text[last:])])

    return mark


def _pattern(words: str) -> re.Pattern | None:
    """What was typed as a whole, its words, then its pairs: the longest first."""
    runs = words.split()
    pieces = sorted({words, *runs, *index.asked(words)}, key=len, reverse=True)
    return re.compile("|".join(re.escape(p) for p in pieces if p), re.IGNORECASE) if words else None
