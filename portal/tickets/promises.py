"""What was promised: the first matching rule gives the limit and the hours that count."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Iterable, Iterator, Mapping, Sequence

from flask import g
from sqlalchemy import select

from portal.calendars import queries as calendars
from portal.calendars.working import ALWAYS, Working
from portal.catalogue.models import Category
from portal.core import direct
from portal.core.db import db
from portal.core.kept import kept
from portal.tickets.models import ClockKind, ClockPolicy, Ticket

ANY, ALWAYS_HOURS, TEAM_HOURS = "any", "always", "team"
DEFAULT_MINUTES = {ClockKind.FIRST_RESPONSE: 24 * 60, ClockKind.RESULT: 24 * 60, ClockKind.RESOLUTION: 3 * 24 * 60}
CONDITIONS = ("kind", "category", "priority", "customer_class", "team")


@dataclass(frozen=True)
class Promise:
    """A limit and the hours that count towards it; `rule`: id of the rule that says so (None: what the product ships)."""

    target: timedelta
    working: Working = ALWAYS
    rule: int | None = None


@dataclass(frozen=True)
class Facts:
    """What a rule looks at, as the texts its conditions hold."""

    kind: str
    category: str
    priority: str
    customer_class: str
    team: str

    def after(self, changed: Mapping[str, Any]) -> "Facts":
        """With what a "classified" row says; keys it does not know stay."""
        known = {"kind": changed.get("kind"), "category": changed.get("category_id"), "priority": changed.get("priority")}
        return replace(self, **{k: str(v) for k, v in known.items() if v is not None})


def facts_of(ticket: Ticket) -> Facts:
    return Facts(ticket.kind_code, str(ticket.category_id or 0), ticket.priority.value, ticket.customer.class_.value, str(ticket.team_id or ""))


def promise_of(facts: Facts, kind: ClockKind, rules: Iterable[ClockPolicy] | None = None) -> Promise:
    """What the first active rule whose every condition matches promises. "any" matches; a blank condition never does."""
    for row in in_force() if rules is None else rules:
        if row.clock is kind and row.active and matches(row, facts):
            return Promise(timedelta(minutes=row.minutes), hours_of(row.hours, facts.team), row.id)
    return Promise(timedelta(minutes=DEFAULT_MINUTES[kind]))


def promises_of(facts: Facts) -> dict[ClockKind, Promise]:
    return {kind: promise_of(facts, kind) for kind in ClockKind}


def matches(row: ClockPolicy, facts: Facts) -> bool:
    return all(_fits(name, getattr(row, name), getattr(facts, name)) for name in CONDITIONS)


def _fits(name: str, wanted: str, found: str) -> bool:
    if wanted == ANY:
        return True
    if name == "category" and wanted and wanted != found:
        return wanted == _parents().get(found)
    return bool(wanted) and wanted == found


@kept
def _parents() -> dict[str, str]:
    """Branch → root of the tree of problems: a rule for a root holds for its branches."""
    rows = db.session.execute(select(Category.id, Category.parent_id).where(Category.parent_id.is_not(None)))
    return {str(a): str(b) for a, b in rows}


def hours_of(hours: str, team: str) -> Working:
    """Round the clock, the team's hours, or those of one calendar (the team's when it is gone)."""
    if hours == ALWAYS_HOURS:
        return ALWAYS
    loaded = calendars.loaded()
    of_team = loaded.of_team(int(team) if team else None)
    return loaded.by_id.get(int(hours), of_team) if hours.isdigit() else of_team


def all_policies() -> list[ClockPolicy]:
    """The records in their order, to be changed."""
    return list(db.session.scalars(select(ClockPolicy).order_by(ClockPolicy.position, ClockPolicy.id)))


def in_force() -> Sequence[Any]:
    """The same as rows to read by; or those that are supposed."""
    return g.get("supposed_policies") or _stored()


@kept
def _stored() -> list[Any]:
    return direct.rows(_ROWS)


_p = ClockPolicy.__table__.c
_ROWS = select(*_p).order_by(_p.position, _p.id)


@contextmanager
def supposing(rules: list[Any]) -> Iterator[None]:
    """Inside, these rules hold: what would change, before it is saved."""
    g.supposed_policies = rules
    try:
        yield
    finally:
        g.pop("supposed_policies")
