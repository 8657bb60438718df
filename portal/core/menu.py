"""The menu: rows added by the slices, shown to whoever holds the permit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from portal.core.access import Role, may

GROUPS = {"tabs": "", "new": "", "views": _l("My views"), "work": _l("Work"), "manage": _l("Manage")}


@dataclass(frozen=True)
class Item:
    """One row. `tab_for`: roles that have it in the phone's bottom bar. `count(person)` gives a text, (text, tone) or None.

    Group "tabs" is only drawn in the bar, "new" on top of the menu.
    """

    group: str
    order: int
    label: Any
    icon: str
    endpoint: str
    permit: str
    tab_for: tuple[Role, ...] = ()
    key: str = ""
    values: tuple = ()
    count: Callable[[Any], Any] | None = None
    roles: tuple[Role, ...] = ()  # shown only while one of these roles is in use; empty: every role
    tone: str = ""  # "primary": the big button on top
    name: str = ""  # live answers find the row's count by it
    current: Callable[[], bool] | None = None  # where the address alone does not tell


ITEMS: list[Item] = []


def item(group: str, order: int, label: Any, icon: str, endpoint: str, permit: str, **more: Any) -> None:
    """Add a row to the menu; called from the `__init__` of slices."""
    row = Item(group, order, label, icon, endpoint, permit, **more)
    if row not in ITEMS:
        ITEMS.append(row)
        ITEMS.sort(key=lambda i: (list(GROUPS).index(i.group), i.order))


def shown_to(person: Any) -> list[Item]:
    return [i for i in ITEMS if may(person, i.permit) and (not i.roles or person.role in i.roles)]


def groups_for(person: Any) -> list[dict]:
    """What layouts/desk.html draws: [{label, items: [{label, icon, href, current, key, count, tone}]}]."""
    rows = shown_to(person)
    made = [{"label": word, "items": [drawn(i, person) for i in rows if i.group == name]} for name, word in GROUPS.items() if name != "tabs"]
    return [g for g in made if g["items"]]


def tabs_for(person: Any) -> list[dict]:
    """At most five for the phone."""
    return [drawn(i, person, counted=False) for i in shown_to(person) if person.role in i.tab_for][:5]


def drawn(item_: Item, person: Any, counted: bool = True) -> dict:
    values = dict(item_.values)
    here = request.endpoint == item_.endpoint and all(request.args.get(k) == v for k, v in values.items())
    found = item_.count(person) if counted and item_.count else None
    number, tone = found if isinstance(found, tuple) else (found, "")
    return {
        "label": item_.label, "icon": item_.icon, "href": url_for(item_.endpoint, **values), "key": item_.key,
        "current": item_.current() if item_.current else here, "name": item_.name,
        "count": number, "count_tone": tone, "tone": item_.tone,
    }
