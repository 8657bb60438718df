from __future__ import annotations

from sqlalchemy import select

from portal.accounts.models import Area, Person, PersonRole, TeamMember
from portal.core.access import Role
from portal.core.db import db


def find_person(person_id: int) -> Person | None:
    return db.session.get(Person, person_id)


def people_with(role: Role, team_id: int | None = None) -> list[Person]:
    """Active people who hold the role (and belong to the team), by name."""
    query = select(Person).join(PersonRole).where(PersonRole.role == role, Person.active)
    if team_id is not None:
        query = query.where(Person.id.in_(select(TeamMember.person_id).where(TeamMember.team_id == team_id)))
    return list(db.session.scalars(query.order_by(Person.name, Person.id)))


def supervisors() -> list[Person]:
    return people_with(Role.SUPERVISOR)


def leaders_of(team_id: int | None) -> list[Person]:
    """Supervisors who oversee the team; without any (or without a team) the company-wide ones."""
    everyone = supervisors()
    own = [p for p in everyone if team_id is not None and team_id in p.led_team_ids]
    return own or [p for p in everyone if p.company_wide]


def areas() -> list[Area]:
    return list(db.session.scalars(select(Area).where(Area.active).order_by(Area.position, Area.id)))
