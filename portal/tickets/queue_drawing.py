"""Rows of the queue as they are drawn, kept by everything they show: two people who would see the same row share it, nobody else's."""

from __future__ import annotations

from typing import Any

from flask import current_app
from markupsafe import Markup

from portal.core import kept
from portal.core.i18n import language


def draw(row: Any, listed: Any) -> Markup:
    """The row as templates/tickets/_row.html draws it in this list."""
    if not row.number:
        return kept.recall((draw, language(), row.id), lambda: _macro()(row, listed))
    claim = listed.row_query if listed.may_claim and not row.owner else None
    key = (draw, language(), listed.base, listed.plain_query, claim, listed.may_reply, listed.chosen == row.id, row.key)
    return kept.recall(key, lambda: _macro()(row, listed))


def _macro() -> Any:
    return current_app.jinja_env.get_template("tickets/_row.html").module.queue_row
