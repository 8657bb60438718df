"""Who is told when a visit changes, and what happens to visits when their ticket ends."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core.access import SYSTEM
from portal.core.activity import Activity, on
from portal.core.i18n import N_
from portal.roster.models import Leave
from portal.tickets import actions as tickets
from portal.tickets.models import Ticket
from portal.visits import actions, customer_reactions, messages, queries, second_reactions  # noqa: F401 - the other two have some too
from portal.visits.models import Visit, VisitStatus
from portal.visits.notices import TODAY, desk_of, notice, ticket_url

NEW = N_("New visit %(window)s: %(number)s %(title)s")
MOVED = N_("Visit moved to %(window)s: %(number)s %(title)s")
TAKEN_AWAY = N_("The visit %(window)s to %(number)s has gone to somebody else")
CANCELLED = N_("Visit %(window)s to %(number)s is cancelled: %(reason)s")
DECLINED = N_("%(name)s declined the visit %(window)s to %(number)s: %(reason)s")
ON_LEAVE = N_("%(name)s will be away at the visit %(window)s to %(number)s. Find somebody else or another time.")
LATE = N_("%(name)s runs late at %(number)s and comes at about %(expected)s.")
KEPT = N_("The phone of %(name)s reported something about %(number)s that no longer fits: %(reason)s")
UNDONE = N_("%(name)s took back the last step of the visit to %(number)s.")
OUTCOMES = {
    VisitStatus.DONE: N_("%(name)s has finished the visit to %(number)s. Report the result within 24 hours."),
    VisitStatus.PARTLY_DONE: N_("%(name)s could only do part of %(number)s: %(reason)s. Plan the rest."),
    VisitStatus.NO_ACCESS: N_("%(name)s could not get in at %(number)s: %(reason)s. Agree on a new time."),
    VisitStatus.NEEDS_SPECIALIST: N_("%(name)s found that %(number)s needs a specialist (%(skill)s): %(reason)s. Dispatch somebody who can."),
}


@on("visit.planned")
def tell_of_plan(row: Activity, visit: Visit, by: Any) -> None:
    _tell_technician(NEW, visit, row, by)
    messages.tell("planned", visit, row)


@on("visit.moved")
def tell_of_move(row: Activity, visit: Visit, by: Any) -> None:
    was = row.data["was"]
    changed_hands = was["technician_id"] not in (None, visit.technician_id)
    if changed_hands:
        notice([was["technician_id"]], TAKEN_AWAY, visit, row, by, window=was["window"], url=TODAY)
    _tell_technician(NEW if was["technician_id"] != visit.technician_id else MOVED, visit, row, by)
    messages.tell("moved", visit, row)


@on("visit.cancelled")
def tell_of_cancelling(row: Activity, visit: Visit, by: Any) -> None:
    if row.data["before"] == VisitStatus.PROPOSED.value:
        return  # nobody but the desk knew of it
    _tell_technician(CANCELLED, visit, row, by, tone="warn", reason=visit.reason)
    if by is not SYSTEM and not row.data.get("quiet"):
        messages.tell("cancelled", visit, row)


@on("visit.declined")
def tell_of_declining(row: Activity, visit: Visit, by: Any) -> None:
    """The owner and whoever oversees the team must find somebody else."""
    notice(desk_of(visit.ticket, leaders=True), DECLINED, visit, row, by, tone="warn", name=visit.technician.name, reason=visit.reason, url=ticket_url(visit))


@on("visit.set_off")
def tell_of_setting_off(row: Activity, visit: Visit, by: Any) -> None:
    messages.tell("set_off", visit, row)


@on("visit.arrived")
def tell_of_arriving(row: Activity, visit: Visit, by: Any) -> None:
    messages.tell("arrived", visit, row)


@on("visit.late")
def tell_of_delay(row: Activity, visit: Visit, by: Any) -> None:
    messages.tell("late", visit, row)
    notice(desk_of(visit.ticket), LATE, visit, row, by, tone="warn", name=visit.technician.name, expected=row.data["at"], url=ticket_url(visit))


@on("visit.report_kept")
def tell_of_a_report_that_does_not_fit(row: Activity, visit: Visit, by: Any) -> None:
    """Both sides hear of it: the technician who sent it, and whoever answers for the ticket."""
    notice(desk_of(visit.ticket) | {by.id}, KEPT, visit, row, tone="warn", name=by.name, reason=row.data["reason"], url=f"/field/reports/{row.data['report']}")


@on("visit.undone", "visit.finish_undone")
def correct_what_was_said(row: Activity, visit: Visit, by: Any) -> None:
    """Nobody acts on a step that was taken back: the customer gets a correction, the desk a line."""
    if row.data["correct"]:
        messages.tell("correction", visit, row)
    notice(desk_of(visit.ticket), UNDONE, visit, row, by, tone="warn", name=visit.technician.name, url=ticket_url(visit))


@on("visit.finished")
def tell_of_finish(row: Activity, visit: Visit, by: Any) -> None:
    tone = "ok" if visit.status is VisitStatus.DONE else "warn"
    url = f"/visits/board?ticket={visit.ticket_id}" if visit.status is VisitStatus.NEEDS_SPECIALIST else ticket_url(visit)
    facts = {"name": visit.technician.name, "reason": visit.reason, "skill": visit.skill.word if visit.skill else "–"}
    notice(desk_of(visit.ticket), OUTCOMES[visit.status], visit, row, by, tone=tone, url=url, **facts)


@on("leave.added")
def tell_of_leave(row: Activity, leave: Leave, by: Any) -> None:
    """What was planned stays until somebody decides; the desk hears of each visit that falls into the leave."""
    for visit in queries.given_between(leave.person_id, leave.starts_at, leave.ends_at):
        notice(desk_of(visit.ticket, leaders=True), ON_LEAVE, visit, row, tone="warn", name=leave.person.name, url=f"/visits/{visit.id}/move")


@on("ticket.cancelled", "ticket.merged")
def cancel_visits_ahead(row: Activity, ticket: Ticket, by: Any) -> None:
    """Nobody sets off for a request that has ended."""
    for visit in queries.ahead_of(ticket):
        actions.cancel(visit, _("The request has ended."), by=SYSTEM)


def blocks_closing(ticket: Ticket):
    """A visit that is still to come keeps the ticket open."""
    return _l("A visit is still planned. Cancel or finish it first.") if ticket.visit_state else None


if blocks_closing not in tickets.close_checks:
    tickets.close_checks.append(blocks_closing)


def _tell_technician(words: str, visit: Visit, row: Activity, by: Any, **more: Any) -> None:
    notice([visit.technician_id], words, visit, row, by, **more)
