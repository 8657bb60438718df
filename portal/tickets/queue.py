"""What the queue shows: views, filters, order, groups, counts. Every condition starts from `queries.scope(person)`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Mapping

from flask import g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, func, or_, select, true

from portal.catalogue.models import Category, Priority
from portal.core import clock
from portal.core.activity import Activity
from portal.core.db import db
from portal.core.labels import Label
from portal.core.paging import count_words
from portal.tickets import queries
from portal.tickets.models import FOLLOW_UP_DUE, OPEN, WORKING_NOW, Channel, Status, Ticket

CAP = 999
SOON = timedelta(hours=2)


class View(Label):
    """Stored in the address; `more[0]` is the icon of the menu."""

    MINE = "mine", _l("My tickets"), "", "user"
    UNASSIGNED = "unassigned", _l("Unassigned"), "", "inbox"
    DUE_SOON = "due_soon", _l("Due soon"), "warn", "alarm"
    OVERDUE = "overdue", _l("Overdue"), "danger", "warn"
    TO_FOLLOW_UP = "to_follow_up", _l("To follow up"), "", "phone"
    WAITING = "waiting", _l("Waiting for customer"), "", "pause"
    ALL = "all", _l("All tickets"), "", "list"

    @property
    def icon(self) -> str:
        return self.more[0]


class Sort(Label):
    DUE = "due", _l("Nearest due first")
    NEWEST = "newest", _l("Newest first")


class Due(Label):
    """Groups by the nearer of the running clocks."""

    OVERDUE = "overdue", _l("Overdue"), "danger", "warn"
    TWO_HOURS = "two_hours", _l("Due within two hours"), "warn", "alarm"
    TODAY = "today", _l("Today"), "", "clock"
    LATER = "later", _l("Later"), "", "calendar"

    @property
    def icon(self) -> str:
        return self.more[0]


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
    sort: Sort = Sort.DUE

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Wish":
        def known(name: str, among) -> str:
            return args.get(name, "") if args.get(name, "") in {str(v) for v in among} else ""

        owner = args.get("owner", "")
        return cls(
            View(known("view", View) or "all"), known("status", STATUSES), args.get("kind", "")[:20], _whole(args.get("category")),
            known("priority", Priority), _whole(args.get("area")), owner if owner in ("me", "none") or _whole(owner) else "",
            known("channel", Channel), Sort(known("sort", Sort) or "due"),
        )

    def address(self, **changes: Any) -> dict[str, str]:
        """The query values of this wish, some of them changed; defaults are left out."""
        values = {**{k: str(v) for k, v in vars(self).items() if v}, **changes}
        return {k: str(v) for k, v in values.items() if v not in (None, "") and (k, str(v)) != ("sort", Sort.DUE.value)}

    @property
    def narrowed(self) -> bool:
        return replace(self, view=View.ALL, sort=Sort.DUE) != Wish()


def _whole(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


def matching(wish: Wish, person: Any) -> Any:
    """The SQL condition of a wish, within what the person may see."""
    return and_(queries.scope(person), in_view(wish.view, person, wish.status), *_filters(wish, person))


def in_view(view: View, person: Any, status: str = "") -> Any:
    """Rows of a view. A chosen status replaces "not archived" in the view of all."""
    now = clock.now()
    if view is View.ALL:
        return true() if status else WORKING_NOW
    return {
        View.MINE: and_(WORKING_NOW, Ticket.owner_id == person.id),
        View.UNASSIGNED: and_(Ticket.status.in_(OPEN), Ticket.owner_id.is_(None)),
        View.DUE_SOON: and_(WORKING_NOW, Ticket.next_due_at >= now, Ticket.next_due_at < now + SOON),
        View.OVERDUE: and_(WORKING_NOW, Ticket.next_due_at < now),
        View.TO_FOLLOW_UP: FOLLOW_UP_DUE,
        View.WAITING: Ticket.status == Status.WAITING,
    }[view]


def _filters(wish: Wish, person: Any) -> list[Any]:
    asked = []
    if wish.status and wish.status != "any":
        asked.append(Ticket.status == Status(wish.status))
    if wish.kind:
        asked.append(Ticket.kind_code == wish.kind)
    if wish.category:
        branches = select(Category.id).where(or_(Category.id == wish.category, Category.parent_id == wish.category))
        asked.append(Ticket.category_id.in_(branches))
    if wish.priority:
        asked.append(Ticket.priority == Priority(wish.priority))
    if wish.area:
        asked.append(Ticket.area_id == wish.area)
    if wish.channel:
        asked.append(Ticket.channel == Channel(wish.channel))
    if wish.owner:
        asked.append(_owned(wish.owner, person))
    return asked


def _owned(owner: str, person: Any) -> Any:
    if owner == "none":
        return Ticket.owner_id.is_(None)
    return Ticket.owner_id == (person.id if owner == "me" else int(owner))


def due_of(next_due_at: datetime, now: datetime) -> Due:
    """The group a row stands in."""
    if next_due_at < now:
        return Due.OVERDUE
    if next_due_at < now + SOON:
        return Due.TWO_HOURS
    return Due.TODAY if next_due_at < _midnight(now) else Due.LATER


def _midnight(now: datetime) -> datetime:
    """When the company's present day ends."""
    return clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _in_group(due: Due, now: datetime) -> Any:
    soon, night = now + SOON, max(_midnight(now), now + SOON)
    return {
        Due.OVERDUE: Ticket.next_due_at < now,
        Due.TWO_HOURS: and_(Ticket.next_due_at >= now, Ticket.next_due_at < soon),
        Due.TODAY: and_(Ticket.next_due_at >= soon, Ticket.next_due_at < night),
        Due.LATER: Ticket.next_due_at >= night,
    }[due]


