"""Saved views in the menu and the look of the queue, kept in memory until somebody changes one."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import request
from sqlalchemy import or_, select

from portal.core import menu
from portal.core.access import may
from portal.core.db import db
from portal.core.kept import kept, while_idle
from portal.core.paging import count_words
from portal.desk import rules
from portal.desk.models import Density, QueueLook, SavedView
from portal.tickets import queries, queue

CAP = 99
COLUMNS = ("category", "status", "clocks", "owner")


def places(person: Any) -> list[menu.Place]:
    """The person's own views, then those of their teams."""
    if not may(person, rules.VIEWS):
        return []
    told = counts(person)
    return [_place(told.get(f"saved-{row[0]}"), *row) for row in _rows(person.id, person.team_ids)]


def counts(person: Any) -> dict[str, str]:
    """Name of the menu row → its count; one query, not asked again while nothing has changed. Lists of what is over have none."""
    wishes = {f"saved-{row[0]}": wish for row in _rows(person.id, person.team_ids) if (wish := queue.Wish.of(dict(parse_qsl(row[2])))).is_work}
    if not wishes:
        return {}
    asked = tuple(wishes.values())
    found = while_idle(("saved views", queries.sight(person), asked), lambda: queue.counts_of(asked, person, CAP))
    return {name: count_words(number, CAP) if number else "" for name, number in zip(wishes, found)}


@kept
def _rows(person_id: int, team_ids: frozenset) -> list[tuple]:
    mine = or_(SavedView.person_id == person_id, SavedView.team_id.in_(team_ids))
    query = select(SavedView.id, SavedView.name, SavedView.query, SavedView.team_id).where(mine)
    return [tuple(row) for row in db.session.execute(query.order_by(SavedView.team_id.is_not(None), SavedView.name, SavedView.id).limit(30))]


def _place(count: str | None, view_id: int, name: str, query: str, team_id: int | None) -> menu.Place:
    values = (*parse_qsl(query), ("saved", str(view_id)))
    item = menu.Item("views", 100, name, "users" if team_id else "star", "tickets.index", rules.VIEWS, values=values, name="" if count is None else f"saved-{view_id}")
    return menu.Place(item, request.endpoint == "tickets.index" and request.args.get("saved") == str(view_id), count)


def look_of(person: Any) -> str:
    """Classes of the queue's frame."""
    return _look(person.id)


@kept
def _look(person_id: int) -> str:
    row = db.session.scalars(select(QueueLook).where(QueueLook.person_id == person_id)).first()
    if row is None:
        return ""
    hidden = [f"no-{name}" for name in row.hidden.split()]
    return " ".join([*(["is-compact"] if row.density is Density.COMPACT else []), *hidden])
