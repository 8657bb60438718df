"""What a job needs: the skills of its service, and the one that the last technician found missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.core.db import db
from portal.roster import queries as roster
from portal.roster.models import Level, Skill
from portal.tickets.models import Ticket
from portal.visits.models import FINISHED, Visit, VisitStatus


@dataclass(frozen=True)
class Need:
    """A skill at a level or above, as a service may ask for it."""

    skill_id: int
    skill: Skill
    level: Level


def needs_of(ticket: Ticket) -> list[Any]:
    """Whoever comes after "needs a specialist" has more than a beginner's knowledge of it."""
    needs = roster.needs_of(ticket.service_id)
    wanted = wanting([ticket.id]).get(ticket.id)
    if wanted is None:
        return needs
    asked = next((n.level for n in needs if n.skill_id == wanted.id), Level.SKILLED)
    return [Need(wanted.id, wanted, max(asked, Level.SKILLED, key=lambda level: level.rank)), *(n for n in needs if n.skill_id != wanted.id)]


def wanting(ticket_ids: list[int]) -> dict[int, Skill]:
    """Ticket id → the skill that its newest finished visit asked for."""
    query = select(Visit.ticket_id, Visit.status, Skill).outerjoin(Skill, Skill.id == Visit.skill_id)
    query = query.where(Visit.ticket_id.in_(ticket_ids), Visit.status.in_(FINISHED)).order_by(Visit.finished_at, Visit.id)
    newest = {ticket_id: (status, skill) for ticket_id, status, skill in db.session.execute(query)} if ticket_ids else {}
    return {ticket_id: skill for ticket_id, (status, skill) in newest.items() if status is VisitStatus.NEEDS_SPECIALIST and skill is not None}
