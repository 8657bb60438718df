"""The list and the board as asked by the address: filters, sorting, columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import joinedload, lazyload

from portal.accounts.models import Person
from portal.core import clock, paging, search
from portal.core.db import db
from portal.proposals import queries
from portal.proposals.models import FINISHED, WAITING, Proposal, ProposalStatus, Source

S = ProposalStatus
COLUMNS = {
    "waiting": (_l("To review"), WAITING), "trial": (_l("Trial"), (S.TRIAL,)), "adopted": (_l("Adopted"), (S.ADOPTED,)),
    "in_progress": (_l("Being carried out"), (S.IN_PROGRESS,)), "done": (_l("Carried out"), FINISHED),
}
OTHERS = {
    "returned": (_l("Sent back for more"), (S.RETURNED,)), "deferred": (_l("Deferred"), (S.DEFERRED,)),
    "declined": (_l("Declined"), (S.DECLINED,)), "duplicate": (_l("Duplicate"), (S.DUPLICATE,)),
}
VIEWS = COLUMNS | OTHERS
SORTS = {
    "new": (_l("Newest first"), [(Proposal.created_at, True), (Proposal.id, True)]),
    "old": (_l("Longest waiting"), [(Proposal.created_at, False), (Proposal.id, False)]),
    "votes": (_l("Most votes"), [(Proposal.votes, True), (Proposal.id, True)]),
    "score": (_l("Best score"), [(Proposal.score, True), (Proposal.id, True)]),
    "effect": (_l("Strongest effect"), [(Proposal.gain, True), (Proposal.id, True)]),
}
REACHED = {"screened": Proposal.screened_at, "adopted": Proposal.adopted_at, "done": Proposal.finished_at, "verified": Proposal.verified_at}
CARDS = 4


@dataclass
class Asked:
    """What the address asks for; nonsense counts as nothing."""

    view: str
    sort: str
    words: str
    mine: bool
    stage: int | None
    team: int | None
    source: Source | None
    year: int | None
    reached: str = ""
    category: int | None = None
    status: ProposalStatus | None = None

    @classmethod
    def by(cls, args: Mapping[str, str]) -> Asked:
        return cls(
            view=args.get("view", "") if args.get("view") in VIEWS else "", sort=args.get("sort") if args.get("sort") in SORTS else "new",
            words=args.get("q", "").strip()[:80], mine="mine" in args, stage=_id(args.get("stage")), team=_id(args.get("team")),
            source=next((s for s in Source if s.value == args.get("source")), None), year=_year(args.get("year")),
            reached=args.get("reached", "") if args.get("reached") in REACHED else "", category=_id(args.get("category")),
            status=next((s for s in S if s.value == args.get("status")), None),
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.mine or self.stage or self.team or self.source or self.year or self.reached or self.category or self.status)

    def narrowed(self, person: Any) -> Select:
        """Everything but the status."""
        query = queries.visible_to(person)
        if self.mine:
            query = query.where(Proposal.author_id == person.id)
        for column, wanted in ((Proposal.stage_id, self.stage), (Proposal.team_id, self.team), (Proposal.source, self.source),
                               (Proposal.category_id, self.category), (Proposal.status, self.status)):
            query = query.where(column == wanted) if wanted else query
        if self.reached:
            query = query.where(REACHED[self.reached].is_not(None))
        if self.year:
            start, end = (clock.day_bounds(clock.today().replace(year=y, month=1, day=1))[0] for y in (self.year, self.year + 1))
            query = query.where(Proposal.created_at >= start, Proposal.created_at < end)
        found = search.matches("proposal", self.words) if self.words else None
        return query.where(Proposal.id.in_(found)) if found is not None else query

    def filtered(self, person: Any) -> Select:
        """With the status."""
        query = self.narrowed(person)
        return query.where(Proposal.status.in_(VIEWS[self.view][1])) if self.view else query


def page(asked: Asked, person: Any) -> paging.Page:
    order = SORTS[asked.sort][1]
    query = with_names(asked.filtered(person))
    return paging.page_of(query, order, lambda row: tuple(getattr(row[0], column.key) for column, _d in order))


def counts(asked: Asked, person: Any) -> dict[str, int]:
    """View → how many, capped; one query."""
    known = queries.counts_by_status(asked.narrowed(person), tuple(S))
    found = {name: sum(known[s] for s in statuses) for name, (_words, statuses) in VIEWS.items()}
    return found | {"": sum(known.values())}


def board(asked: Asked, person: Any) -> dict[str, list[Proposal]]:
    """The first cards of each column; two queries."""
    order = [c.desc() if d else c.asc() for c, d in SORTS[asked.sort][1]]
    base = asked.narrowed(person).with_only_columns(Proposal.id)
    parts = [
        select(literal(name).label("name"), part.c.id).select_from(part)
        for name, (_words, statuses) in COLUMNS.items()
        if (part := base.where(Proposal.status.in_(statuses)).order_by(*order).limit(CARDS).subquery()) is not None
    ]
    places = [(row.name, row.id) for row in db.session.execute(union_all(*parts))]
    query = with_names(select(Proposal).where(Proposal.id.in_([i for _n, i in places])))
    cards = {p.id: p for p in db.session.scalars(query).unique()}
    return {name: [cards[i] for n, i in places if n == name] for name in COLUMNS}


def with_names(query: Select) -> Select:
    """Cards show author, owner, stage and team: in the same query, without the people's roles and teams."""
    people = [joinedload(p).options(lazyload(Person.role_rows), lazyload(Person.memberships)) for p in (Proposal.author, Proposal.owner)]
    return query.options(*people, joinedload(Proposal.stage), joinedload(Proposal.team))


def years() -> list[int]:
    """This year and the two before."""
    this = clock.today().year
    return [this, this - 1, this - 2]


def _id(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 10 else None


def _year(value: str | None) -> int | None:
    found = _id(value)
    return found if found and 2000 <= found < 2100 else None
