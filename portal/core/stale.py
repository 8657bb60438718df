"""A form that was opened before somebody else changed the record: both versions are shown, nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select

from portal.core import clock
from portal.core.activity import Activity, Audience
from portal.core.db import db
from portal.core.errors import Conflict
from portal.core.forms import Form

Masks = Mapping[str, Callable[[str], str]]


def check(
    form: Form, record: Any, fields: Mapping[str, str], subject: Any = None, masks: Masks | None = None, verbs: tuple[str, ...] = ()
) -> None:
    """Compare form fields with the record's columns ({field: column}) when the record is newer than the form.

    Fields for which "<field>-keep" says "theirs" take the record's value first. A field in `masks` is empty unless it is to
    change, and its stored value is shown shortened. `verbs`: the activity that counts as a change, where it is on the audit trail.
    Raises Conflict with the rows of `ui.conflict`.
    """
    masks = masks or {}
    _keep_theirs(form, record, fields, masks)
    if form.version.data == record.version:
        return
    rows = [_row(form[f], getattr(record, c), masks.get(f)) for f, c in fields.items() if _differs(form[f], getattr(record, c), f in masks)]
    form.version.raw_data = [str(record.version)]
    if rows:
        last = _last_change(subject or record, verbs)
        raise Conflict(rows=rows, who=last.actor_name if last else "–", at=last.at if last else clock.now(), version=record.version)


def _keep_theirs(form: Form, record: Any, fields: Mapping[str, str], masks: Masks) -> None:
    for field, column in fields.items():
        if request.form.get(f"{field}-keep") == "theirs":
            form[field].data = "" if field in masks else getattr(record, column)


def _differs(field: Any, theirs: Any, masked: bool) -> bool:
    mine = field.data
    return bool(mine) and mine != theirs if masked else (mine or None) != (theirs or None)


def _row(field: Any, theirs: Any, mask: Callable[[str], str] | None) -> tuple:
    return field.label.text, _shown(field, mask(theirs) if mask and theirs else theirs), _shown(field, field.data), field.name, field.data


def _shown(field: Any, value: Any) -> str:
    words = {str(k): str(v) for k, v in getattr(field, "choices", None) or ()}
    if isinstance(value, list):
        return _(", ").join(words.get(str(v), str(v)) for v in value) or "–"
    return words.get(str(value), str(value or "–"))


def _last_change(subject: Any, verbs: tuple[str, ...]) -> Activity | None:
    counts = Activity.verb.in_(verbs) if verbs else Activity.audience != Audience.AUDIT
    query = select(Activity).where(Activity.subject_type == subject.__tablename__, Activity.subject_id == subject.id, counts)
    return db.session.scalars(query.order_by(Activity.id.desc()).limit(1)).first()
