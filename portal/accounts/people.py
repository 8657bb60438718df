"""What administrators do with people: add, change, disable, enable. The last active administrator stays."""

from __future__ import annotations

from typing import Any, Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from portal.accounts import queries, rules, sessions
from portal.accounts.models import Person, PersonRole, TeamMember
from portal.core import clock, search, wake
from portal.core.access import Role, require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused

PLAIN = ("username", "name", "phone", "email", "company_wide", "language")


class Taken(Refused):
    """`field` is the one whose value another person has."""

    def __init__(self, field: str, sentence: Any):
        super().__init__(sentence)
        self.field = field


class LastAdministrator(Refused):
    sentence = _l("Nobody else is an active administrator. Give the role to somebody first.")


def add(*, by: Any, username: str, name: str, roles: Iterable[Role], teams: Iterable[int] = (), leads: Iterable[int] = (), **values: Any) -> Person:
    """A new person, without a password until a one-time link is used. `phone` as E.164. Raises Taken."""
    require(by, rules.PEOPLE)
    person = Person(created_at=clock.now())
    _apply(person, {"username": username, "name": name, "roles": roles, "teams": teams, "leads": leads, **values})
    record("person.added", person, by=by, audience=Audience.AUDIT, after=portrait(person))
    return person


def change(person: Person, *, by: Any, **values: Any) -> None:
    """Any of username, name, phone, email, company_wide, language, roles, teams, leads. Raises Taken, LastAdministrator."""
    require(by, rules.PEOPLE)
    before = portrait(person)
    _apply(person, values)
    after = portrait(person)
    changed = [field for field in after if after[field] != before[field]]
    if not changed:
        return
    flag_modified(person, "name")
    data = {"before": {f: before[f] for f in changed}, "after": {f: after[f] for f in changed}}
    record("person.changed", person, by=by, audience=Audience.AUDIT, **data)
    wake.ended(person.id)
    _somebody_administers()


def disable(person: Person, *, by: Any) -> None:
    """The person cannot come in any more; sessions end at once. Raises LastAdministrator."""
    require(by, rules.PEOPLE)
    if not person.active:
        return
    person.active = False
    sessions.end_all(person)
    record("person.disabled", person, by=by, audience=Audience.AUDIT)
    _somebody_administers()


def enable(person: Person, *, by: Any) -> None:
    require(by, rules.PEOPLE)
    if person.active:
        return
    person.active = True
    record("person.enabled", person, by=by, audience=Audience.AUDIT)


def portrait(person: Person) -> dict[str, Any]:
    """What the audit trail compares."""
    plain = {field: getattr(person, field) for field in PLAIN}
    return {
        **plain, "roles": sorted(r.value for r in person.roles),
        "teams": sorted(person.team_ids), "leads": sorted(person.led_team_ids),
    }


def _apply(person: Person, values: dict[str, Any]) -> None:
    if values.get("username"):
        values["username"] = values["username"].lower()
    _refuse_taken(person, values)
    for field in PLAIN:
        if field in values:
            setattr(person, field, values[field] if field == "company_wide" else values[field] or None)
    person.initials = search.initials(person.name)[:20]
    if "roles" in values:
        _give_roles(person, set(values["roles"]))
    if "teams" in values or "leads" in values:
        _join(person, set(values.get("teams", person.team_ids)), set(values.get("leads", person.led_team_ids)))
    _save(person)


def _refuse_taken(person: Person, values: dict[str, Any]) -> None:
    words = {"username": _l("Another person has this staff number."), "phone": _l("Another person has this phone number.")}
    for field, sentence in words.items():
        if values.get(field):
            column = getattr(Person, field)
            others = select(Person.id).where(column == values[field], Person.id != (person.id or 0))
            if db.session.scalar(others) is not None:
                raise Taken(field, sentence)


def _give_roles(person: Person, roles: set[Role]) -> None:
    person.role_rows = [row for row in person.role_rows if row.role in roles]
    person.role_rows += [PersonRole(role=role) for role in Role if role in roles - person.roles]


def _join(person: Person, teams: set[int], leads: set[int]) -> None:
    """Whoever leads a team belongs to it."""
    person.memberships = [m for m in person.memberships if m.team_id in teams | leads]
    known = {m.team_id: m for m in person.memberships}
    for team in queries.teams_by_id(teams | leads):
        member = known.get(team.id)
        if member is None:
            person.memberships.append(TeamMember(team_id=team.id, leads=team.id in leads))
        else:
            member.leads = team.id in leads


def _save(person: Person) -> None:
    """Two people may be given the same name at once: the database decides."""
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        raise Taken("username", _l("Another person has this staff number or phone number.")) from None


def _somebody_administers() -> None:
    """Asked after the change was recorded: from there on nobody else can change people at the same time."""
    if not queries.people_with(Role.ADMINISTRATOR):
        raise LastAdministrator()
