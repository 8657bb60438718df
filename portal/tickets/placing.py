"""Which area and team a ticket belongs to: read from the site, never asked twice."""

from __future__ import annotations

from sqlalchemy import inspect, select

from portal.accounts.models import Team, team_area
from portal.core.db import db
from portal.core.kept import kept
from portal.tickets.models import Ticket


def place(ticket: Ticket) -> None:
    """Set area from the site and team from the area; an area without a team leaves the ticket visible to every supervisor."""
    if ticket.site is not None:
        ticket.area = ticket.site.area
    if ticket.area is not None and ticket.team_id is None:
        ticket.team_id = _team_of(ticket.area.id)
        if inspect(ticket).persistent:
            db.session.expire(ticket, ["team"])


@kept
def _team_of(area_id: int) -> int | None:
    return db.session.scalars(select(Team.id).join(team_area).where(team_area.c.area_id == area_id, Team.active).order_by(Team.id)).first()
