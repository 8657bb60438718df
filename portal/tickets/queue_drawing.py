"""Rows of the queue as they are drawn, kept by everything they show (names of seldom changed lists by their mark): two people who would
see the same row share it, nobody else's."""

from __future__ import annotations

import secrets
from types import SimpleNamespace
from typing import Any, Callable
from urllib.parse import quote

from flask import current_app
from markupsafe import Markup, escape

from portal.core import kept
from portal.core.i18n import language


PLAIN, ROW = (f"list-{secrets.token_hex(8)}" for _n in range(2))  # stand for the list's address until the row is put into one


def drawer(listed: Any) -> Callable[..., Markup]:
    """draw(*rows): rows as templates/tickets/_row.html draws them in this list. Lists share their rows: only the address differs."""
    shelf, place = kept.shelf(), (drawer, kept.mark(), language(), listed.base, listed.may_reply)
    shared = SimpleNamespace(**{**vars(listed), "plain_query": PLAIN, "row_query": ROW})
    plain, of_row = str(escape(listed.plain_query)), str(escape(quote(listed.row_query)))

    def anew(row: Any) -> str:
        shared.chosen = listed.chosen  # known last: whose preview is open beside the list
        return str(_macro()(row, shared))

    def shape(row: Any) -> str:
        if not row.number:
            return shelf((place, row.id), lambda: anew(row))
        claim = listed.may_claim and not row.is_owned
        key = (place, claim, listed.chosen == row.id, row.id, row.unread, row.changed, row.gone)
        return shelf.latest(key, row.key, lambda: anew(row))

    return lambda *rows: Markup("".join(map(shape, rows)).replace(PLAIN, plain).replace(ROW, of_row))  # noqa: S704 - both are escaped


def _macro() -> Any:
    return current_app.jinja_env.get_template("tickets/_row.html").module.queue_row
