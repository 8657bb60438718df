"""How many tickets a filtered archive holds, exact to a thousand, though it has no index of its own.

One look at the newest tickets remembers which of them match; after that only those that have changed since are looked at. Of a large
company the look ends after FAR tickets, for reading a million rows is dearer than any page: what a rare combination of filters holds
beyond is not counted, and the number says so ("at least").
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, func, select

from portal.core import direct, kept
from portal.core.activity import newest_at_start
from portal.core.direct import Kept
from portal.core.planner import aside, few
from portal.tickets.models import ENDED, Ticket
from portal.tickets.queries import Sight, sees_all

FAR = 60_000  # tickets that are looked at
ERA = 1_000  # activities after which all of them are looked at again
_t = Ticket.__table__.c
_LAST = select(func.max(_t.id))


class Look(NamedTuple):
    """Ids that matched when the newest activity was `mark` (or later: whoever writes waits for its turn, so that what is newer is also seen
    later); None: more than any change could take away. `whole`: nothing was left out."""

    ids: frozenset[int] | None
    mark: int
    whole: bool


def count(wish: Any, seer: Sight, me: int, matching: Callable[[Any, Sight], Any], cap: int) -> tuple[int, bool]:
    """(tickets of the archive that are `matching`, whether these are all); cap + 1 stands for more."""
    newest, of_all = newest_at_start(), sees_all(seer) and wish.owner != "me"
    key = (count, wish, seer, None if of_all else me, newest // ERA, kept.mark())
    most = cap + ERA
    look = kept.shelf()(key, lambda: _look(_newest(wish, seer, matching, most + 1), me, newest, most))
    if look.ids is None:
        return cap + 1, True
    changed = direct.rows(_since(wish, seer, matching), {"since": look.mark, "me": me})
    number = len(look.ids.difference([row.id for row in changed])) + sum(row.matches for row in changed)
    return min(number, cap + 1), look.whole or number > cap


def _look(query: Kept, me: int, newest: int, most: int) -> Look:
    beyond = (direct.rows(_LAST)[0][0] or 0) - FAR
    found = [row.id for row in direct.rows(query, {"beyond": beyond, "me": me})]
    return Look(frozenset(found) if len(found) <= most else None, newest, beyond <= 0)


@direct.written(128)
def _newest(wish: Any, seer: Sight, matching: Callable[[Any, Sight], Any], most: int) -> Select:
    """Read in the order in which they were written, along no other index."""
    query = select(_t.id).where(_t.id > bindparam("beyond"), aside(_t.status).in_(ENDED), matching(wish, seer)).limit(few(most))
    return query.with_hint(Ticket.__table__, "NOT INDEXED", "sqlite")


@direct.written(128)
def _since(wish: Any, seer: Sight, matching: Callable[[Any, Sight], Any]) -> Select:
    matches = case((and_(_t.status.in_(ENDED), matching(wish, seer)), 1), else_=0).label("matches")
    return select(_t.id, matches).where(_t.changed_id > bindparam("since"))
