"""Measuring: one query a figure, whatever it is split by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select

from portal.core import clock, options
from portal.core.access import SYSTEM
from portal.core.db import db
from portal.figures.registry import Cases, Figure, Unit
from portal.figures.shipped import FIGURES
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket


@dataclass(frozen=True)
class Scope:
    """Which tickets and when: start (included) to end (excluded); only what `person` may see."""

    start: datetime
    end: datetime
    person: Any = SYSTEM
    team_id: int | None = None
    area_id: int | None = None
    stage_id: int | None = None
    service_id: int | None = None
    category_ids: tuple[int, ...] = ()

    def within(self, start: datetime, end: datetime) -> Scope:
        return replace(self, start=start, end=end)

    def conditions(self) -> list:
        wanted = (
            (Ticket.team_id, self.team_id), (Ticket.area_id, self.area_id), (Ticket.stage_id, self.stage_id),
            (Ticket.service_id, self.service_id),
        )
        found = [tickets.scope(self.person), *(column == value for column, value in wanted if value)]
        return [*found, Ticket.category_id.in_(self.category_ids)] if self.category_ids else found


@dataclass(frozen=True)
class Measured:
    """`value` is a share 0..1, a number per 100, minutes, or a count; None when there was no case."""

    value: float | None = None
    sample: int = 0
    hits: int = 0


NOTHING = Measured()


def measure(name: str, scope: Scope) -> Measured:
    return _groups(FIGURES[name], scope, []).get((), NOTHING)


def measure_periods(name: str, scope: Scope, edges: Sequence[datetime]) -> list[Measured]:
    """One value for each period between neighbouring edges, in one query; the scope's own times are not used."""
    found = _groups(FIGURES[name], scope.within(edges[0], edges[-1]), ["period"], edges)
    return [found.get((i,), NOTHING) for i in range(len(edges) - 1)]


def measure_by(name: str, scope: Scope, columns: Sequence[Any], edges: Sequence[datetime]) -> dict[tuple, list[Measured]]:
    """For each combination of values of these ticket columns one value a period, in one query."""
    found = _groups(FIGURES[name], scope.within(edges[0], edges[-1]), ["period", *columns], edges)
    keys = {key[1:] for key in found}
    return {key: [found.get((i, *key), NOTHING) for i in range(len(edges) - 1)] for key in keys}


def series(name: str, scope: Scope, weeks: int = 12) -> list[Measured]:
    """The last `weeks` weeks, Monday to Sunday, this one included."""
    return measure_periods(name, scope, week_edges(weeks))


def week_edges(weeks: int = 12, last: date | None = None) -> list[datetime]:
    day = last or clock.today()
    monday = day - timedelta(days=day.weekday())
    return [clock.day_bounds(monday + timedelta(weeks=i))[0] for i in range(1 - weeks, 2)]


def target_of(name: str) -> float | None:
    knob = FIGURES[name].target
    return options.value(knob) if knob else None


def reaches(name: str, value: float | None) -> bool | None:
    """Is the target met? None without a value or a target."""
    target = target_of(name)
    if value is None or target is None:
        return None
    return value >= target if FIGURES[name].better == "up" else value <= target


def rows_behind(name: str, scope: Scope) -> Select:
    """The cases one by one: (Ticket, moment, counts) where `counts` is 1 for a hit (or the seconds of a median)."""
    cases = FIGURES[name].cases()
    counts = cases.seconds if cases.seconds is not None else case((cases.hit, 1), else_=0)
    return _cases(select(Ticket, cases.moment.label("moment"), counts.label("counts")), cases, scope)


def _groups(figure: Figure, scope: Scope, keys: list, edges: Sequence[datetime] = ()) -> dict[tuple, Measured]:
    cases = figure.cases()
    columns = [(_period(cases.moment, edges) if isinstance(key, str) else key).label(f"key_{i}") for i, key in enumerate(keys)]
    query = _medians(columns, cases, scope) if figure.unit == Unit.MINUTES else _shares(columns, cases, scope)
    return {tuple(row[: len(keys)]): _measured(figure, *row[len(keys):]) for row in db.session.execute(query) if row[-1]}


def _period(moment: Any, edges: Sequence[datetime]) -> Any:
    return case(*((moment < edge, i) for i, edge in enumerate(edges[1:])), else_=len(edges))


def _cases(query: Select, cases: Cases, scope: Scope) -> Select:
    query = query.select_from(Ticket)
    for target, on in cases.joins:
        query = query.outerjoin(target, on)
    return query.where(cases.moment >= scope.start, cases.moment < scope.end, *cases.where, *scope.conditions())


def _shares(columns: list, cases: Cases, scope: Scope) -> Select:
    inner = _cases(select(*columns, case((cases.hit, 1), else_=0).label("hit")), cases, scope).subquery()
    keys = [inner.c[c.name] for c in columns]
    return select(*keys, func.sum(inner.c.hit), func.count()).select_from(inner).group_by(*keys)


def _medians(columns: list, cases: Cases, scope: Scope) -> Select:
    inner = _cases(select(*columns, cases.seconds.label("seconds")), cases, scope).subquery()
    keys = [inner.c[c.name] for c in columns]
    place = func.row_number().over(partition_by=keys or None, order_by=inner.c.seconds).label("place")
    total = func.count().over(partition_by=keys or None).label("total")
    ranked = select(*keys, inner.c.seconds, place, total).subquery()
    middle = ranked.c.place.in_(((ranked.c.total + 1) // 2, (ranked.c.total + 2) // 2))
    outer = [ranked.c[c.name] for c in columns]
    return select(*outer, func.avg(ranked.c.seconds), func.max(ranked.c.total)).where(middle).group_by(*outer)


def _measured(figure: Figure, first: Any, sample: int) -> Measured:
    if figure.unit == Unit.MINUTES:
        return Measured(float(first) / 60, sample)
    hits = int(first)
    value = {Unit.SHARE: hits / sample, Unit.HUNDRED: hits * 100 / sample, Unit.COUNT: hits}[figure.unit]
    return Measured(value, sample, hits)
