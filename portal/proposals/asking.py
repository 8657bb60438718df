"""The statements of list and board: written once for each way of asking, their values stay open (see core/direct)."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, literal, or_, select, union_all

from portal.core import direct, search
from portal.core.paging import part
from portal.core.planner import aside, few
from portal.proposals import cards
from portal.proposals.models import REACHED_AT, Proposal, ProposalStatus

S = ProposalStatus
P = Proposal.__table__.c
EQUAL = {"stage": P.stage_id, "team": P.team_id, "source": P.source, "category": P.category_id, "status": P.status, "mine": P.author_id}
REACHED = {name: P[column] for name, column in REACHED_AT.items()}
ORDERS = {
    "new": ((P.created_at, True), (P.id, True)), "old": ((P.created_at, False), (P.id, False)), "votes": ((P.votes, True), (P.id, True)),
    "score": ((P.score, True), (P.id, True)), "effect": ((P.gain, True), (P.id, True)),
}
SEARCHED = 300  # the newest finds of a word are looked at; of more it is said that there are at least so many
FINDS = "finds"


class Shape(NamedTuple):
    """All of a question but its values. `names`: the filters that are set; `reached`: the step; `everything`: withdrawn ones too; `lite`: words are SQLite's."""

    names: frozenset[str]
    reached: str
    sort: str
    everything: bool
    lite: bool


def conditions(shape: Shape, *, in_order: bool = False, most: int | None = None) -> list[Any]:
    """Everything but the status of the view. `in_order`: for walking along the index of the sort, not of the days. `most` finds of a word."""
    made = [column == bindparam(name) for name, column in EQUAL.items() if name in shape.names]
    if shape.reached:
        made.append(REACHED[shape.reached].is_not(None))
    if "year" in shape.names:
        created = aside(P.created_at) if in_order and ORDERS[shape.sort][0][0] is not P.created_at else P.created_at
        made += [created >= bindparam("first", type_=P.created_at.type), created < bindparam("end", type_=P.created_at.type)]
    if "words" in shape.names:
        made.append(P.id.in_(search.finds("proposal", most)))
    return made


def sight(shape: Shape) -> list[Any]:
    """Nobody but its author and whoever reads the figures sees what was withdrawn."""
    return [] if shape.everything else [or_(P.status != S.WITHDRAWN, P.author_id == bindparam("reader"))]


@direct.written(256)
def page(shape: Shape, statuses: tuple[S, ...], further: bool, backwards: bool) -> Select:
    """Each status is read along its own index; the finds of a word are few and are sorted."""
    query = cards.columns_of(select().where(*conditions(shape, in_order=True, most=SEARCHED), *sight(shape)))
    if "words" not in shape.names:
        return part(query, ORDERS[shape.sort], further, backwards, among=[P.status == s for s in statuses])
    if statuses:
        query = query.where(P.status.in_(statuses))
    return part(query, [(aside(c), d) for c, d in ORDERS[shape.sort]], further, backwards)


@direct.written(128)
def first_ids(shape: Shape, statuses: tuple[S, ...], number: int) -> Select:
    """Enough of each status; none of them is hidden from anybody who sees proposals."""
    order = [c.desc() if d else c.asc() for c, d in ORDERS[shape.sort]]
    base = select(P.id).where(*conditions(shape, in_order=True, most=SEARCHED)).order_by(*order).limit(few(number))
    parts = [base.where(P.status == s).subquery() for s in statuses]
    return union_all(*(select(part.c.id) for part in parts))


@direct.written(128)
def counts(shape: Shape, cap: int) -> Select:
    """How many stand in each status, each counted no further than cap + 1; under FINDS how many a word has found."""
    return _few(shape) if {"words", "mine"} & shape.names else _each(shape, cap)


def _each(shape: Shape, cap: int) -> Select:
    parts = []
    for status in S:
        hidden = [aside(P.author_id) == bindparam("reader")] if status == S.WITHDRAWN and not shape.everything else []
        known = select(P.id).where(P.status == status, *conditions(shape), *hidden).limit(few(cap + 1)).subquery()
        parts.append(select(literal(status.value).label("status"), func.count().label("known")).select_from(known))
    return union_all(*parts)


def _few(shape: Shape) -> Select:
    found = select(P.status, func.count().label("known")).where(*conditions(shape, most=SEARCHED), *sight(shape)).group_by(P.status)
    if "words" not in shape.names:
        return found
    finds = search.finds("proposal", SEARCHED).subquery()
    every, whole = found.subquery(), select(literal(FINDS).label("status"), func.count().label("known")).select_from(finds)
    return union_all(select(every.c.status, every.c.known), whole)
