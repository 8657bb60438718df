"""What a live queue remembers: which rows it shows, in which groups, and up to which activity they were read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Mapping, Sequence

from flask import Response, request, url_for
from sqlalchemy import bindparam, func, select

from portal.accounts import sessions
from portal.core import clock, live
from portal.core.activity import Activity
from portal.core.i18n import choose_language
from portal.core.paging import PAGE_SIZE, Page
from portal.tickets import presence
from portal.tickets.models import Presence
from portal.tickets.queue import Due, Sort, Wish
from portal.tickets.queue_rows import Row

_activity, _presence = Activity.__table__.c, Presence.__table__.c
IDLE = sessions.HELD.add_columns(
    select(func.max(_activity.id)).scalar_subquery().label("newest"), _presence.ticket_id, _presence.person_id.label("who"), _presence.writing,
).outerjoin(Presence.__table__, _presence.at > bindparam("since"))

LIST = "list"  # the one group of a list that is not sorted by due moment


@dataclass(frozen=True)
class Tag:
    """What a region shows: up to which activity, and a mark of all else that its rows depend on (the minute, the language, who is where)."""

    newest: int
    mark: str

    @classmethod
    def of(cls, newest: int, spoken: str, address: str, person_id: int, presence_mark: str) -> "Tag":
        return cls(newest, live.tag_at(0, spoken, address, person_id, presence_mark))

    @property
    def text(self) -> str:
        return f"{self.newest}.{self.mark}"

    def shown_since(self, asked: str) -> int | None:
        """Up to which activity the asking region is right, when only later activities may have changed it; None when anything may have."""
        newest, _dot, mark = asked.partition(".")
        return int(newest) if mark == self.mark and newest.isascii() and newest.isdigit() and len(newest) < 18 else None


@dataclass(frozen=True)
class Gone:
    """A row that this person may no longer see: its place stays, its words do not."""

    id: int
    number: str = ""


@dataclass(frozen=True)
class Shown:
    """Group → ids in their order; `whole`: nothing stands before or after this page."""

    groups: tuple[tuple[str, tuple[int, ...]], ...]
    as_of: int
    whole: bool

    @classmethod
    def of(cls, page: Page, wish: Wish, as_of: int, first: bool) -> Shown:
        made: dict[str, list[int]] = {}
        for row in page.rows:
            made.setdefault(row.due.value if wish.sort is Sort.DUE else LIST, []).append(row.id)
        return cls(tuple((name, tuple(ids)) for name, ids in made.items()), as_of, first and page.next is None)

    @classmethod
    def of_request(cls, args: Mapping[str, str]) -> Shown:
        """Nonsense shows nothing; never more than a page."""
        return _shown(args.get("shown", ""), args.get("as_of", ""), args.get("whole") == "1")

    @property
    def ids(self) -> list[int]:
        return [i for _name, ids in self.groups for i in ids]

    def address(self, wish: Wish) -> str:
        """Where the live region asks."""
        return url_for("tickets.index", **wish.address(block="live", as_of=self.as_of, whole=int(self.whole), shown=live.shown_text(self.groups)))

    def groups_of(self, rows: Sequence[Row]) -> list[tuple[Due | None, list[Any]]]:
        return self.groups_from({row.id: row for row in rows})

    def groups_from(self, found: Mapping[int, Row]) -> list[tuple[Due | None, list[Any]]]:
        """(group, rows) as they stood when the list was loaded, each row as it is now."""
        return [(None if name == LIST else Due(name), [found.get(i) or Gone(i) for i in ids]) for name, ids in self.groups]


@lru_cache(maxsize=256)
def _shown(text: str, as_of: str, whole: bool) -> Shown:
    """A region asks for the same rows again and again."""
    groups = live.shown_groups(text, {LIST, *(d.value for d in Due)}, PAGE_SIZE)
    return Shown(groups, int(as_of) if as_of.isascii() and as_of.isdigit() and len(as_of) < 18 else 0, whole)


def unless_idle(view):
    """Decorator of the list, around its access: most polls find nothing new, and are answered by one statement.

    The tag names the person, so that it only fits what that person was shown; a changed role is an activity, and asks the view.
    """

    @wraps(view)
    def wrapped():
        same = _idle() if request.args.get("block") == "live" and "HX-PTag" in request.headers else None
        return view() if same is None else same

    return wrapped


def _idle() -> Response | None:
    rows = sessions.glance(IDLE, since=clock.now() - presence.LASTS)
    if not rows:
        return None
    person_id, _language, _mark, newest = rows[0][:4]
    here = [row[4:] for row in rows if row[4] is not None]  # ticket, who, writing
    mark = presence.mark_in(here, Shown.of_request(request.args).ids, person_id) if here else ""
    return live.unchanged(Tag.of(newest or 0, choose_language(), request.full_path, person_id, mark).text)
