"""The list and the board as asked by the address: filters, sorting, columns. Kept while no proposal changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, lazyload

from portal.accounts.models import Person
from portal.core import clock, direct, paging, search
from portal.core.db import is_sqlite
from portal.proposals import asking, cards, queries
from portal.proposals.asking import Shape
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
ON_BOARD = tuple(s for _words, statuses in COLUMNS.values() for s in statuses)
SORTS = {
    "new": _l("Newest first"), "old": _l("Longest waiting"), "votes": _l("Most votes"), "score": _l("Best score"), "effect": _l("Strongest effect"),
}
MONTHS = tuple(map(str, range(1, 13)))
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
    month: int | None = None  # of the year

    @classmethod
    def by(cls, args: Mapping[str, str]) -> Asked:
        return cls(
            view=args.get("view", "") if args.get("view") in VIEWS else "", sort=args.get("sort") if args.get("sort") in SORTS else "new",
            words=args.get("q", "").strip()[:80], mine="mine" in args, stage=_id(args.get("stage")), team=_id(args.get("team")),
            source=next((s for s in Source if s.value == args.get("source")), None), year=_year(args.get("year")),
            reached=args.get("reached", "") if args.get("reached") in asking.REACHED else "", category=_id(args.get("category")),
            status=next((s for s in S if s.value == args.get("status")), None),
            is_list=args.get("look") == "list" or args.get("view") in VIEWS or "at" in args,
            month=int(args.get("month", "")) if args.get("month") in MONTHS and _year(args.get("year")) else None,
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.mine or self.stage or self.team or self.source or self.year or self.reached or self.category or self.status)

    @property
    def cap(self) -> int:
        """Counts end here: what is filtered is counted row by row."""
        return CAP_FILTERED if self.is_narrow else CAP

    @property
    def phrase(self) -> Any:
        return search.phrase(self.words) if self.words else None

    def shape(self, person: Any) -> Shape:
        named = {"stage": self.stage, "team": self.team, "source": self.source, "category": self.category, "status": self.status,
                 "year": self.year, "mine": self.mine or None, "words": self.phrase}
        return Shape(frozenset(k for k, v in named.items() if v is not None), self.reached, self.sort, queries.sees_all(person), is_sqlite())

    def values(self, person: Any) -> dict[str, Any]:
        """What the open parameters of the shape's statements are."""
        return {"stage": self.stage, "team": self.team, "source": self.source, "category": self.category, "status": self.status,
                "mine": person.id, "reader": person.id, "phrase": self.phrase, **_bounds(self.year, self.month)}

    def narrowed(self, person: Any) -> Select:
        """For what is asked once: every find of a word, to the last."""
        shape = self.shape(person)
        query = select(Proposal).where(queries.scope(person), *asking.conditions(shape))
        return query.params({k: v for k, v in self.values(person).items() if v is not None}) if shape.names else query

    def filtered(self, person: Any) -> Select:
        """With the status."""
        query = self.narrowed(person)
        return query.where(Proposal.status.in_(VIEWS[self.view][1])) if self.view else query

    def kept(self, person: Any, *more: Any) -> tuple:
        """What an answer depends on; supervisors see the same."""
        return (self, None if queries.sees_all(person) and not self.mine else person.id, *more)


@dataclass(frozen=True)
class Counts:
    """View → how many. `at_least`: a word has found more than were looked at."""

    numbers: dict[str, int]
    cap: int
    at_least: bool = False

    def __getitem__(self, view: str) -> int:
        return self.numbers[view]

    def words(self, view: str, without: int = 0) -> str:
        """12, 99+, or 12+; `without`: so many that are shown already."""
        number = self.numbers[view]
        if number > self.cap:
            return f"{self.cap}+"
        return f"{number - without}+" if self.at_least else str(number - without)


def page(asked: Asked, person: Any) -> paging.Page:
    key = asked.kept(person, "page", request.args.get("at", "")[:300])
    return cards.while_unchanged(key, lambda: _page(asked, person))


def _page(asked: Asked, person: Any) -> paging.Page:
    shape, values, statuses = asked.shape(person), asked.values(person), VIEWS[asked.view][1] if asked.view else ()
    found = paging.page_by(
        lambda *where: asking.page(shape, statuses, *where), asking.ORDERS[asked.sort],
        lambda row: tuple(getattr(row, c.key) for c, _d in asking.ORDERS[asked.sort]), read=lambda query, at: direct.rows(query, at | values),
    )
    return replace(found, rows=[Card(*row) for row in found.rows])


def counts(asked: Asked, person: Any) -> Counts:
    """View → how many, each status counted to the cap."""
    return cards.while_unchanged(asked.kept(person, "counts"), lambda: _counts(asked, person))


def _counts(asked: Asked, person: Any) -> Counts:
    known = dict(direct.stored(asking.counts(asked.shape(person), asked.cap), asked.values(person)))
    finds = known.pop(asking.FINDS, 0)
    numbers = {name: sum(known.get(s.value, 0) for s in statuses) for name, (_words, statuses) in VIEWS.items()}
    return Counts(numbers | {"": sum(known.values())}, asked.cap, finds >= asking.SEARCHED)


def board(asked: Asked, person: Any) -> Groups:
    """The first cards of each column; two queries."""
    return cards.while_unchanged(asked.kept(person, "board"), lambda: _board(asked, person))


def _board(asked: Asked, person: Any) -> Groups:
    order = asking.ORDERS[asked.sort]
    ids = direct.stored(asking.first_ids(asked.shape(person), ON_BOARD, CARDS), asked.values(person))
    found = cards.by_id([row[0] for row in ids], person)
    by_order = sorted(found.values(), key=lambda card: tuple(getattr(card, c.key) for c, _d in order), reverse=order[0][1])
    return [(name, [card for card in by_order if card.status in statuses][:CARDS]) for name, (_words, statuses) in COLUMNS.items()]


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


def _bounds(year: int | None, month: int | None) -> dict[str, Any]:
    if not year:
        return {"first": None, "end": None}
    last = month or 12
    days = date(year, month or 1, 1), date(year + last // 12, last % 12 + 1, 1)
    return dict(zip(("first", "end"), (clock.day_bounds(day)[0] for day in days), strict=True))
