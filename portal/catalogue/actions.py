"""Changing the catalogue. Nothing is deleted: what is no longer offered is switched off, so that old tickets keep their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from portal.catalogue import rules
from portal.catalogue.models import Category, Cause, Impact, Kind, Priority, PriorityRule, Service, Stage, StandardItem, Urgency
from portal.core import activity, search
from portal.core.access import require
from portal.core.activity import Audience
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.labels import Label

Record = Service | StandardItem | Category | Kind | Stage | Cause


class DigitTaken(Refused):
    sentence = _l("Another problem on the intake page has this digit. Free it there first.")


class LastOne(Refused):
    sentence = _l("One at least must stay in use.")


def add(record: Record, *, by: Any) -> Record:
    """A new row at the end of its list; kinds and stages get a code made of their name."""
    require(by, rules.EDIT)
    if isinstance(record, (Kind, Stage)):
        record.code = _free_code(record)
    _refuse_digit(record)
    record.position = _last_position(record) + 1
    db.session.add(record)
    db.session.flush()
    _record("catalogue.added", record, by, name=record.name)
    return record


def change(record: Record, *, by: Any, **values: Any) -> None:
    """Set columns; what differs is recorded before and after. `active=False` takes the row out of use."""
    require(by, rules.EDIT)
    changes = {n: [_plain(getattr(record, n)), _plain(v)] for n, v in values.items() if getattr(record, n) != v}
    for name, value in values.items():
        setattr(record, name, value)
    _refuse_digit(record)
    if "active" in changes and not record.active:
        _refuse_last(record)
    if changes:
        _record("catalogue.changed", record, by, name=record.name, changes=changes)


def move(record: Record, among: Sequence[Record], down: bool, *, by: Any) -> None:
    """Change places with the neighbour in `among` (in order); at the end nothing happens."""
    require(by, rules.EDIT)
    rows = list(among)
    here = rows.index(record)
    there = here + 1 if down else here - 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows):
        row.position = position
    _record("catalogue.moved", record, by, name=record.name, down=down)


def set_priorities(cells: dict[tuple[Urgency, Impact], Priority], *, by: Any) -> None:
    """The urgency × impact table; tickets that are open keep the priority they have."""
    require(by, rules.EDIT)
    known = {(r.urgency, r.impact): r for r in db.session.scalars(select(PriorityRule))}
    for key, priority in cells.items():
        rule = known[key]
        if rule.priority != priority:
            before, rule.priority = rule.priority, priority
            _record("catalogue.priority_changed", rule, by, name=f"{key[0]} × {key[1]}", before=before.value, after=priority.value)


def _record(verb: str, record: Any, by: Any, **data: Any) -> None:
    activity.record(verb, record, by=by, audience=Audience.AUDIT, **data)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Label) else value


def _refuse_digit(record: Record) -> None:
    if isinstance(record, Category) and record.digit and record.active is not False:
        same = select(Category.id).where(Category.digit == record.digit, Category.active, Category.id != (record.id or 0))
        taken = db.session.execute(same).first()
        if taken:
            raise DigitTaken()


def _refuse_last(record: Record) -> None:
    if isinstance(record, (StandardItem, Category)):
        return
    model = type(record)
    others = db.session.execute(select(model.position).where(model.active, model.name != record.name)).first()
    if others is None:
        raise LastOne()


def _last_position(record: Record) -> int:
    model = type(record)
    query = select(func.max(model.position))
    if isinstance(record, StandardItem):
        query = query.where(StandardItem.service_id == record.service_id)
    if isinstance(record, Category):
        query = query.where(Category.parent_id == record.parent_id)
    last = db.session.execute(query).scalar()
    return -1 if last is None else last


def _free_code(record: Kind | Stage) -> str:
    model = type(record)
    stem = re.sub(r"[^a-z0-9]+", "_", (record.name_en or search.initials(record.name)).lower()).strip("_")[:16] or "x"
    taken = set(db.session.scalars(select(model.code)))
    return next(code for n in range(len(taken) + 1) if (code := stem if n == 0 else f"{stem}_{n}") not in taken)
