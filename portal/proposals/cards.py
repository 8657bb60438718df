"""A proposal as list and board show it: read by columns, kept while no proposal changes, drawn once for all that it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import current_app, g
from markupsafe import Markup
from sqlalchemy import Select, bindparam, func, or_, select

from portal.accounts.models import Person
from portal.catalogue.models import Stage
from portal.core import clock, direct, kept
from portal.core.db import db
from portal.core.i18n import language
from portal.figures import effect
from portal.proposals import queries
from portal.proposals.models import WAITING, Naming, Proposal, ProposalStatus, Source

_author, _owner = Person.__table__.alias("author"), Person.__table__.alias("owner")
_NEWEST = select(func.max(Proposal.__table__.c.changed_id))


class Card(NamedTuple):
    id: int
    number: str
    title: str
    status: ProposalStatus
    source: Source
    naming: Naming
    author_id: int | None
    stage_id: int | None
    votes: int
    score: float
    gain: float
    effect: str
    due_on: date | None
    created_at: datetime
    finished_at: datetime | None
    answer_by: datetime | None
    author_name: str | None
    owner_name: str | None

    @property
    def effect_words(self) -> str:
        return effect.read(self.effect)


def is_late(one: Card | Proposal) -> bool:
    """Has the promised answer been missed?"""
    return one.status in WAITING and one.answer_by is not None and one.answer_by < clock.now()


def waited(one: Card | Proposal) -> int:
    """Whole days since it was handed in."""
    return max(0, (clock.today() - clock.local(one.created_at).date()).days)


class Shown(NamedTuple):
    """All that one drawing depends on. `by`: who proposed it, as far as the reader may know; `seed`: colours the mark beside it."""

    card: Card
    by: str
    seed: int
    stage: str
    late: bool
    days: int | None  # waiting for an answer since
    voted: bool
    elsewhere: bool  # no longer what the column says


COLUMNS = [getattr(Proposal, name) for name in Card._fields[:-2]] + [_author.c.name.label("author_name"), _owner.c.name.label("owner_name")]


def columns_of(query: Select) -> Select:
    """The same rows as cards."""
    table = Proposal.__table__
    joined = table.outerjoin(_author, _author.c.id == table.c.author_id).outerjoin(_owner, _owner.c.id == table.c.owner_id)
    return query.with_only_columns(*COLUMNS).select_from(joined)


_SOME = columns_of(select().where(Proposal.id.in_(queries.PLACES)))
_SOME_OPEN = _SOME.where(or_(Proposal.status != ProposalStatus.WITHDRAWN, Proposal.author_id == bindparam("reader")))


def by_id(ids: Sequence[int], person: Any) -> dict[int, Card]:
    """Those of a page that the person may see."""
    if not ids:
        return {}
    rows = direct.rows(_SOME if queries.sees_all(person) else _SOME_OPEN, {"reader": person.id, **queries.PLACES.filled(ids)})
    return {row.id: Card(*row) for row in rows}


def while_unchanged(key: tuple, make: Callable[[], Any]) -> Any:
    """An answer about proposals, never older than the newest change of one, nor than the minute (anonymous changes tell no order)."""
    if "newest_idea" not in g:
        g.newest_idea = direct.stored(_NEWEST)[0][0]
    return kept.recall((*key, kept.mark(), g.newest_idea, clock.now().strftime("%d%H%M")), make)


@kept.kept
def stage_words(_language: str) -> dict[int, str]:
    return {s.id: s.word for s in db.session.scalars(select(Stage))}


def shown(card: Card, by: str, knows: bool, stages: dict[int, str], *, voted: bool = False, elsewhere: bool = False) -> Shown:
    days = waited(card) if card.status in WAITING else None
    return Shown(card, by, card.author_id or 0 if knows else 0, stages.get(card.stage_id or 0, ""), is_late(card), days, voted, elsewhere)


def draw(template: str, ones: Sequence[Shown | None]) -> list[Markup]:
    """Kept by everything it shows: two people who would see the same share it, nobody else's. None: no longer to be seen."""
    shelf, spoken = kept.shelf(), language()
    return [shelf((draw, template, spoken, one), lambda one=one: _macro(template)(one)) for one in ones]


def _macro(template: str) -> Any:
    return current_app.jinja_env.get_template(template).module.drawn
