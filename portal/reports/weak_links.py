"""Where the company fails most: stage × category as tickets per 100, the weakest cell in a sentence."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from portal.catalogue.models import Category, Cause, Stage
from portal.core.db import db
from portal.figures import queries as figures
from portal.figures.queries import Measured
from portal.reports.dashboard import View
from portal.tickets.models import Status, Ticket

EVIDENCE = 12  # tickets that go along with a proposal
FEWEST = 3  # a cell with fewer tickets is not called weak


def weak_links(view: View) -> dict[str, Any]:
    """Stage × category as tickets per 100, this period and the one before; two queries."""
    found = figures.measure_by("received", view.scope, (Ticket.category_id, Ticket.stage_id), view.period.edges)
    root_of = {c.id: c.parent_id or c.id for c in view.categories}
    before, now = _sums(found, root_of, 0), _sums(found, root_of, 1)
    total, total_before = sum(now.values()), sum(before.values())
    stages = [s for s in view.stages if any(stage == s.id for _root, stage in now)]
    rows = [_heat_row(view, root, stages, now, total) for root in view.roots if any(key[0] == root.id for key in now)]
    rows = [row for row in rows if row["any"]]
    unplaced = sum(n for (root, stage), n in now.items() if root is None or stage is None)
    rows.sort(key=lambda row: -row["sum"])
    table = {"rows": rows, "columns": [s.word for s in stages], "total": total, "unplaced": unplaced}
    return table | _weakest(view, rows, before, total_before)


def _sums(found: dict[tuple, list[Measured]], root_of: dict[int, int], period: int) -> dict[tuple, int]:
    sums: dict[tuple, int] = {}
    for (category, stage), measured in found.items():
        if measured[period].hits:
            key = (root_of.get(category), stage)
            sums[key] = sums.get(key, 0) + measured[period].hits
    return sums


def _heat_row(view: View, root: Category, stages: list[Stage], now: dict[tuple, int], total: int) -> dict[str, Any]:
    counts = [now.get((root.id, s.id), 0) for s in stages]
    cells = [
        {
            "value": n * 100 / total, "text": f"{n * 100 / total:.1f}", "count": n, "root": root, "stage": s,
            "href": view.link("received", category=root.id, stage=s.id) if n else None,
        }
        for n, s in zip(counts, stages, strict=True)
    ]
    return {"label": root.word, "total": f"{sum(counts) * 100 / total:.1f}", "sum": sum(counts), "cells": cells, "any": any(counts)}


def _weakest(view: View, rows: list[dict], before: dict[tuple, int], total_before: int) -> dict[str, Any]:
    places = [(cell["value"], r, c) for r, row in enumerate(rows) for c, cell in enumerate(row["cells"]) if cell["count"] >= FEWEST]
    if not places:
        return {"weakest": None, "place": None}
    _value, r, c = max(places, key=lambda p: (p[0], -p[1], -p[2]))
    cell = rows[r]["cells"][c]
    was = before.get((cell["root"].id, cell["stage"].id), 0) * 100 / total_before if total_before else None
    return {"place": (r, c), "weakest": cell | {"sentence": (said := _sentence(view, cell, was)), "propose": _propose(view, cell, said)}}


def _sentence(view: View, cell: dict, was: float | None) -> str:
    words = _(", %(value)s of 100 tickets", value=cell["text"])
    if was is not None:
        amount = f"{abs(cell['value'] - was):.1f}"
        more = _(", %(amount)s more than %(before)s", amount=amount, before=view.period.before_words)
        less = _(", %(amount)s fewer than %(before)s", amount=amount, before=view.period.before_words)
        same = _(", as in %(before)s", before=view.period.before_words)
        words += same if amount == "0.0" else more if cell["value"] >= was else less
    cause = _usual_cause(view, cell)
    return words + (_(". Mostly: %(cause)s.", cause=cause.word) if cause else _("."))


def _propose(view: View, cell: dict, said: str) -> str:
    """The address of a new proposal about this cell, its newest tickets attached."""
    ids = list(db.session.scalars(select(Ticket.id).where(*_cell(view, cell)).order_by(Ticket.id.desc()).limit(EVIDENCE)))
    title = _("%(category)s, %(stage)s", category=cell["root"].word, stage=cell["stage"].word)
    return url_for("proposals.new", ticket=ids, stage=cell["stage"].id, problem=title + said)


def _cell(view: View, cell: dict) -> tuple:
    ids = [c.id for c in view.categories if cell["root"].id in (c.id, c.parent_id)]
    return (
        *view.scope.conditions(), Ticket.category_id.in_(ids), Ticket.stage_id == cell["stage"].id, Ticket.status != Status.MERGED,
        Ticket.created_at >= view.scope.start, Ticket.created_at < view.scope.end,
    )


def _usual_cause(view: View, cell: dict) -> Cause | None:
    """The cause named most often in this cell, when at least two tickets name it."""
    conditions = (*_cell(view, cell), Ticket.cause_id.is_not(None))
    known = func.count().label("known")
    query = select(Ticket.cause_id, known).where(*conditions).group_by(Ticket.cause_id).having(known > 1).order_by(known.desc()).limit(1)
    row = db.session.execute(query).first()
    return db.session.get(Cause, row.cause_id) if row else None
