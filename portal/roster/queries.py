from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.core import clock, options
from portal.core.access import Role, may
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.i18n import word_of
from portal.core.kept import kept
from portal.roster import rules
from portal.roster.models import Leave, Level, PersonSkill, ServiceSkill, Skill, Terms, WorkingDay
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


@dataclass(frozen=True)
class Known:
    """A skill as it is read: .id .certificate .word."""

    id: int
    name: str
    name_en: str
    certificate: bool
    word = property(word_of)


@dataclass(frozen=True)
class Need:
    """A skill at a level or above, as a service may ask for it."""

    skill_id: int
    skill: Any
    level: Level


@kept
def needs_of(service_id: int | None) -> list[Need]:
    """The skills in use that a service needs."""
    query = select(ServiceSkill.level, *_KNOWN).join(Skill).where(ServiceSkill.service_id == service_id, Skill.active)
    rows = db.session.execute(query.order_by(Skill.position, Skill.id)).all() if service_id else []
    return [Need(known[0], Known(*known), level) for level, *known in rows]


@kept
def known(skill_id: int | None) -> Known | None:
    """One skill as it is read."""
    rows = db.session.execute(select(*_KNOWN).where(Skill.id == skill_id)).all() if skill_id else []
    return Known(*rows[0]) if rows else None


@dataclass(frozen=True)
class Held:
    """A skill that somebody has, as it is read."""

    skill_id: int
    level: Level
    certificate: str
    expires_on: date | None
    skill: Known


@kept
def everybodys_skills() -> dict[int, dict[int, Held]]:
    """Person → skill → what is held."""
    query = select(PersonSkill.person_id, PersonSkill.level, PersonSkill.certificate, PersonSkill.expires_on, *_KNOWN).join(Skill)
    made: dict[int, dict[int, Held]] = {}
    for person_id, level, certificate, expires_on, *known in db.session.execute(query):
        made.setdefault(person_id, {})[known[0]] = Held(known[0], level, certificate, expires_on, Known(*known))
    return made


@kept
def everybodys_hours() -> dict[tuple[int, int], tuple[int, int, int, int]]:
    """(person, weekday) → from and to, rest from and to; in minutes after midnight."""
    w = WorkingDay
    return {(row[0], row[1]): tuple(row[2:]) for row in db.session.execute(select(w.person_id, w.weekday, w.starts, w.ends, w.rest_starts, w.rest_ends))}


@kept
def everybodys_most() -> dict[int, int | None]:
    """Person → the most visits a day."""
    return dict(db.session.execute(select(Terms.person_id, Terms.daily_visits)).all())


@kept
def absences(start: datetime, end: datetime) -> dict[int, list[Any]]:
    """Person → leave that touches these moments, as rows in order."""
    query = select(*Leave.__table__.c).where(Leave.ends_at > start, Leave.starts_at < end, Leave.withdrawn_at.is_(None))
    return _by_person(db.session.execute(query.order_by(Leave.starts_at)).all())


_KNOWN = (Skill.id, Skill.name, Skill.name_en, Skill.certificate)


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


def state_of(held: PersonSkill | Held, day: date | None = None) -> str:
    """fine, soon (expires within the warning time), expired, missing (a certificate that was never shown)."""
    day = day or clock.today()
    if held.expires_on is not None:
        return "expired" if held.expires_on < day else "soon" if (held.expires_on - day).days <= options.value(WARN_DAYS) else "fine"
    return "missing" if held.skill.certificate and not held.certificate else "fine"
