"""What came into a list since it was loaded: counted behind the pill, never inserted."""

from __future__ import annotations

from typing import Any, Callable

from sqlalchemy import Select, bindparam, func, select

from portal.core import direct
from portal.core.activity import Activity, newest_at_start
from portal.core.places import Places
from portal.core.planner import aside, few
from portal.tickets import queries
from portal.tickets.models import Ticket
from portal.tickets.queries import Sight
from portal.tickets.queue import CAP, Wish, matching

OLD = 20_000  # activities after which a list counts as left open for long
_a, _t = Activity.__table__.c, Ticket.__table__.c
_PLACES = Places("shown")  # of the ids of a page


def count(wish: Wish, person: Any, shown: list[int], as_of: int, whole: bool) -> int:
    """Rows that a reload would bring.

    When the whole list is shown, whatever matches and is not shown; else what came into the list since `as_of`.
    """
    return direct.stored(*asking(wish, person, shown, as_of, whole))[0][0]


def asking(wish: Wish, person: Any, shown: list[int], as_of: int, whole: bool) -> tuple[Any, dict[str, Any]]:
    """Statement and values of `count`."""
    came = None if whole else _came_long_ago if newest_at_start() - as_of > OLD else _came
    return _counting(wish, queries.outlook(person), came), {**_PLACES.filled(shown), "as_of": as_of, "me": person.id}


@direct.written(128)
def _counting(wish: Wish, seer: Sight, came: Callable[[], Any] | None) -> Select:
    query = select(_t.id).where(matching(wish, seer), _t.id.not_in(_PLACES))
    if came is not None:
        query = query.where(_t.changed_id > bindparam("as_of"), came())
    return select(func.count()).select_from(query.limit(few(CAP + 1)).subquery())


COMES = (  # what may bring a ticket into a list
    "ticket.created", "ticket.assigned", "ticket.accepted", "ticket.waiting", "ticket.resolved", "ticket.reopened", "ticket.classified",
    "clock.first_response.late", "clock.result.late", "clock.resolution.late",
)


def _came() -> Any:
    """The few latest activities lead the way."""
    return _t.id.in_(select(_a.ticket_id).where(_a.id > bindparam("as_of"), aside(_a.verb).in_(COMES)))


def _came_long_ago() -> Any:
    """The tickets of the list lead the way."""
    return select(_a.id).where(_a.ticket_id == _t.id, _a.id > bindparam("as_of"), aside(_a.verb).in_(COMES)).exists()
