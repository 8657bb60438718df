"""Rows of the queue as they are drawn, kept by everything they show: two people who would see the same row share it, nobody else's."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from flask import current_app
from markupsafe import Markup

from portal.core.i18n import language

MOST = 5000  # rows of some two thousand letters a process

_known: OrderedDict[tuple, Markup] = OrderedDict()


def draw(row: Any, listed: Any) -> Markup:
    """The row as templates/tickets/_row.html draws it in this list."""
    key = _key(row, listed) if row.number else ("gone", language(), row.id)
    found = _known.get(key)
    if found is None:
        found = _known[key] = _macro()(row, listed)
        if len(_known) > MOST:
            _known.popitem(last=False)
    return found


def _key(row: Any, listed: Any) -> tuple:
    """All that the template reads of the row and of the list, and the language of its words."""
    claim = listed.row_query if listed.may_claim and not row.owner else None
    return (
        language(), listed.base, listed.plain_query, claim, listed.may_reply, listed.chosen == row.id,
        row.id, row.number, row.title, row.priority.value, row.shape, row.status, row.category, row.customer, row.phone, row.place,
        row.owner_id, row.owner, row.unread, row.changed, row.gone, tuple((o.name, o.writing) for o in row.others[:2]), bool(row.others),
        tuple((b.label, b.state, b.share, b.text) for b in row.bars),
    )


def _macro() -> Any:
    return current_app.jinja_env.get_template("tickets/_row.html").module.queue_row
