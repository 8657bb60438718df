"""What the queue shows: views, filters, order, groups, counts. Every condition starts from `queries.scope(person)`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Iterable, NamedTuple

from flask import g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, bindparam, func, or_, select, true

from portal.catalogue.models import Category, Priority
from portal.core import clock, direct
from portal.core.db import Moment
from portal.core.kept import idle, while_idle
from portal.core.labels import IconLabel
from portal.core.paging import count_words
from portal.core.planner import aside, few
from portal.tickets import archives, queries, tagging
from portal.tickets.models import FOLLOW_UP_DUE, OPEN, WORKING_NOW, Channel, Status, Ticket
from portal.tickets.queries import Sight
from portal.tickets.wish import Sort, View, Wish

CAP = 999
SHARED = tuple(view for view in View if view is not View.MINE)  # views that show the same to all who see the same
SOON = timedelta(hours=2)
_t = Ticket.__table__.c


class Due(IconLabel):
    """Groups by the nearer of the running clocks."""

    OVERDUE = "overdue", _l("Overdue"), "danger", "warn"
    TWO_HOURS = "two_hours", _l("Due within two hours"), "warn", "alarm"
    TODAY = "today", _l("Today"), "", "clock"
    LATER = "later", _l("Later"), "", "calendar"


def matching(wish: Wish, person: Any, by_tag: bool = False) -> Any:
    """The SQL condition of a wish, within what the person may see. The moments in it are read when it is asked: it may be kept.
    `by_tag`: the tickets of its tag are few, or few of them will do: they are the way in."""
    if wish.sort is Sort.NEWEST and wish.view is View.MINE:  # what is worked on is little, what somebody has ever done is much
        return and_(queries.scope(person), WORKING_NOW, aside(_t.owner_id) == person.id, *_filters(wish, person, by_tag))
    return and_(queries.scope(person), in_view(wish.view, person, wish.status), *_filters(wish, person, by_tag))


def parts_of(wish: Wish, seer: Sight) -> tuple[Any, ...]:
    """Conditions that part a list so that each part lies in order on an index: an owner's due moments lie there by status."""
    if wish.sort is Sort.DUE and wish.owner not in ("", "none") and wish.status == "any" and wish.view is View.ALL:
        return tuple(_t.status == status for status in Status)
    return ()


def is_by_tag(wish: Wish) -> bool:
    """Are the tickets of the list's tag few enough to be read first?"""
    return bool(wish.tag) and tagging.is_on_few(wish.tag)


def in_view(view: View, person: Any, status: str = "") -> Any:
    """Rows of a view. A chosen status replaces "not archived" in the view of all."""
    if view is View.ALL:
        return true() if status else WORKING_NOW
    return {
        View.MINE: and_(WORKING_NOW, _t.owner_id == person.id),
        View.UNASSIGNED: and_(_t.status.in_(OPEN), _t.owner_id.is_(None)),
        View.DUE_SOON: and_(WORKING_NOW, _t.next_due_at >= _NOW, _t.next_due_at < _SOON),
        View.OVERDUE: and_(WORKING_NOW, _t.next_due_at < _NOW),
        View.TO_FOLLOW_UP: FOLLOW_UP_DUE,
        View.WAITING: _t.status == Status.WAITING,
    }[view]


def _filters(wish: Wish, person: Any, by_tag: bool = False) -> list[Any]:
    asked = []
    if wish.status and wish.status != "any":
        asked.append(_t.status == Status(wish.status))
    if wish.kind:
        asked.append(_t.kind_code == wish.kind)
    if wish.category:
        c = Category.__table__.c
        asked.append(aside(_t.category_id).in_(select(c.id).where(or_(c.id == wish.category, c.parent_id == wish.category))))
    if wish.priority:
        asked.append(_t.priority == Priority(wish.priority))
    if wish.area:
        asked.append(_t.area_id == wish.area)
    if wish.channel:
        asked.append(_t.channel == Channel(wish.channel))
    if wish.tag:
        asked.append(tagging.carries(wish.tag, leads=by_tag))
    if wish.owner:
        asked.append(_owned(wish.owner, person))
    return asked


