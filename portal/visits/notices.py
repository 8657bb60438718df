"""One line in the inbox of colleagues about a visit: number, title and window stand in every one of them."""

from __future__ import annotations

from typing import Any, Iterable

from portal.accounts import queries as accounts
from portal.core.activity import Activity
from portal.notifications import actions as notifications
from portal.tickets.models import Ticket
from portal.visits.actions import window
from portal.visits.models import Visit

TODAY = "/visits/today"


def notice(people: Iterable[int | None], words: str, visit: Visit, row: Activity, by: Any = None, *, url: str = "", tone: str = "", **more: Any) -> None:
    """Tell each of these people once, but not whoever did it (`by`); nobody (None) is passed over. `url`: the visit, unless given."""
    data = {"number": visit.ticket.number, "title": visit.ticket.title, "window": window(visit), **more}
    for person_id in sorted(set(people) - {None, by.id if by is not None else None}):
        notifications.tell(person_id, words, data, url or f"/visits/{visit.id}", tone, row.id)


def desk_of(ticket: Ticket, leaders: bool = False) -> set[int]:
    """Owner's id; with `leaders`, or without an owner, those of the team's supervisors too."""
    found = {ticket.owner_id} if ticket.owner_id else set()
    if leaders or not found:
        found |= {p.id for p in accounts.leaders_of(ticket.team_id)}
    return found


def ticket_url(visit: Visit) -> str:
    return f"/tickets/{visit.ticket_id}"
