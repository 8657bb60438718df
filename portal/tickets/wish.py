"""What the address of a list asks for: its view, its filters, its order."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any, Iterable, Mapping

from flask_babel import lazy_gettext as _l

from portal.catalogue.models import Priority
from portal.core.labels import IconLabel, Label
from portal.tickets.models import WORKING, Channel, Status


class View(IconLabel):
    """Stored in the address; the icon is the menu's."""

    MINE = "mine", _l("My tickets"), "", "user"
    UNASSIGNED = "unassigned", _l("Unassigned"), "", "inbox"
    DUE_SOON = "due_soon", _l("Due soon"), "warn", "alarm"
    OVERDUE = "overdue", _l("Overdue"), "danger", "warn"
    TO_FOLLOW_UP = "to_follow_up", _l("To follow up"), "", "phone"
    WAITING = "waiting", _l("Waiting for customer"), "", "pause"
    ALL = "all", _l("All tickets"), "", "list"


class Sort(Label):
    DUE = "due", _l("Nearest due first")
    NEWEST = "newest", _l("Newest first")


STATUSES = ("any", *(s.value for s in Status))


@dataclass(frozen=True)
class Wish:
    """What the address asks for; values that mean nothing are as good as absent."""

    view: View = View.ALL
    status: str = ""
    kind: str = ""
    category: int | None = None
    priority: str = ""
    area: int | None = None
    owner: str = ""
    channel: str = ""
    tag: int | None = None
    sort: Sort = Sort.DUE

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Wish:
        return _wish(*[args.get(name, "")[:20] for name in _NAMES])

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(vars(self).values()))

    def __hash__(self) -> int:
        """Made once: it is part of the key of everything that is kept for a list."""
        return self._hash

    def address(self, **changes: Any) -> dict[str, str]:
        """The query values of this wish, some of them changed; defaults are left out."""
        values = {**{name: str(v) for name in _NAMES if (v := getattr(self, name))}, **changes}
        return {k: str(v) for k, v in values.items() if v not in (None, "") and (k, str(v)) != ("sort", Sort.DUE.value)}

    @property
    def is_work(self) -> bool:
        """Does it list only what somebody still has to do something about?"""
        return self.status in {"", *(s.value for s in WORKING)}

    @property
    def narrowed(self) -> bool:
        return replace(self, view=View.ALL, sort=Sort.DUE) != Wish()


_NAMES = tuple(one.name for one in fields(Wish))


@lru_cache(maxsize=512)
def _wish(view: str, status: str, kind: str, category: str, priority: str, area: str, owner: str, channel: str, tag: str, sort: str) -> Wish:
    """Of the values of an address: few lists are asked for again and again."""

    def known(value: str, among: Iterable) -> str:
        return value if value in {str(v) for v in among} else ""

    return Wish(
        View(known(view, View) or "all"), known(status, STATUSES), kind, _whole(category), known(priority, Priority), _whole(area),
        owner if owner in ("me", "none") or _whole(owner) else "", known(channel, Channel), _whole(tag), Sort(known(sort, Sort) or "due"),
    )


def _whole(value: str) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