def _owned(owner: str, person: Any) -> Any:
    if owner == "none":
        return _t.owner_id.is_(None)
    return _t.owner_id == (person.id if owner == "me" else int(owner))


def due_of(next_due_at: datetime, now: datetime, midnight: datetime) -> Due:
    """The group a row stands in."""
    if next_due_at < now:
        return Due.OVERDUE
    if next_due_at < now + SOON:
        return Due.TWO_HOURS
    return Due.TODAY if next_due_at < midnight else Due.LATER


def midnight(now: datetime) -> datetime:
    """When the company's present day ends."""
    return clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


_NOW = bindparam("now", type_=Moment(), callable_=lambda: clock.now())
_SOON = bindparam("soon", type_=Moment(), callable_=lambda: clock.now() + SOON)
_NIGHT = bindparam("night", type_=Moment(), callable_=lambda: max(midnight(clock.now()), clock.now() + SOON))
_IN_GROUP = {
    Due.OVERDUE: _t.next_due_at < _NOW,
    Due.TWO_HOURS: and_(_t.next_due_at >= _NOW, _t.next_due_at < _SOON),
    Due.TODAY: and_(_t.next_due_at >= _SOON, _t.next_due_at < _NIGHT),
    Due.LATER: _t.next_due_at >= _NIGHT,
}


class AtLeast(int):
    """A count that was broken off."""


def view_counts(person: Any) -> dict[View, int]:
    """Rows of every view, exact to CAP, each part by index."""
    if "view_counts" not in g:
        mine = while_idle(("mine", person.id), lambda: direct.stored(_counting_mine(queries.outlook(person)), {"me": person.id})[0][0])
        g.view_counts = {View.MINE: mine, **_shared_counts(person)}
    return g.view_counts


class _Shared(NamedTuple):
    """What all who see the same tickets count alike, and the moment up to which it is so while nothing happens."""

    views: dict[View, int]
    until: datetime | None


def _shared_counts(person: Any) -> dict[View, int]:
    return while_idle(_shared_key(person), lambda: _count_shared(person), _holds).views


def _shared_key(person: Any) -> tuple:
    return "views", queries.outlook(person) if queries.sees_all(person) else queries.sight(person)


def _holds(kept: _Shared) -> bool:
    return kept.until is None or clock.now() <= kept.until


def _count_shared(person: Any) -> _Shared:
    *counts, due, soon = direct.stored(*_asking_views(person))[0]
    moments = [moment - early for moment, early in ((direct.moment_of(due), timedelta()), (direct.moment_of(soon), SOON)) if moment]
    return _Shared(dict(zip(SHARED, counts)), min(moments, default=None))


def counts_of(wishes: tuple[Wish, ...], person: Any, cap: int) -> list[int]:
    """Rows of each of these lists, exact to `cap`; one query. Only for lists of what somebody still has to do: they lie on one small index."""
    return list(direct.rows(_counts_of(wishes, queries.outlook(person), cap), {"me": person.id})[0])


@direct.written(128)
def _counts_of(wishes: tuple[Wish, ...], seer: Sight, cap: int) -> Select:
    some = [select(_t.id).where(matching(wish, seer)).limit(few(cap + 1)).subquery() for wish in wishes]
    return select(*(select(func.count()).select_from(one).scalar_subquery() for one in some))


def group_counts(wish: Wish, person: Any) -> dict[Due, int]:
    """Rows of every group of one list, exact to CAP, of rare combinations in a large archive at least; the views for the menu are
    those of the same moment."""
    seer = queries.outlook(person)
    mine, *groups = direct.stored(*_asking_groups(wish, person))[0]
    g.view_counts = {View.MINE: mine, **_shared_counts(person)}
    counts = dict(zip(Due, groups))
    if _is_filtered_archive(wish, seer):
        ended, whole = archives.count(wish, seer, person.id, matching, CAP)
        later = counts[Due.LATER] + ended
        counts[Due.LATER] = later if whole or later > CAP else AtLeast(later)
    return counts