def view_counts(person: Any) -> dict[View, int]:
    """Rows of every view, exact to CAP; one query a request, each part by index."""
    if "view_counts" not in g:
        seen = queries.scope(person)
        parts = {view: and_(seen, in_view(view, person)) for view in View}
        g.view_counts = _capped(parts)
    return g.view_counts


def group_counts(wish: Wish, person: Any) -> dict[Due, int]:
    """Rows of every group of one list, exact to CAP; one query."""
    now, wanted = clock.now(), matching(wish, person)
    return _capped({due: and_(wanted, _in_group(due, now)) for due in Due})


def _capped(parts: dict[Any, Any]) -> dict[Any, int]:
    columns = []
    for condition in parts.values():
        some = select(Ticket.id).where(condition).limit(CAP + 1).subquery()
        columns.append(select(func.count()).select_from(some).scalar_subquery())
    return dict(zip(parts, db.session.execute(select(*columns)).one()))


def _menu_count(view: View):
    return lambda person: (count_text(view_counts(person)[view]), view.tone)


def _is_shown(view: View):
    return lambda: request.endpoint == "tickets.index" and Wish.of(request.args).view is view


MENU_COUNTS = {view: _menu_count(view) for view in View}
IS_SHOWN = {view: _is_shown(view) for view in View}


def count_text(number: int) -> str:
    """Nothing while there is nothing."""
    return count_words(number, CAP) if number else ""


def newcomers(wish: Wish, person: Any, shown: list[int], as_of: int, whole: bool) -> int:
    """Rows that a reload would bring: counted behind the pill, never inserted.

    When the whole list is shown, whatever matches and is not shown; else what came into the list since `as_of`.
    """
    query: Select = select(Ticket.id).where(matching(wish, person), Ticket.id.not_in(shown) if shown else true())
    if not whole:
        query = query.where(Ticket.changed_id > as_of, _came_since(as_of))
    some = query.limit(CAP + 1).subquery()
    return db.session.execute(select(func.count()).select_from(some)).scalar_one()


COMES = (  # what may bring a ticket into a list
    "ticket.created", "ticket.assigned", "ticket.accepted", "ticket.waiting", "ticket.resolved", "ticket.reopened", "ticket.classified",
)


def _came_since(as_of: int) -> Any:
    return select(Activity.id).where(Activity.ticket_id == Ticket.id, Activity.id > as_of, Activity.verb.in_(COMES)).exists()
