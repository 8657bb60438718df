"""The list and the board as asked by the address: filters, sorting, columns. Kept while no proposal changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import joinedload, lazyload

from portal.accounts.models import Person
from portal.core import clock, paging, search
from portal.core.db import db
from portal.core.planner import aside
from portal.proposals import cards, queries
from portal.proposals.cards import Card
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
CAP, CAP_FILTERED = 999, 99
Groups = list[tuple[str, list[Card]]]


@dataclass(frozen=True)
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
    is_list: bool = False

    @classmethod
    def by(cls, args: Mapping[str, str]) -> Asked:
        return cls(
            view=args.get("view", "") if args.get("view") in VIEWS else "", sort=args.get("sort") if args.get("sort") in SORTS else "new",
            words=args.get("q", "").strip()[:80], mine="mine" in args, stage=_id(args.get("stage")), team=_id(args.get("team")),
            source=next((s for s in Source if s.value == args.get("source")), None), year=_year(args.get("year")),
            reached=args.get("reached", "") if args.get("reached") in REACHED else "", category=_id(args.get("category")),
            status=next((s for s in S if s.value == args.get("status")), None),
            is_list=args.get("look") == "list" or args.get("view") in VIEWS or "at" in args,
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.mine or self.stage or self.team or self.source or self.year or self.reached or self.category or self.status)

    @property
    def cap(self) -> int:
        """Counts end here: what is filtered is counted row by row."""
        return CAP_FILTERED if self.is_narrow else CAP

    def conditions(self, person: Any, in_order: bool = False) -> list[Any]:
        """Everything but the status of the view. `in_order`: for walking along the index of the sort, not of the days."""
        wanted = ((Proposal.stage_id, self.stage), (Proposal.team_id, self.team), (Proposal.source, self.source),
                  (Proposal.category_id, self.category), (Proposal.status, self.status), (Proposal.author_id, person.id if self.mine else None))
        made = [column == value for column, value in wanted if value is not None]
        if self.reached:
            made.append(REACHED[self.reached].is_not(None))
        if self.year:
            start, end = (clock.day_bounds(clock.today().replace(year=y, month=1, day=1))[0] for y in (self.year, self.year + 1))
            created = aside(Proposal.created_at) if in_order and SORTS[self.sort][1][0][0] is not Proposal.created_at else Proposal.created_at
            made += [created >= start, created < end]
        found = search.matches("proposal", self.words) if self.words else None
        return made if found is None else [*made, Proposal.id.in_(found)]

    def narrowed(self, person: Any, in_order: bool = False) -> Select:
        return queries.visible_to(person).where(*self.conditions(person, in_order))

    def filtered(self, person: Any) -> Select:
        """With the status."""
        query = self.narrowed(person)
        return query.where(Proposal.status.in_(VIEWS[self.view][1])) if self.view else query

    def kept(self, person: Any, *more: Any) -> tuple:
        """What an answer depends on; supervisors see the same."""
        return (self, None if queries.sees_all(person) and not self.mine else person.id, *more)


def page(asked: Asked, person: Any) -> paging.Page:
    key = asked.kept(person, "page", request.args.get("at", "")[:300])
    return cards.while_unchanged(key, lambda: _page(asked, person))


def _page(asked: Asked, person: Any) -> paging.Page:
    """Each status is read along its own index."""
    order = SORTS[asked.sort][1]
    among = [Proposal.status == s for s in VIEWS[asked.view][1]] if asked.view else ()
    found = paging.page_of(cards.columns_of(asked.narrowed(person, in_order=True)), order, lambda row: tuple(getattr(row, c.key) for c, _d in order), among=among)
    return replace(found, rows=[Card(*row) for row in found.rows])


def counts(asked: Asked, person: Any) -> dict[str, int]:
    """View → how many, each status counted to the cap."""
    return cards.while_unchanged(asked.kept(person, "counts"), lambda: _counts(asked, person))


def _counts(asked: Asked, person: Any) -> dict[str, int]:
    conditions = asked.conditions(person)
    known = queries.counts_of_all(person, conditions) if asked.words or asked.mine else queries.counts_by_status(person, conditions, asked.cap)
    found = {name: sum(known.get(s, 0) for s in statuses) for name, (_words, statuses) in VIEWS.items()}
    return found | {"": sum(known.values())}


def board(asked: Asked, person: Any) -> Groups:
    """The first cards of each column; two queries."""
    return cards.while_unchanged(asked.kept(person, "board"), lambda: _board(asked, person))


def _board(asked: Asked, person: Any) -> Groups:
    order = SORTS[asked.sort][1]
    found = cards.by_id(_first_ids(asked, person, [c.desc() if d else c.asc() for c, d in order]), person)
    by_order = sorted(found.values(), key=lambda card: tuple(getattr(card, c.key) for c, _d in order), reverse=order[0][1])
    return [(name, [card for card in by_order if card.status in statuses][:CARDS]) for name, (_words, statuses) in COLUMNS.items()]


def _first_ids(asked: Asked, person: Any, order: list[Any]) -> list[int]:
    """Enough of each status; none of them is hidden from anybody who sees proposals."""
    base = select(Proposal.id).where(*asked.conditions(person, in_order=True)).order_by(*order).limit(CARDS)
    parts = [base.where(Proposal.status == s).subquery() for _words, statuses in COLUMNS.values() for s in statuses]
    return list(db.session.scalars(union_all(*(select(part.c.id) for part in parts))))


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