def asking(wish: Wish, person: Any) -> tuple[tuple[Any, dict[str, Any]], ...]:
    """Statement and values: the rows of every group of this list, and of the views when nobody has counted them just now."""
    known = idle(_shared_key(person), _holds)
    return *(() if known else (_asking_views(person),)), _asking_groups(wish, person)


def _asking_views(person: Any) -> tuple[Any, dict[str, Any]]:
    return _counting_views(queries.outlook(person)), {"me": person.id}


def _asking_groups(wish: Wish, person: Any) -> tuple[Any, dict[str, Any]]:
    return _counting(wish, queries.outlook(person)), {"me": person.id}


def total_of(counts: dict[Due, int]) -> int:
    total = sum(counts.values())
    return AtLeast(total) if any(isinstance(n, AtLeast) for n in counts.values()) else total


@direct.written(64)
def _counting_mine(seer: Sight) -> Select:
    return _counted([_viewed(View.MINE, seer)])


@direct.written(64)
def _counting_views(seer: Sight) -> Select:
    """With the moments at which the next of anybody's tickets is due, and soon due: then they have to be counted anew."""
    nearest = select(_t.next_due_at).where(WORKING_NOW).order_by(_t.next_due_at).limit(few(1))
    return _counted([_viewed(view, seer) for view in SHARED]).add_columns(*(nearest.where(_t.next_due_at >= at).scalar_subquery() for at in (_NOW, _SOON)))


def _viewed(view: View, seer: Sight) -> Select:
    return select(_t.id).where(queries.scope(seer), in_view(view, seer))


@direct.written(512)
def _counting(wish: Wish, seer: Sight) -> Select:
    """The rows of the view of one's own, which is asked with it, then of every group. Building it costs more than asking it."""
    wanted, later = matching(wish, seer), _IN_GROUP[Due.LATER]
    near = (and_(WORKING_NOW, group) for due, group in _IN_GROUP.items() if due is not Due.LATER)  # clocks of what has ended are met
    some = [_viewed(View.MINE, seer), *(select(_t.id).where(wanted, group) for group in near)]
    wanted = matching(wish, seer, by_tag=not wish.is_work)  # of an archive a thousand are enough
    some.append(select(_t.id).where(wanted, and_(WORKING_NOW, later) if _is_filtered_archive(wish, seer) else later))
    return _counted(some)


def _counted(some: Iterable[Select]) -> Select:
    """How many rows each has, to one above CAP."""
    limited = (one.limit(few(CAP + 1)).subquery() for one in some)
    return select(*(select(func.count()).select_from(one).scalar_subquery() for one in limited))


@lru_cache(maxsize=512)
def _is_filtered_archive(wish: Wish, seer: Sight) -> bool:
    """May a match be far from the next? Else every one is soon found: work lies on an index of its own, and so do a status, an owner, a
    tag by themselves."""
    if wish.view is not View.ALL or wish.is_work or wish.tag:
        return False
    return replace(wish, sort=Sort.DUE, status="", owner="") != Wish() or not queries.sees_all(seer)


def _menu_count(view: View):
    return lambda person: (count_text(view_counts(person)[view]), view.tone)


def _is_shown(view: View):
    return lambda: request.endpoint == "tickets.index" and "saved" not in request.args and request.args.get("view", View.ALL.value) == view.value


MENU_COUNTS = {view: _menu_count(view) for view in View}
IS_SHOWN = {view: _is_shown(view) for view in View}


def count_text(number: int) -> str:
    """Nothing while there is nothing."""
    if isinstance(number, AtLeast):
        return f"{number}+" if number else "–"
    return count_words(number, CAP) if number else ""
