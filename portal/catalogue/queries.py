from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from portal.catalogue.models import (
    Category,
    Cause,
    Impact,
    ItemKind,
    Kind,
    Priority,
    PriorityRule,
    Service,
    Stage,
    StandardItem,
    Urgency,
)
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.kept import kept


def services(inactive: bool = False) -> Sequence[Service]:
    """In the catalogue's order, without their items."""
    return listed(Service, inactive)


def service_with_standard(id: int) -> Service:
    """One service with its items. Raises NotFound."""
    found = db.session.get(Service, id, options=[selectinload(Service.items)])
    if found is None:
        raise NotFound()
    return found


def sizes_of_standards() -> dict[int, tuple[int, int]]:
    """Service id → how many items to check and how many photo slots its standard has; one query."""
    query = select(StandardItem.service_id, StandardItem.kind, func.count()).where(StandardItem.active)
    counted = {(s, k): n for s, k, n in db.session.execute(query.group_by(StandardItem.service_id, StandardItem.kind))}
    return {s: (counted.get((s, ItemKind.CHECK), 0), counted.get((s, ItemKind.PHOTO), 0)) for s, _kind in counted}


def kinds(inactive: bool = False) -> Sequence[Kind]:
    return listed(Kind, inactive)


def stages(inactive: bool = False) -> Sequence[Stage]:
    return listed(Stage, inactive)


def causes(inactive: bool = False) -> Sequence[Cause]:
    return listed(Cause, inactive)


def roots(inactive: bool = False) -> list[Category]:
    """The tiles of the intake page, by digit."""
    return [c for c in categories(inactive) if c.parent_id is None]


@kept
def tiles() -> list[Any]:
    """The same as rows (id, icon, name, name_en), to choose from."""
    query = select(Category.id, Category.icon, Category.name, Category.name_en).where(Category.active, Category.parent_id.is_(None))
    return list(db.session.execute(query.order_by(Category.position, Category.name)).all())


def categories(inactive: bool = False) -> list[Category]:
    """The whole tree, each root followed by its branches; one query. A branch of an inactive root is inactive."""
    rows = list(listed(Category, inactive))
    tops = [c for c in rows if c.parent_id is None]
    return [c for top in tops for c in (top, *(r for r in rows if r.parent_id == top.id))]


def branches_of(root: Category) -> list[Category]:
    return [c for c in categories() if c.parent_id == root.id]


def priority_of(urgency: Urgency, impact: Impact) -> Priority:
    """The cell of the urgency × impact table; normal when a cell is missing."""
    return _cells().get((urgency, impact), Priority.NORMAL)


@kept
def _cells() -> dict[tuple[Urgency, Impact], Priority]:
    return {key: row.priority for key, row in priority_table().items()}


def priority_table() -> dict[tuple[Urgency, Impact], PriorityRule]:
    return {(r.urgency, r.impact): r for r in db.session.scalars(select(PriorityRule))}


def find(model: type, key: Any) -> Any:
    """A catalogue row by its key. Raises NotFound."""
    found = db.session.get(model, key)
    if found is None:
        raise NotFound()
    return found


def listed(model: Any, inactive: bool = False) -> Sequence[Any]:
    """Rows of one list of the catalogue in its order."""
    query = select(model).order_by(model.position, model.name)
    return db.session.scalars(query if inactive else query.where(model.active)).all()
