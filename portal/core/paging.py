"""Lists are paged by key: the same cost at any depth."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, Sequence

from flask import request
from sqlalchemy import Select, and_, bindparam, literal, or_, select, true, tuple_, union_all

from portal.core.db import db, is_sqlite
from portal.core.planner import few

PAGE_SIZE = 50


@dataclass
class Page:
    """Rows of one page and the addresses of its neighbours (query value `at`; None: there is none)."""

    rows: list[Any]
    previous: str | None
    next: str | None


def page_of(
    query: Select, order: Sequence[tuple[Any, bool]], key_of: Callable[[Any], tuple], size: int = PAGE_SIZE, among: Sequence[Any] = (),
    tied: bool = False,
) -> Page:
    """One page of `query` ordered by `order` [(column, descending)], last column unique; columns must not be NULL.

    `key_of(row)` gives the same values from a row. The position comes from the query value `at`; nonsense means the first page.
    `among`: conditions that part the rows; each part is read along its own index, where one condition for all would be sorted.
    `tied`: many rows share the first value (all that is closed has one due moment); they are a part of their own. Plain columns only.
    """
    return page_by(lambda further, backwards: part(query, order, further, backwards, size, among, tied), order, key_of, size)


def part(
    query: Select, order: Sequence[tuple[Any, bool]], further: bool, backwards: bool, size: int = PAGE_SIZE, among: Sequence[Any] = (),
    tied: bool = False,
) -> Select:
    """One row more than a page of `query`; `further`: from the position that stands in the parameters at_0, at_1, … on."""
    if further and tied and is_sqlite():  # which uses no more than the first column of a row comparison
        among = [and_(one, piece) for one in among or (true(),) for piece in _tied_and_beyond(order, backwards)]
    elif further:
        query = query.where(_after(order, backwards))
    query = query.order_by(*in_order(order, backwards)).limit(few(size + 1))
    if len(among) > 1:
        return _together([query.where(one).subquery() for one in among], order, backwards, size)
    return query.where(*among) if among else query


def in_order(order: Sequence[tuple[Any, bool]], backwards: bool) -> list[Any]:
    return [c.desc() if d != backwards else c.asc() for c, d in order]


def page_by(statement: Callable[[bool, bool], Select], order: Sequence[tuple[Any, bool]], key_of: Callable[[Any], tuple], size: int = PAGE_SIZE,
            read: Callable[[Select, dict], list] | None = None) -> Page:
    """The same from `statement(further, backwards)`, which may be kept: see `part`. `read`: who asks it, `direct.rows` for kept statements of columns."""
    further, backwards, values = position_in(order)
    return page_among((read or _records)(statement(further, backwards), values), key_of, further, backwards, size)


def page_among(rows: list[Any], key_of: Callable[[Any], tuple], further: bool, backwards: bool, size: int = PAGE_SIZE) -> Page:
    """The same of rows that were read already, one more than a page has: see `position_in` and `part`."""
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, further)
    return Page(
        rows,
        _mark("b", key_of(rows[0])) if rows and has_previous else None,
        _mark("f", key_of(rows[-1])) if rows and has_next else None,
    )


def position_in(order: Sequence[tuple[Any, bool]]) -> tuple[bool, bool, dict[str, Any]]:
    """(further, backwards, values) of the address's `at`: what `part` writes and what its parameters take."""
    position, backwards = _position(len(order))
    if position is not None and not all(_fits(column, value) for (column, _), value in zip(order, position, strict=True)):
        position, backwards = None, False
    return position is not None, backwards, {f"at_{i}": value for i, value in enumerate(position or ())}


def _records(query: Select, values: dict) -> list[Any]:
    return list(db.session.execute(query, values).unique().all())


def _together(parts: list[Any], order: Sequence[tuple[Any, bool]], backwards: bool, size: int) -> Select:
    every = union_all(*(select(part) for part in parts)).subquery()
    return select(every).order_by(*in_order([(every.c[c.key], d) for c, d in order], backwards)).limit(few(size + 1))


def _here(order: Sequence[tuple[Any, bool]]) -> list[Any]:
    return [bindparam(f"at_{i}", type_=column.type) for i, (column, _descending) in enumerate(order)]


def _after(order: Sequence[tuple[Any, bool]], backwards: bool) -> Any:
    """Compared as a whole row where the directions agree: an index leads to it however many rows share the first value."""
    position = _here(order)
    if len({descending for _column, descending in order}) == 1:
        return _compared([column for column, _ in order], position, order[0][1] != backwards)
    choices = []
    for i, (column, descending) in enumerate(order):
        same = [order[j][0] == position[j] for j in range(i)]
        further = column < position[i] if descending != backwards else column > position[i]
        choices.append(and_(*same, further))
    return or_(*choices)


def _tied_and_beyond(order: Sequence[tuple[Any, bool]], backwards: bool) -> list[Any]:
    (first, falling), (last, _same) = order
    position, falling = _here(order), falling != backwards
    return [and_(first == position[0], _compared([last], position[1:], falling)), first < position[0] if falling else first > position[0]]


def beyond(columns: Sequence[Any], position: Sequence[Any], falling: bool) -> Any:
    """SQL condition: rows after `position` in the order of these columns, all rising or all falling."""
    if len(columns) == 1:
        return columns[0] < position[0] if falling else columns[0] > position[0]
    return _compared(columns, [literal(value, column.type) for column, value in zip(columns, position, strict=True)], falling)


def _compared(columns: Sequence[Any], position: Sequence[Any], falling: bool) -> Any:
    here, there = tuple_(*columns), tuple_(*position)
    return here < there if falling else here > there


def _mark(direction: str, key: tuple) -> str:
    plain = [v.isoformat() + "@" if isinstance(v, datetime) else getattr(v, "value", v) for v in key]
    return base64.urlsafe_b64encode(json.dumps([direction, *plain]).encode()).decode().rstrip("=")


def _position(width: int) -> tuple[list | None, bool]:
    mark = request.args.get("at", "")
    try:
        direction, *values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        values = [datetime.fromisoformat(v[:-1]) if isinstance(v, str) and v.endswith("@") else v for v in values]
    except (ValueError, TypeError):
        return None, False
    if direction not in ("f", "b") or len(values) != width or any(isinstance(v, (list, dict)) for v in values):
        return None, False
    return values, direction == "b"


def _fits(column: Any, value: Any) -> bool:
    """Could this value stand in the column? An address can hold anything."""
    try:
        kind = getattr(column.type, "impl_instance", column.type).python_type
    except NotImplementedError:  # the database's own expression
        kind = (int, float, str, datetime)
    if not isinstance(value, kind) or isinstance(value, bool):
        return False
    return "\0" not in value if isinstance(value, str) else not isinstance(value, int) or abs(value) < 2**31


def capped_count(query: Select, cap: int = 999) -> int:
    """Rows of `query`, counted no further than cap + 1."""
    from sqlalchemy import func, select

    inner = query.order_by(None).limit(few(cap + 1)).subquery()
    return db.session.execute(select(func.count()).select_from(inner)).scalar_one()


def count_words(number: int, cap: int = 999) -> str:
    return f"{cap}+" if number > cap else str(number)
