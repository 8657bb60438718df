"""The menu: rows added by the slices, shown to whoever holds the permit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Callable

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from portal.core.access import Actor, Role, may

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


@dataclass
class Place:
    """A row as it stands in one person's menu now."""

    item: Item
    current: bool
    count: str | None = None
    count_tone: str = ""

    @property
    def href(self) -> str:
        return url_for(self.item.endpoint, **dict(self.item.values))

    def __getattr__(self, name: str) -> Any:  # label, icon, key, name, tone
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.item, name)


@lru_cache(maxsize=256)
def _shown(roles: frozenset, role: Role | None, count: int) -> tuple[Item, ...]:
    holder = Actor("person", roles)
    return tuple(i for i in ITEMS if may(holder, i.permit) and (not i.roles or role in i.roles))


def shown_to(person: Any) -> tuple[Item, ...]:
    return _shown(person.roles, person.role, len(ITEMS))


def places_for(person: Any) -> tuple[Place, ...]:
    """What the desk's menu shows, in its order."""
    here = _here()
    return (*[_placed(i, person, here) for i in shown_to(person) if i.group != "tabs"], *[p for own in _more for p in own(person)])


_more: list[Callable[[Any], list[Place]]] = []


def more(places: Callable[[Any], list[Place]]) -> None:
    """A slice adds places that depend on the person: places(person) -> [Place]."""
    if places not in _more:
        _more.append(places)


def grouped(places: tuple[Place, ...]) -> list[tuple[Any, list[Place]]]:
    """(word of the group, its places), for layouts/_menu.html."""
    made = [(word, [p for p in places if p.group == name]) for name, word in GROUPS.items()]
    return [group for group in made if group[1]]


def tabs_for(person: Any) -> tuple[Place, ...]:
    """At most five for the phone."""
    role = person.role
    here = _here()
    return tuple([_placed(i, person, here, counted=False) for i in shown_to(person) if role in i.tab_for][:5])


def _placed(row: Item, person: Any, here: tuple[str | None, Any], counted: bool = True) -> Place:
    found = row.count(person) if counted and row.count else None
    number, tone = found if isinstance(found, tuple) else (found, "")
    endpoint, args = here
    current = row.current() if row.current else endpoint == row.endpoint and all(args.get(k) == v for k, v in row.values)
    return Place(row, current, number, tone)


def _here() -> tuple[str | None, Any]:
    """(endpoint, query values) of this request, read once for the whole menu."""
    return request.endpoint, request.args
