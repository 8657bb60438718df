"""Rows of the queue as they are drawn, kept by everything they show: two people who would see the same row share it, nobody else's."""

from __future__ import annotations

from typing import Any, Callable

from flask import current_app
from markupsafe import Markup

from portal.core import kept
from portal.core.i18n import language


def drawer(listed: Any) -> Callable[[Any], Markup]:
    """draw(row): the row as templates/tickets/_row.html draws it in this list."""
    recall, place, macro = kept.shelf(), (drawer, language(), listed.base, listed.plain_query, listed.may_reply), _macro()

    def draw(row: Any) -> Markup:
        if not row.number:
            return recall((place, row.id), lambda: macro(row, listed))
        claim = listed.row_query if listed.may_claim and not row.owner else None
        return recall((place, claim, listed.chosen == row.id, row.key), lambda: macro(row, listed))

    return draw


def _macro() -> Any:
    return current_app.jinja_env.get_template("tickets/_row.html").module.queue_row
