"""The filters of the queue as the page draws them: links in popovers, so that a filtered list is an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup
from sqlalchemy import inspect, select

from portal.accounts.models import Area, Person, PersonRole
from portal.catalogue.models import Category, Kind, Priority
from portal.core.access import Role
from portal.core.db import db
from portal.core.i18n import gettext as _
from portal.core.i18n import word_of
from portal.core.kept import kept, rows_of
from portal.core.pages import fragment
from portal.tickets import queue, tagging
from portal.tickets.models import Channel, Status
from portal.tickets.queue import Sort, View, Wish


def drawn(wish: Wish, counts: dict[View, int]) -> dict[str, Markup]:
    """What stands above the list: the views, the filters, the order; each kept as long as it looks the same."""
    shown = tuple([queue.count_text(n) for n in counts.values()])
    return {
        "tabs_of_views": fragment("tickets/_tabs.html", (wish.view, shown), lambda: {"views": _tabs(wish, counts)}),
        "filters": fragment("tickets/_filters.html", wish, lambda: {"filters": _filters(wish)}),
        "sorts": fragment("tickets/_sort.html", wish, lambda: {"sort": wish.sort, "sorts": _sorts(wish), "save_url": url_for("desk.save", **wish.address()), "look_url": url_for("desk.look")}),
        "bulk": fragment("tickets/_bulk.html", wish, lambda: {"wish": wish}),
        "keys": fragment("tickets/_keys.html", None, dict),
    }


def hiding(wish: Wish) -> list[str]:
    """Words of the filters that are set."""
    return [label for name, label, _options in (*_lists(wish), *_more()) if getattr(wish, name)]


def _tabs(wish: Wish, counts: dict[View, int]) -> list[dict]:
    """The views as tabs and chips, in the order of the menu."""
    base = url_for("tickets.index")
    return [
        {"label": v.word, "href": f"{base}?view={v}", "current": v is wish.view, "count": queue.count_text(counts[v]), "mark": f"count-{v}",
         "icon": v.icon if v is View.DUE_SOON else None}
        for v in View
    ]


def _filters(wish: Wish) -> dict[str, Any]:
    """`popovers`: one each for status, category, priority, area; `more`: the selects of all, for the form."""
    link, lists, more = _Links(wish), _lists(wish), _more()
    return {
        "popovers": [_popover(wish, link, *one) for one in lists],
        "set": [p for p in (_popover(wish, link, *one) for one in more) if p["value"]],
        "more": [_choice(wish, *one, apart=one in lists) for one in lists + more],
        "kept": {k: v for k, v in wish.address().items() if k in ("view", "sort")},
    }


def _sorts(wish: Wish) -> list[dict]:
    link = _Links(wish)
    return [{"label": s.word, "href": link(sort=s.value), "current": s is wish.sort} for s in Sort]


def _lists(wish: Wish) -> list[tuple]:
    return [
        ("status", _("Status"), _statuses(wish)),
        ("category", _("Category"), _categories(wish)),
        ("priority", _("Priority"), [(p.value, p.word) for p in Priority]),
        ("area", _("Area"), _named(Area)),
    ]


def _more() -> list[tuple]:
    return [
        ("kind", _("Kind"), _named(Kind)),
        ("owner", _("Owner"), [("me", _("Me")), ("none", _("Nobody")), *_people()]),
        ("channel", _("Channel"), [(c.value, c.word) for c in Channel]),
        *([("tag", _("Tag"), tags)] if (tags := tagging.names()) else ()),
    ]


class _Links:
    def __init__(self, wish: Wish):
        self.wish, self.base = wish, url_for("tickets.index")

    def __call__(self, **changes: Any) -> str:
        return f"{self.base}?{urlencode(self.wish.address(**changes))}"


def _popover(wish: Wish, link: _Links, name: str, label: str, options: list[tuple[Any, str]]) -> dict[str, Any]:
    now = getattr(wish, name) or ""
    words = {str(value): word for value, word in options}
    return {
        "label": label, "value": words.get(str(now)), "clear": link(**{name: "any" if name == "status" and not now else None}),
        "options": [{"label": w, "href": link(**{name: v}), "current": str(v) == str(now)} for v, w in options],
    }


def _choice(wish: Wish, name: str, label: str, options: list, apart: bool) -> dict[str, Any]:
    """A select of the form of all filters; `apart`: a popover of its own where there is room."""
    return {"name": name, "label": label, "options": [o for o in options if o[0] != ""], "value": str(getattr(wish, name) or ""), "apart": apart}


def _statuses(wish: Wish) -> list[tuple[str, str]]:
    """In the view of all, no choice reads "not archived"."""
    given = [("", _("Not archived"))] if wish.view is View.ALL else []
    return [*given, *((s.value, s.word) for s in Status), ("any", _("Every state"))]


def _categories(wish: Wish) -> list[tuple[int, str]]:
    """The roots; of the chosen one (or the one above the chosen) the branches too."""
    every = rows_of(Category)
    opened = {wish.category, every[wish.category].parent_id} if wish.category in every else set()
    rows = _in_order(Category)
    tops = [r for r in rows if r.parent_id is None]
    branches = [r for r in rows if r.parent_id in opened and r.parent_id is not None]
    return [(r.id, word_of(r) if r is top else f"› {word_of(r)}") for top in tops for r in (top, *(b for b in branches if b.parent_id == top.id))]


def _named(model: Any) -> list[tuple[Any, str]]:
    """(key, word) of the active rows of a short business list."""
    return [(inspect(row).identity[0], word_of(row)) for row in _in_order(model)]


def _in_order(model: Any) -> list[Any]:
    return sorted((row for row in rows_of(model).values() if row.active), key=lambda row: (row.position, row.name))


@kept
def _people() -> list[tuple[int, str]]:
    query = select(Person.id, Person.name).join(PersonRole).where(PersonRole.role == Role.AGENT, Person.active).order_by(Person.name)
    return [(i, name) for i, name in db.session.execute(query)]
