"""Who should have a ticket: everybody at the desk who is here and may see it, scored, with the reasons in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.core import clock
from portal.core.access import Role
from portal.core.activity import Activity
from portal.core.db import db
from portal.desk import queries
from portal.tickets.models import OPEN, Ticket

LATELY = timedelta(days=90)
RECENT = 500  # solved tickets of the problem that are looked at, the newest
TEAM, KNOWS_CUSTOMER, KNOWS_PROBLEM, LOAD, TURN = 30, 20, 15, 2, 4


@dataclass(frozen=True)
class Choice:
    person: Person
    score: float
    reasons: tuple[str, ...]


def for_ticket(ticket: Ticket) -> list[Choice]:
    """The best first; empty when nobody is eligible. A handful of queries whatever the number of people."""
    people = {p.id: p for p in accounts.people_with(Role.AGENT) if p.id != ticket.owner_id}
    for person_id in queries.absent(set(people)):
        people.pop(person_id)
    facts = _Facts(ticket, set(people))
    return sorted((_choice(p, ticket, facts) for p in people.values()), key=lambda c: (-c.score, c.person.name))


class _Facts:
    """Counts by person: open tickets, tickets given today, of this customer, solved of this problem."""

    def __init__(self, ticket: Ticket, ids: set[int]):
        self.load = _count(ids, Ticket.status.in_(OPEN))
        self.customer = _count(ids, Ticket.customer_id == ticket.customer_id, Ticket.id != ticket.id)
        self.problem = _solved(ticket.category_id) if ticket.category_id else Counter()
        self.today = _given_today(ids)
        self.share = sum(self.today.values()) / len(ids) if ids else 0


def _count(ids: set[int], *conditions: Any) -> Counter:
    query = select(Ticket.owner_id, func.count()).where(Ticket.owner_id.in_(ids), *conditions).group_by(Ticket.owner_id)
    return Counter(dict(db.session.execute(query).all()))


def _solved(category_id: int) -> Counter:
    """Who has the tickets of this problem that were solved last."""
    recent = select(Ticket.owner_id).where(Ticket.category_id == category_id, Ticket.resolved_at > clock.now() - LATELY)
    return Counter(db.session.scalars(recent.order_by(Ticket.resolved_at.desc()).limit(RECENT)))


def _given_today(ids: set[int]) -> Counter:
    """Tickets that came to each person today: what the turns are counted by."""
    since, _end = clock.day_bounds(clock.today())
    rows = db.session.scalars(select(Activity.data).where(Activity.verb == "ticket.assigned", Activity.at >= since).limit(5000))
    return Counter(i for data in rows if (i := (data or {}).get("after")) in ids)


def _choice(person: Person, ticket: Ticket, facts: _Facts) -> Choice:
    load, behind = facts.load[person.id], facts.share - facts.today[person.id]
    reasons, score = [], -LOAD * load + TURN * behind
    if ticket.team_id and ticket.team_id in person.team_ids:
        reasons, score = [*reasons, _("of the team %(team)s", team=ticket.team.word)], score + TEAM
    if facts.customer[person.id]:
        reasons, score = [*reasons, _("knows the customer (%(count)s tickets)", count=facts.customer[person.id])], score + KNOWS_CUSTOMER
    if facts.problem[person.id]:
        reasons, score = [*reasons, _("solved %(count)s of this kind lately", count=facts.problem[person.id])], score + min(facts.problem[person.id], 5) / 5 * KNOWS_PROBLEM
    reasons.append(_("%(count)s open tickets", count=load))
    if behind > 0.5:
        reasons.append(_("has had fewer than the others today"))
    return Choice(person, round(score, 1), tuple(reasons))
