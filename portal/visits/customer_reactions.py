"""Who hears of what the customer answered, of visits that come again, and of a job that nobody can do."""

from __future__ import annotations

from typing import Any

from portal.accounts import queries as accounts
from portal.core.activity import Activity, on
from portal.core.i18n import N_
from portal.notifications import actions as notifications
from portal.tickets.models import Ticket
from portal.visits import messages
from portal.visits.models import Visit
from portal.visits.notices import TODAY, desk_of, notice, ticket_url

CONFIRMED = N_("The customer has confirmed %(window)s: %(number)s %(title)s")
ASKED = N_("The customer wants another time than %(window)s for %(number)s: %(wish)s")
CALLED_OFF = N_("The customer has called off %(window)s: %(number)s %(title)s")
REPEATED = N_("Visits every %(weeks)s weeks from %(window)s on, %(times)s in all: %(number)s %(title)s")
NOBODY = N_("Nobody can come to %(number)s %(title)s by %(until)s: %(why)s")


@on("visit.confirmed")
def tell_of_confirming(row: Activity, visit: Visit, by: Any) -> None:
    notice({visit.technician_id, visit.second_id}, CONFIRMED, visit, row, by)


@on("visit.time_asked")
def tell_of_asking(row: Activity, visit: Visit, by: Any) -> None:
    notice(desk_of(visit.ticket), ASKED, visit, row, by, url=f"/visits/board?visit={visit.id}", tone="warn", wish=row.data["wish"])


@on("visit.called_off")
def tell_of_calling_off(row: Activity, visit: Visit, by: Any) -> None:
    notice({visit.technician_id, visit.second_id}, CALLED_OFF, visit, row, by, url=TODAY)
    notice(desk_of(visit.ticket), CALLED_OFF, visit, row, by, url=ticket_url(visit), tone="warn")


@on("visit.series_planned")
def tell_of_series(row: Activity, visit: Visit, by: Any) -> None:
    facts = {"weeks": row.data["weeks"], "times": row.data["times"]}
    notice({visit.technician_id}, REPEATED, visit, row, by, **facts)
    messages.tell("repeated", visit, row, **facts)


@on("visit.nobody")
def tell_of_nobody(row: Activity, ticket: Ticket, by: Any) -> None:
    data = {"number": ticket.number, "title": ticket.title, "until": row.data["until"], "why": row.data["why"]}
    for leader in accounts.leaders_of(ticket.team_id):
        notifications.tell(leader.id, NOBODY, data, f"/visits/board?ticket={ticket.id}", "warn", row.id)
