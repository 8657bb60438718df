from __future__ import annotations

from portal.core.activity import on
from portal.tickets import clocks


@on("visit.finished")
def start_the_result_clock(activity, visit, by) -> None:
    """The result clock starts when a visit ends."""
    clocks.refresh(visit.ticket)
