from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.core import clock, options
from portal.core.access import Role, may
from portal.core.db import db
from portal.core.errors import NotFound
from portal.roster import rules
from portal.roster.models import Leave, PersonSkill, ServiceSkill, Skill, Terms, WorkingDay
from portal.roster.options import WARN_DAYS


def technicians(person: Any) -> list[Person]:
    """Whom this person may look at: agents all, supervisors those whom they look after."""
    if not may(person, rules.LOOK):
        return []
    everyone = accounts.people_with(Role.TECHNICIAN)
    return everyone if Role.AGENT in person.roles else [t for t in everyone if rules.leads_them(person, t)]


def find_technician(person: Any, person_id: int) -> Person:
    """Raises NotFound."""
    found = next((t for t in technicians(person) if t.id == person_id), None)
    if found is None:
        raise NotFound()
    return found


def skills(every: bool = False) -> list[Skill]:
    """In their order, with the services that need them; `every`: those out of use too."""
    query = select(Skill).options(selectinload(Skill.services).joinedload(ServiceSkill.service)).order_by(Skill.active.desc(), Skill.position, Skill.id)
    return list(db.session.scalars(query if every else query.where(Skill.active)).unique())


def find_skill(skill_id: int) -> Skill:
    """Raises NotFound."""
    found = db.session.get(Skill, skill_id)
    if found is None:
        raise NotFound()
    return found


def needs_of(service_id: int | None) -> list[ServiceSkill]:
    """The skills in use that a service needs."""
    query = select(ServiceSkill).join(Skill).where(ServiceSkill.service_id == service_id, Skill.active).options(joinedload(ServiceSkill.skill))
    return list(db.session.scalars(query.order_by(Skill.position, Skill.id))) if service_id else []


def skills_of(people: list[int]) -> dict[int, list[PersonSkill]]:
    query = select(PersonSkill).join(Skill).where(PersonSkill.person_id.in_(people), Skill.active).options(joinedload(PersonSkill.skill))
    return _by_person(db.session.scalars(query.order_by(Skill.position, Skill.id)))


def hours_of(people: list[int]) -> dict[int, list[WorkingDay]]:
    return _by_person(db.session.scalars(select(WorkingDay).where(WorkingDay.person_id.in_(people)).order_by(WorkingDay.weekday)))


def leave_of(people: list[int]) -> dict[int, list[Leave]]:
    """What is not over yet, in order."""
    query = select(Leave).where(Leave.person_id.in_(people), Leave.ends_at > clock.now(), Leave.withdrawn_at.is_(None))
    return _by_person(db.session.scalars(query.order_by(Leave.starts_at, Leave.id)))


def _by_person(rows: Any) -> dict[int, list]:
    made: dict[int, list] = {}
    for row in rows:
        made.setdefault(row.person_id, []).append(row)
    return made


def terms_of(person_id: int) -> Terms | None:
    return db.session.get(Terms, person_id)


def find_held(person: Person, skill_id: int) -> PersonSkill | None:
    query = select(PersonSkill).where(PersonSkill.person_id == person.id, PersonSkill.skill_id == skill_id)
    return db.session.scalars(query.options(joinedload(PersonSkill.skill))).first()


def find_leave(person: Person, leave_id: int) -> Leave:
    """Raises NotFound."""
    found = db.session.get(Leave, leave_id)
    if found is None or found.person_id != person.id:
        raise NotFound()
    return found


def state_of(held: PersonSkill, day: date | None = None) -> str:
    """fine, soon (expires within the warning time), expired, missing (a certificate that was never shown)."""
    day = day or clock.today()
    if held.expires_on is not None:
        return "expired" if held.expires_on < day else "soon" if (held.expires_on - day).days <= options.value(WARN_DAYS) else "fine"
    return "missing" if held.skill.certificate and not held.certificate else "fine"
