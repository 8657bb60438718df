"""The catalogue as shipped: services with standards, kinds, problems, stages, causes, priorities (product.md, sections 2 to 4)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.catalogue.models import (
    Category,
    Cause,
    Impact,
    ItemKind,
    Kind,
    Priority,
    PriorityRule,
    Service,
    ServiceGroup,
    Slot,
    Stage,
    StandardItem,
    Urgency,
)
from portal.core.db import db

DATA = Path(__file__).parent / "data"


def load() -> None:
    """Fill each table that is still empty; what a company has changed is left alone. Safe to repeat."""
    words = _read("words")
    _fill(Kind, lambda: [Kind(position=n, **row) for n, row in enumerate(words["kind"])])
    _fill(Stage, lambda: [Stage(position=n, **row) for n, row in enumerate(words["stage"])])
    _fill(Cause, lambda: [Cause(name=name, name_en=en, position=n) for n, (name, en) in enumerate(words["causes"]["list"])])
    _fill(PriorityRule, lambda: _priorities(words["priorities"]))
    _fill(Service, lambda: [_service(n, row) for n, row in enumerate(_read("services")["service"])])
    _fill(Category, _categories)


def _read(name: str) -> dict:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def _fill(model: type, rows: Callable[[], Iterable[Any]]) -> None:
    if db.session.execute(select(model).limit(1)).first() is None:
        db.session.add_all(rows())
        db.session.flush()


def _priorities(table: dict[str, list[str]]) -> list[PriorityRule]:
    return [
        PriorityRule(urgency=Urgency(urgency), impact=impact, priority=Priority(cell))
        for urgency, cells in table.items()
        for impact, cell in zip(Impact, cells, strict=True)
    ]


def _service(position: int, row: dict) -> Service:
    about = {k: row[k] for k in ("name", "name_en", "minutes", "bring", "bring_en")}
    items = [StandardItem(name=name, name_en=en, required=needed) for name, en, needed in row["check"]]
    items += [
        StandardItem(name=name, name_en=en, kind=ItemKind.PHOTO, slot=Slot(slot), minimum=minimum, required=minimum > 0)
        for name, en, slot, minimum in row["photo"]
    ]
    for n, item in enumerate(items):
        item.position = n
    return Service(group=ServiceGroup(row["group"]), position=position, items=items, **about)


def _categories() -> list[Category]:
    services = {s.name: s for s in db.session.scalars(select(Service))}
    made = []
    for digit, row in enumerate(_read("categories")["root"], start=1):
        root = _category(row, services, digit - 1)
        root.digit = digit
        inherited = {k: row[k] for k in ("icon", "service", "kind", "urgency", "impact") if k in row}
        branches = [_category({**inherited, **branch}, services, n, root) for n, branch in enumerate(row["branches"])]
        made += [root, *branches]
    return made


def _category(row: dict, services: dict[str, Service], position: int, parent: Category | None = None) -> Category:
    return Category(
        name=row["name"], name_en=row["name_en"], icon=row["icon"], service=services.get(row.get("service", "")),
        kind_code=row["kind"], urgency=Urgency(row.get("urgency", "soon")), impact=Impact(row.get("impact", "room")),
        position=position, parent=parent,
    )
