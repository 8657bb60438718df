"""What supervisors keep about technicians: hours, the most visits a day, leave, skills; and what services need."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from portal.accounts.models import Person
from portal.catalogue.models import Service
from portal.core import clock, kept
from portal.core.access import require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.roster import queries, rules
from portal.roster.models import Leave, LeaveKind, Level, PersonSkill, ServiceSkill, Skill, Terms, WorkingDay


def _record(verb: str, subject: Any, *, by: Any, **data: Any) -> None:
    record(verb, subject, by=by, audience=Audience.AUDIT, **data)


def set_hours(person: Person, weekdays: Iterable[int], hours: tuple[int, int, int, int] | None, *, by: Any) -> None:
    """Hours of these weekdays (0 Monday) in minutes after midnight: from, to, lunch from, lunch to. None: off. Raises Refused."""
    require(by, rules.KEEP, person)
    days = sorted(set(weekdays))
    if hours:
        _refuse_bad_hours(*hours)
    before = _hours(person)
    db.session.execute(delete(WorkingDay).where(WorkingDay.person_id == person.id, WorkingDay.weekday.in_(days)))
    kept.renew()
    if hours:
        starts, ends, rest_starts, rest_ends = hours
        db.session.add_all([
            WorkingDay(person_id=person.id, weekday=d, starts=starts, ends=ends, rest_starts=rest_starts, rest_ends=rest_ends) for d in days
        ])
    db.session.flush()
    _record("roster.hours_set", person, by=by, name=person.name, before=before, after=_hours(person))


def _refuse_bad_hours(starts: int, ends: int, rest_starts: int, rest_ends: int) -> None:
    if not 0 <= starts < ends <= 1440:
        raise Refused(_l("Work must end later than it begins."))
    if rest_starts > rest_ends or rest_ends > rest_starts and not starts <= rest_starts < rest_ends <= ends:
        raise Refused(_l("Lunch must lie within the working hours."))


def _hours(person: Person) -> dict[str, list[int]]:
    rows = db.session.scalars(select(WorkingDay).where(WorkingDay.person_id == person.id).order_by(WorkingDay.weekday))
    return {str(r.weekday): [r.starts, r.ends, r.rest_starts, r.rest_ends] for r in rows}


def set_daily_visits(person: Person, most: int | None, *, by: Any) -> None:
    """The most visits a day; None: the company's number."""
    require(by, rules.KEEP, person)
    terms = queries.terms_of(person.id)
    before = terms.daily_visits if terms else None
    if terms is None:
        terms = Terms(person_id=person.id)
        db.session.add(terms)
    terms.daily_visits = most
    _record("roster.most_set", person, by=by, name=person.name, before=before, after=most)


def add_leave(person: Person, starts_at: datetime, ends_at: datetime, kind: LeaveKind = LeaveKind.ANNUAL, note: str = "", *, by: Any) -> Leave:
    """Time away. Visits that fall into it stay until the desk moves them; the desk is told. Raises Refused."""
    require(by, rules.KEEP, person)
    if ends_at <= starts_at:
        raise Refused(_l("The end must be later than the start."))
    if (ends_at - starts_at).days > 366:
        raise Refused(_l("At most a year at once."))
    leave = Leave(person_id=person.id, starts_at=starts_at, ends_at=ends_at, kind=kind, note=note, entered_by_id=by.id, created_at=clock.now())
    db.session.add(leave)
    db.session.flush()
    _record("leave.added", leave, by=by, name=person.name, starts=starts_at.isoformat(), ends=ends_at.isoformat(), kind=kind.value)
    return leave


def withdraw_leave(leave: Leave, *, by: Any) -> None:
    require(by, rules.KEEP, leave.person)
    if leave.withdrawn_at is not None:
        raise WrongState()
    leave.withdrawn_at = clock.now()
    _record("leave.withdrawn", leave, by=by, name=leave.person.name)


def grant(person: Person, skill: Skill, level: Level, certificate: str = "", expires_on: date | None = None, *, by: Any) -> PersonSkill:
    """Enter or renew a skill. One that needs a certificate needs its number or its last day. Raises Refused."""
    require(by, rules.KEEP, person)
    if skill.certificate and not (certificate or expires_on):
        raise Refused(_l("This skill needs a certificate: write its number or its last day."))
    held = queries.find_held(person, skill.id)
    before = _held(held) if held else None
    if held is None:
        held = PersonSkill(person_id=person.id, skill=skill)
        db.session.add(held)
    held.level, held.certificate, held.expires_on = level, certificate, expires_on
    db.session.flush()
    _record("roster.skill_granted", person, by=by, name=person.name, skill=skill.name, before=before, after=_held(held))
    return held


def _held(held: PersonSkill) -> dict[str, Any]:
    return {"level": held.level.value, "certificate": held.certificate, "expires_on": held.expires_on.isoformat() if held.expires_on else None}


def revoke(person: Person, held: PersonSkill, *, by: Any) -> None:
    """The person does this no more."""
    require(by, rules.KEEP, person)
    _record("roster.skill_revoked", person, by=by, name=person.name, skill=held.skill.name, before=_held(held))
    db.session.delete(held)


def add_skill(*, by: Any, name: str, name_en: str = "", certificate: bool = False, services: Iterable[int] = (), level: Level = Level.TRAINEE) -> Skill:
    """A skill that technicians may have, and the services that need it at this level."""
    require(by, rules.SKILLS)
    skill = Skill(name=name, name_en=name_en, certificate=certificate, position=len(queries.skills(every=True)))
    db.session.add(skill)
    _set_services(skill, services, level)
    _record("skill.added", skill, by=by, after=_facts(skill))
    return skill


def change_skill(skill: Skill, *, by: Any, name: str, name_en: str, certificate: bool, services: Iterable[int], level: Level, active: bool) -> None:
    require(by, rules.SKILLS)
    before = _facts(skill)
    skill.name, skill.name_en, skill.certificate, skill.active = name, name_en, certificate, active
    flag_modified(skill, "name")
    _set_services(skill, services, level)
    _record("skill.changed", skill, by=by, before=before, after=_facts(skill))


def _set_services(skill: Skill, services: Iterable[int], level: Level) -> None:
    known = {row.service_id: row for row in skill.services}
    found = db.session.scalars(select(Service).where(Service.id.in_(set(services))).order_by(Service.position))
    skill.services = [known.get(s.id) or ServiceSkill(service=s) for s in found]
    for row in skill.services:
        row.level = level
    db.session.flush()


def _facts(skill: Skill) -> dict[str, Any]:
    return {
        "name": skill.name, "name_en": skill.name_en, "certificate": skill.certificate, "active": skill.active,
        "services": [row.service.name for row in skill.services], "level": skill.services[0].level.value if skill.services else "",
    }
