from __future__ import annotations

from typing import Any, Iterable

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Area, Person, PersonRole, ResetLink, Team, TeamMember
from portal.core import clock
from portal.core.access import Role
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.kept import kept


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


def people(text: str = "", role: Role | None = None, team_id: int | None = None, active: bool = True) -> Select:
    """Staff by name, initials, staff number or digits of the phone."""
    query = select(Person).where(Person.active == active)
    if text:
        like = "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (func.lower(Person.name), Person.username, Person.initials, Person.phone)
        query = query.where(or_(*(c.like(like, escape="\\") for c in columns)))
    if role is not None:
        query = query.where(Person.id.in_(select(PersonRole.person_id).where(PersonRole.role == role)))
    if team_id is not None:
        query = query.where(Person.id.in_(select(TeamMember.person_id).where(TeamMember.team_id == team_id)))
    return query.options(selectinload(Person.memberships).selectinload(TeamMember.team))


def named(text: str) -> list[Person]:
    """People with exactly this staff number or name, disabled ones too."""
    query = select(Person).where(or_(Person.username == text.lower(), Person.name == text))
    return list(db.session.scalars(query.order_by(Person.id).limit(3)))


def everyone() -> list[Person]:
    """By name; disabled ones last."""
    return list(db.session.scalars(select(Person).order_by(Person.active.desc(), Person.name, Person.id)))


def find_reset_link(token_hash: str) -> ResetLink:
    """An unused link younger than 30 minutes, of a person who may come in. Raises NotFound."""
    query = select(ResetLink).join(Person, Person.id == ResetLink.person_id).where(Person.active, ResetLink.token_hash == token_hash)
    link = db.session.scalars(query.where(ResetLink.used_at.is_(None), ResetLink.ends_at > clock.now())).first()
    if link is None:
        raise NotFound()
    return link


def areas() -> list[Area]:
    return list(db.session.scalars(select(Area).where(Area.active).order_by(Area.position, Area.id)))


@kept
def area_names() -> list[Any]:
    """The same as rows (id, name, name_en), to choose from."""
    return list(db.session.execute(select(Area.id, Area.name, Area.name_en).where(Area.active).order_by(Area.position, Area.id)).all())


def all_areas() -> list[Area]:
    return list(db.session.scalars(select(Area).order_by(Area.active.desc(), Area.position, Area.id)))


def teams() -> list[Team]:
    """Those at work, by name."""
    return list(db.session.scalars(select(Team).where(Team.active).order_by(Team.name, Team.id)))


def all_teams() -> list[Team]:
    """With areas and people; closed ones last."""
    with_all = (selectinload(Team.areas), selectinload(Team.members).selectinload(TeamMember.person))
    return list(db.session.scalars(select(Team).options(*with_all).order_by(Team.active.desc(), Team.name, Team.id)))


def find(model: Any, record_id: int) -> Any:
    """A team or an area. Raises NotFound."""
    found = db.session.get(model, record_id)
    if found is None:
        raise NotFound()
    return found


def teams_by_id(ids: Iterable[int]) -> list[Team]:
    return list(db.session.scalars(select(Team).where(Team.id.in_(set(ids)))))


def areas_by_id(ids: Iterable[int]) -> list[Area]:
    return list(db.session.scalars(select(Area).where(Area.id.in_(set(ids))).order_by(Area.position, Area.id)))


def members_of(team: Team) -> list[Person]:
    """Active people of the team."""
    query = select(Person).join(TeamMember).where(TeamMember.team_id == team.id, Person.active)
    return list(db.session.scalars(query.order_by(Person.name, Person.id)))


def next_area_position() -> int:
    return (db.session.scalar(select(func.max(Area.position))) or 0) + 10
