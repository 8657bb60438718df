"""Whoever comes along hears of it as the technician does: where and when, that it has moved, that nobody need come."""

from __future__ import annotations

from typing import Any

from portal.core.activity import Activity, on
from portal.core.i18n import N_
from portal.visits.models import Visit, VisitStatus
from portal.visits.notices import TODAY, notice

ALONG = N_("You come along with %(leader)s, %(window)s: %(number)s %(title)s")
MOVED = N_("The visit that you come along to is now %(window)s, with %(leader)s: %(number)s %(title)s")
NO_MORE = N_("You need not come along to %(number)s any more")
CANCELLED = N_("Visit %(window)s to %(number)s is cancelled: %(reason)s")
DECLINED = N_("%(leader)s cannot come %(window)s to %(number)s: %(reason)s. The desk looks for somebody else.")
LATE = N_("%(leader)s runs late at %(number)s and comes at about %(expected)s.")


@on("visit.planned")
def tell_who_comes_along(row: Activity, visit: Visit, by: Any) -> None:
    _tell(visit.second_id, ALONG, visit, row, by)


@on("visit.moved", "visit.second_changed")
def tell_of_the_change(row: Activity, visit: Visit, by: Any) -> None:
    before = row.data["was"].get("second_id")
    if before != visit.second_id:
        _tell(before, NO_MORE, visit, row, by, url=TODAY)
    _tell(visit.second_id, MOVED if before == visit.second_id else ALONG, visit, row, by)


@on("visit.cancelled", "visit.declined")
def tell_that_nobody_comes(row: Activity, visit: Visit, by: Any) -> None:
    if row.data["before"] != VisitStatus.PROPOSED.value:
        words = CANCELLED if row.verb == "visit.cancelled" else DECLINED
        _tell(visit.second_id, words, visit, row, by, tone="warn", url=TODAY, reason=visit.reason)


@on("visit.undone")
def tell_that_it_goes_on(row: Activity, visit: Visit, by: Any) -> None:
    """A visit that was declined by mistake takes place."""
    if row.data["step"] == "visit.declined":
        _tell(visit.second_id, ALONG, visit, row, by)


@on("visit.late")
def tell_of_the_new_time(row: Activity, visit: Visit, by: Any) -> None:
    _tell(visit.second_id, LATE, visit, row, by, tone="warn", expected=row.data["at"])


def _tell(person_id: int | None, words: str, visit: Visit, row: Activity, by: Any, **more: Any) -> None:
    notice([person_id], words, visit, row, by, leader=visit.technician.name if visit.technician else "", **more)
