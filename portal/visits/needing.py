"""What a job needs: the skills of its service, and the one that the last technician found missing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from portal.core import direct
from portal.roster import queries as roster
from portal.roster.models import Level
from portal.roster.queries import Known, Need
from portal.tickets.models import Ticket
from portal.visits.models import Visit


_v = Visit.__table__.alias("finished").c
WANTED = select(_v.skill_id).where(_v.ticket_id == Ticket.id, _v.finished_at.is_not(None)).order_by(_v.finished_at.desc(), _v.id.desc()).limit(1).correlate(Ticket).scalar_subquery()
"""A column of a query over tickets: the skill that the newest finished visit asked for; only one that needs a specialist has any."""


def needs_of(ticket: Ticket) -> list[Any]:
    """Whoever comes after "needs a specialist" has more than a beginner's knowledge of it."""
    needs = roster.needs_of(ticket.service_id)
    wanted = wanted_of(ticket)
    if wanted is None:
        return needs
    asked = next((n.level for n in needs if n.skill_id == wanted.id), Level.SKILLED)
    return [Need(wanted.id, wanted, max(asked, Level.SKILLED, key=lambda level: level.rank)), *(n for n in needs if n.skill_id != wanted.id)]


def wanted_of(ticket: Ticket) -> Known | None:
    """The skill that the newest finished visit asked for."""
    return roster.known(direct.stored(_WANTED_OF, {"ticket": ticket.id})[0][0])


_WANTED_OF = select(WANTED).select_from(Ticket).where(Ticket.id == bindparam("ticket"))
