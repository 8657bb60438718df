"""What the dashboard shows. Every number comes from a figure, and links to the tickets behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.accounts.models import Area
from portal.catalogue import queries as catalogue
from portal.catalogue.models import Category, Stage
from portal.core import clock, paging
from portal.core.db import db
from portal.core.i18n import left
from portal.figures import queries as figures
from portal.figures import showing
from portal.figures.queries import Scope
from portal.figures.shipped import FIGURES
from portal.reports.periods import Period
from portal.tickets import queries as tickets
from portal.tickets import queue
from portal.tickets.models import OPEN, Ticket

CARDS = ("satisfaction", "resolution", "response_24h", "first_response")
RISKS = 6
SOON = timedelta(hours=2)


@dataclass
class View:
    """Who looks at which part of the company: period, area, category, stage."""

    person: Any
    period: Period
    area: Area | None = None
    root: Category | None = None
    stage: Stage | None = None
    areas: list[Area] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    @classmethod
    def asked(cls, person: Any, period: Period, args: Mapping[str, str]) -> View:
        areas, categories, stages = accounts.areas(), catalogue.categories(inactive=True), list(catalogue.stages(inactive=True))
        pick = lambda rows, name: next((r for r in rows if str(r.id) == args.get(name)), None)  # noqa: E731 - three times the same
        return cls(person, period, pick(areas, "area"), pick(categories, "category"), pick(stages, "stage"), areas, categories, stages)

    @property
    def roots(self) -> list[Category]:
        return [c for c in self.categories if c.parent_id is None]

    @property
    def scope(self) -> Scope:
        ids = tuple(c.id for c in self.categories if self.root and self.root.id in (c.id, c.parent_id))
        _before, start, end = self.period.edges
        area_id, stage_id = self.area.id if self.area else None, self.stage.id if self.stage else None
        return Scope(start, end, self.person, area_id=area_id, stage_id=stage_id, category_ids=ids)

    def link(self, name: str, **more: Any) -> str:
        """The page of a figure with the same period and filters."""
        kept = {"area": self.area, "category": self.root, "stage": self.stage}
        values = {k: v.id for k, v in kept.items() if v} | more
        return url_for("reports.figure", name=name, **self.period.query | values)


def card(view: View, name: str) -> dict[str, Any]:
    """Arguments of ui.kpi; two queries."""
    figure = FIGURES[name]
    before, now = figures.measure_periods(name, view.scope, view.period.edges)
    number, unit = showing.value_words(figure, now.value)
    change = showing.change_words(figure, now, before)
    against = _("against %(before)s: %(change)s", before=view.period.before_words, change=change) if change else ""
    return {
        "name": figure.words, "verdict": showing.verdict(figure, now.value), "value": number, "unit": unit,
        "target": showing.target_words(figure), "change": against, "points": [m.value for m in figures.series(name, view.scope)],
        "href": view.link(name), "definition": figure.definition, "sample": showing.sample_words(now), "limit": figures.target_of(name),
    }


def trends(view: View, name: str) -> list[dict[str, Any]]:
    """Twelve weeks of one figure for each area; one query."""
    figure, edges = FIGURES[name], figures.week_edges()
    found = figures.measure_by(name, view.scope, (Ticket.area_id,), edges)
    rows = []
    for area in view.areas:
        points = [m.value for m in found.get((area.id,), [])]
        week = next((i for i in reversed(range(len(points))) if points[i] is not None), None)
        if week is not None:
            rows.append({
                "name": area.word, "points": points, "value": showing.said(figure, points[week]), "bad": figures.reaches(name, points[week]) is False,
                "href": view.link(name, area=area.id, **_days_of(edges, week)),
            })
    return rows


def _days_of(edges: list[datetime], week: int) -> dict[str, Any]:
    """The week that a value was measured in, for the address of its cases."""
    first, after = (clock.local(edge).date() for edge in edges[week : week + 2])
    return {"period": None, "from": first.isoformat(), "to": (after - timedelta(days=1)).isoformat()}


def risks(view: View) -> tuple[list[dict[str, Any]], str, str]:
    """The open tickets with the nearest due clock; how many are overdue, and the list of those."""
    now = clock.now()
    base = tickets.visible_to(view.person).where(Ticket.status.in_(OPEN), *view.scope.conditions()[1:])
    wish = queue.Wish(queue.View.OVERDUE, area=view.area.id if view.area else None, category=view.root.id if view.root else None)
    count = paging.capped_count(select(Ticket.id).where(queue.matching(wish, view.person)))
    nearest = base.where(Ticket.next_due_at <= now + timedelta(days=2)).order_by(Ticket.next_due_at).limit(RISKS)
    return [_risk(ticket, now) for ticket in db.session.scalars(nearest)], paging.count_words(count), url_for("tickets.index", **wish.address())


def _risk(ticket: Ticket, now: Any) -> dict[str, Any]:
    over = ticket.next_due_at < now
    soon = not over and ticket.next_due_at <= now + SOON
    return {
        "ticket": ticket, "left": left(ticket.next_due_at - now), "tone": "danger" if over else "warn" if soon else "",
        "icon": "warn" if over else "alarm",
        "who": _("%(name)s owns it", name=ticket.owner.name) if ticket.owner else _("nobody has claimed it"),
    }
