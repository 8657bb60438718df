"""What earlier tickets of the same words say about this one: its problem and the solution that helped, with the tickets as evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portal.catalogue.models import Category
from portal.core import search
from portal.core.activity import Activity
from portal.core.db import db
from portal.core.planner import aside
from portal.core.search import SearchEntry
from portal.tickets import queries
from portal.tickets.models import Status, Ticket

TRIED, NEAREST, LEAST, PAIRS = 150, 12, 0.25, 12
WORTH = 0.15  # what fewer of the tickets say is not worth reading
CORRECTED = 2.0  # an agent has put the category right: that ticket counts double
SOLVED = (Status.RESOLVED, Status.CLOSED)


@dataclass
class Hint:
    """A value with how sure it is (0–1) and the tickets that say so: (id, number, title, likeness)."""

    value: Any
    share: float
    evidence: list[tuple] = field(default_factory=list)


@dataclass
class Hints:
    category: Hint | None
    solutions: list[Hint]


def hints(ticket: Ticket, person: Any) -> Hints:
    near = _nearest(ticket, person)
    corrected = _corrected([row.id for row, _likeness in near])
    by_category: dict[int, list] = defaultdict(list)
    for row, likeness in near:
        if row.category_id:
            by_category[row.category_id].append((row, likeness * (CORRECTED if row.id in corrected else 1)))
    return Hints(_category(by_category), _solutions(near))


def _words(ticket: Ticket) -> list[str]:
    """Pairs and words of what the customer said; single characters tell nothing."""
    return [t for t in search.tokens(f"{ticket.title}\n{ticket.description or ''}") if len(t) > 1 and not t.isdigit()][:PAIRS * 4]


def _nearest(ticket: Ticket, person: Any) -> list[tuple]:
    """(ticket row, likeness) of solved tickets that share most words, the likest first."""
    words = _words(ticket)
    if not words:
        return []
    query = select(Ticket.id, Ticket.number, Ticket.title, Ticket.category_id, Ticket.solution, SearchEntry.tokens).join(
        SearchEntry, SearchEntry.record_id == Ticket.id
    ).where(
        SearchEntry.id.in_(search.with_any("ticket", words[:PAIRS], TRIED)), aside(SearchEntry.kind) == "ticket", Ticket.id != ticket.id, Ticket.status.in_(SOLVED), queries.scope(person),
    )
    wanted = set(words)
    scored = [(row, len(wanted & set(row.tokens)) / len(wanted)) for row in db.session.execute(query)]
    return sorted((s for s in scored if s[1] >= LEAST), key=lambda s: (-s[1], -s[0].id))[:NEAREST]


def _corrected(ids: list[int]) -> set[int]:
    """Tickets whose category a person has changed."""
    query = select(Activity.ticket_id).where(Activity.ticket_id.in_(ids), Activity.verb == "ticket.classified", Activity.actor_kind == "person")
    return set(db.session.scalars(query.group_by(Activity.ticket_id).having(func.count() > 0)))


def _category(votes: dict[int, list]) -> Hint | None:
    if not votes:
        return None
    weights = {i: sum(w for _row, w in rows) for i, rows in votes.items()}
    best = max(weights, key=lambda i: weights[i])
    return Hint(db.session.get(Category, best), weights[best] / sum(weights.values()), _shown(votes[best]))


def _solutions(near: list[tuple]) -> list[Hint]:
    groups: dict[str, list] = defaultdict(list)
    for row, likeness in near:
        if row.solution:
            groups[row.solution.strip()].append((row, likeness))
    weights = Counter({words: sum(w for _row, w in rows) for words, rows in groups.items()})
    total = sum(weights.values())
    return [Hint(words, weight / total, _shown(groups[words])) for words, weight in weights.most_common(2) if weight >= total * WORTH]


def _shown(rows: list[tuple]) -> list[tuple]:
    return [(row.id, row.number, row.title, min(weight, 1.0)) for row, weight in rows[:3]]
