"""The filters of the queue as the page draws them: links in popovers, so that a filtered list is an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from sqlalchemy import or_, select

from portal.accounts.models import Area, Person, PersonRole
from portal.catalogue.models import Category, Kind, Priority
from portal.core.access import Role
from portal.core.db import db
from portal.core.i18n import language
from portal.tickets import queue
from portal.tickets.models import Channel, Status
from portal.tickets.queue import Sort, View, Wish


def tabs(wish: Wish, person: Any) -> list[dict]:
    """The views as tabs and chips, in the order of the menu."""
    base, counts = url_for("tickets.index"), queue.view_counts(person)
    return [
        {"label": v.word, "href": f"{base}?view={v}", "current": v is wish.view, "count": queue.count_text(counts[v]), "mark": f"count-{v}",
         "icon": v.icon if v is View.DUE_SOON else None}
        for v in View
    ]


def drawn(wish: Wish, person: Any) -> dict[str, Any]:
    """`popovers`: one each for status, category, priority, area; `more`: the selects of all, for the form; `sorts`."""
    link = _Links(wish)
    lists = [
        ("status", _("Status"), _statuses(wish)),
        ("category", _("Category"), _categories(wish)),
        ("priority", _("Priority"), [(p.value, p.word) for p in Priority]),
        ("area", _("Area"), _named(Area.id, Area)),
    ]
    more = [
        ("kind", _("Kind"), _named(Kind.code, Kind)),
        ("owner", _("Owner"), [("me", _("Me")), ("none", _("Nobody")), *_people()]),
        ("channel", _("Channel"), [(c.value, c.word) for c in Channel]),
    ]
    return {
        "popovers": [_popover(wish, link, *one) for one in lists],
        "set": [p for p in (_popover(wish, link, *one) for one in more) if p["value"]],
        "more": [_choice(wish, *one, apart=one in lists) for one in lists + more],
        "kept": {k: v for k, v in wish.address().items() if k in ("view", "sort")},
        "sorts": [{"label": s.word, "href": link(sort=s.value), "current": s is wish.sort} for s in Sort],
        "clear": link.base + f"?view={wish.view}", "names": [label for name, label, _options in lists + more if getattr(wish, name)],
    }


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
    above = select(Category.parent_id).where(Category.id == wish.category).scalar_subquery() if wish.category else None
    wanted = Category.parent_id.is_(None) if above is None else or_(Category.parent_id.is_(None), Category.parent_id.in_([wish.category]), Category.parent_id == above)
    query = select(Category.id, Category.parent_id, Category.name, Category.name_en).where(Category.active, wanted).order_by(Category.position, Category.name)
    rows = db.session.execute(query).all()
    tops = [r for r in rows if r.parent_id is None]
    return [(r.id, _word(r) if r is top else f"› {_word(r)}") for top in tops for r in (top, *(b for b in rows if b.parent_id == top.id))]


def _named(key: Any, model: Any) -> list[tuple[Any, str]]:
    """Active rows of a short business list, by columns: this page needs no objects of them."""
    query = select(key.label("id"), model.name, model.name_en).where(model.active).order_by(model.position, model.name)
    return [(row.id, _word(row)) for row in db.session.execute(query)]


def _word(row: Any) -> str:
    return row.name if language() != "en" or not row.name_en else row.name_en


def _people() -> list[tuple[int, str]]:
    query = select(Person.id, Person.name).join(PersonRole).where(PersonRole.role == Role.AGENT, Person.active).order_by(Person.name)
    return [(i, name) for i, name in db.session.execute(query)]
