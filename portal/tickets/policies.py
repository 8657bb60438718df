"""Changing the rules of time limits (时限规则). Recorded before and after; open tickets follow at once."""

from __future__ import annotations

from typing import Any

from portal.core.access import require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.tickets import promises, rules
from portal.tickets.models import ClockPolicy
from portal.tickets.promises import CONDITIONS

FIELDS = ("clock", *CONDITIONS, "minutes", "hours", "active")


def add(*, by: Any, **values: Any) -> ClockPolicy:
    """A new rule stands first: a special one before the general ones."""
    require(by, rules.POLICIES)
    rule = ClockPolicy(position=-1, **values)
    db.session.add(rule)
    db.session.flush()
    renumber(promises.all_policies())
    _record("policy.added", rule, by, after=_facts(rule))
    return rule


def change(rule: ClockPolicy, *, by: Any, **values: Any) -> None:
    """The same values again change nothing."""
    require(by, rules.POLICIES)
    before = _facts(rule)
    for name, value in values.items():
        setattr(rule, name, value)
    db.session.flush()
    after = _facts(rule)
    changed = [name for name in FIELDS if before[name] != after[name]]
    if changed:
        _record("policy.changed", rule, by, before={n: before[n] for n in changed}, after={n: after[n] for n in changed})


def move(rule: ClockPolicy, down: bool, *, by: Any) -> None:
    """Change places with the neighbour of the same clock; at the end nothing happens."""
    require(by, rules.POLICIES)
    rows = moved(promises.all_policies(), rule, down)
    if rows is None:
        return
    renumber(rows)
    _record("policy.moved", rule, by, name=rule.clock.value, down=down)


def moved(rows: list[Any], rule: Any, down: bool) -> list[Any] | None:
    """The rules in the order that a move would give; None when there is no neighbour."""
    same = [r for r in rows if r.clock is rule.clock]
    here = same.index(rule)
    there = here + 1 if down else here - 1
    if not 0 <= there < len(same):
        return None
    made = list(rows)
    a, b = made.index(rule), made.index(same[there])
    made[a], made[b] = made[b], made[a]
    return made


def renumber(rows: list[ClockPolicy]) -> None:
    for position, row in enumerate(rows):
        if row.position != position:
            row.position = position
    db.session.flush()


def hidden_by(rows: list[Any], rule: Any) -> Any:
    """The earlier rule that takes every ticket this one could have; such a rule is never reached."""
    for earlier in rows:
        if earlier is rule or not rule.active:
            return None
        if earlier.clock is rule.clock and earlier.active and all(getattr(earlier, c) in (promises.ANY, getattr(rule, c)) for c in CONDITIONS):
            return earlier
    return None


def _facts(rule: ClockPolicy) -> dict[str, Any]:
    return {name: getattr(getattr(rule, name), "value", getattr(rule, name)) for name in FIELDS}


def _record(verb: str, rule: ClockPolicy, by: Any, **data: Any) -> None:
    record(verb, rule, by=by, audience=Audience.AUDIT, **data)
