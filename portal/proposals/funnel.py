"""Collected → screened → adopted → carried out → effect reached: numbers, rates, median days, participation; each leads to its list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, distinct, func, literal, select

from portal.accounts.models import Person, Team
from portal.catalogue.models import Category, Stage
from portal.core import clock, options
from portal.core.db import db
from portal.figures.durations import seconds_between
from portal.proposals.asking import REACHED
from portal.proposals.listing import Asked
from portal.proposals.models import Proposal, ProposalStatus, Source
from portal.proposals.options import ANSWER_DAYS, GOAL_ADOPTED, GOAL_COLLECTED

STEPS = {
    "": _l("Collected"), "screened": _l("Screened"), "adopted": _l("Adopted"), "done": _l("Carried out"), "verified": _l("Effect reached"),
}
MOMENTS = {"": Proposal.created_at, **REACHED}
GROUPS = {
    "team": (_l("By team"), _l("Team"), Proposal.team_id, Team), "stage": (_l("By stage"), _l("Stage"), Proposal.stage_id, Stage),
    "category": (_l("By category"), _l("Category"), Proposal.category_id, Category), "source": (_l("By source"), _l("Source"), Proposal.source, None),
}


def link(asked: Asked, **more: Any) -> str:
    """The list behind a number."""
    kept = {"stage": asked.stage, "team": asked.team, "category": asked.category, "source": asked.source.value if asked.source else None}
    return "/proposals/?" + urlencode({k: v for k, v in {"look": "list", "year": asked.year, **kept, **more}.items() if v})


def steps(asked: Asked, person: Any) -> list[dict[str, Any]]:
    """Each step with its number, its share of the step before, and the median days since the step before."""
    base = asked.narrowed(person)
    numbers = db.session.execute(base.with_only_columns(*(func.count(column) for column in MOMENTS.values()))).one()
    rows, names = [], list(STEPS)
    for n, name in enumerate(names):
        before = numbers[n - 1] if n else None
        rows.append({
            "name": name, "words": STEPS[name], "number": numbers[n], "share": numbers[n] / before if before else None,
            "days": _median_days(base, MOMENTS[names[n - 1]], MOMENTS[name], numbers[n]) if n else None,
            "href": link(asked, reached=name), "width": round(numbers[n] * 200 / numbers[0]) if numbers[0] else 0,
        })
    return rows


def _median_days(base: Select, start: Any, end: Any, number: int) -> float | None:
    if not number:
        return None
    took = seconds_between(start, end)
    middle = base.with_only_columns(took).where(end.is_not(None)).order_by(took).offset((number - 1) // 2).limit(1)
    seconds = db.session.execute(middle).scalar()
    return None if seconds is None else max(0.0, seconds / 86_400)


def answer_time(asked: Asked, person: Any) -> dict[str, Any]:
    """Median days until something was decided, beside what is promised."""
    base = asked.narrowed(person)
    number = db.session.execute(base.with_only_columns(func.count(Proposal.decided_at))).scalar_one()
    return {"days": _median_days(base, Proposal.created_at, Proposal.decided_at, number), "promised": options.value(ANSWER_DAYS)}


def where_they_are(asked: Asked, person: Any) -> list[dict[str, Any]]:
    """Every status with its number; together they are what was collected."""
    query = asked.narrowed(person).with_only_columns(Proposal.status, func.count()).group_by(Proposal.status)
    found = dict(db.session.execute(query).all())
    return [{"words": s.word, "number": found[s], "href": link(asked, status=s.value)} for s in ProposalStatus if s in found]


def groups(asked: Asked, person: Any, name: str) -> list[dict[str, Any]]:
    """Number, adopted and reached of each team, stage, category or source; what has none comes last."""
    _words, _one, column, model = GROUPS[name]
    counts = (func.count(), func.count(Proposal.adopted_at), func.count(Proposal.verified_at))
    rows = db.session.execute(asked.narrowed(person).with_only_columns(column, *counts).group_by(column)).all()
    words = {row.id: row.word for row in db.session.scalars(select(model))} if model else {s: s.word for s in Source}
    made = [
        {"words": words.get(key, _("none given")), "number": n, "adopted": adopted, "reached": reached, "known": key is not None,
         "href": link(asked, **{name: getattr(key, "value", key)}) if key is not None else None}
        for key, n, adopted, reached in rows
    ]
    return sorted(made, key=lambda row: (not row["known"], -row["number"]))


def participation(asked: Asked, person: Any) -> dict[str, Any]:
    """Share of active staff who handed in something with an account, and proposals a head."""
    base = asked.narrowed(person).where(Proposal.source == Source.STAFF)
    number, authors = db.session.execute(base.with_only_columns(func.count(), func.count(distinct(Proposal.author_id)))).one()
    staff = db.session.execute(select(func.count()).select_from(Person).where(Person.active)).scalar_one()
    return {
        "share": authors / staff if staff else None, "authors": authors, "staff": staff, "a_head": number / staff if staff else 0.0,
        "number": number, "href": link(asked, source=Source.STAFF.value),
    }


def months(asked: Asked, person: Any) -> list[dict[str, Any]]:
    """Collected and adopted of each month of the year up to now."""
    year = asked.year or clock.today().year
    firsts = [date(year, n, 1) for n in range(1, 13) if date(year, n, 1) <= clock.today()]
    edges = [clock.day_bounds(day)[0] for day in firsts]
    place = case(*((Proposal.created_at < edge, i) for i, edge in enumerate(edges[1:])), else_=len(edges) - 1) if len(edges) > 1 else literal(0)
    query = asked.narrowed(person).with_only_columns(func.count(), func.count(Proposal.adopted_at), place.label("place")).group_by("place")
    found = {row.place: row for row in db.session.execute(query)}
    return [
        {"first": day, "number": found[i][0] if i in found else 0, "adopted": found[i][1] if i in found else 0, "href": link(asked, year=year, month=day.month)}
        for i, day in enumerate(firsts)
    ]


def goals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The year's total beside the goal; none where the company has set none."""
    wanted = ((rows[0], options.value(GOAL_COLLECTED)), (rows[2], options.value(GOAL_ADOPTED)))
    return [{"words": row["words"], "number": row["number"], "goal": goal, "share": row["number"] / goal} for row, goal in wanted if goal]


def this_year(args: Any) -> Asked:
    """As the address asks; without a year the present one."""
    asked = Asked.by(args)
    return replace(asked, year=asked.year or clock.today().year)


def since_new_year() -> datetime:
    return clock.day_bounds(clock.today().replace(month=1, day=1))[0]
