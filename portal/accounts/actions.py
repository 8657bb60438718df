"""What people do with their own account; what administrators do with others' is in people.py and teams.py."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, text, update

from portal.accounts import people, rules, sessions
from portal.accounts.models import Person, PersonRole, ResetLink, SignedInSession
from portal.accounts.options import NAME
from portal.core import clock, options, search
from portal.core.access import Role, require
from portal.core.activity import Audience, record
from portal.core.db import db, is_sqlite
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import COMPANYS

LINK_LIVES = timedelta(minutes=30)


class AlreadySetUp(Refused):
    status = 409
    sentence = _l("The portal is set up already. Sign in.")


class LinkOver(Refused):
    sentence = _l("This link was used or is older than 30 minutes.")


def sign_in(person: Person) -> str:
    """Begin a session; returns the token for the cookie."""
    token = sessions.begin(person)
    record("person.signed_in", person, by=person, audience=Audience.AUDIT)
    return token


def sign_out(session: SignedInSession, *, by: Person) -> None:
    """End one of one's own sessions at once. Raises Forbidden for another person's."""
    if session.person_id != by.id:
        raise Forbidden()
    sessions.end(session)
    record("person.signed_out", by, by=by, audience=Audience.AUDIT, session=session.id)


def sign_out_others(*, by: Person, but: SignedInSession) -> None:
    """End all of one's own sessions except the present one."""
    sessions.end_all(by, but)
    record("person.signed_out_others", by, by=by, audience=Audience.AUDIT)


def choose(person: Person, *, by: Person, **values: Any) -> None:
    """One's own language, theme, keys_on or last_role: preferences, no event. A role that is not held is left out."""
    require(by, rules.OWN, person)
    for name in ("language", "theme", "keys_on"):
        if name in values:
            setattr(person, name, values[name])
    if values.get("last_role") in person.roles:
        person.last_role = values["last_role"]


def change_password(person: Person, password_hash: str, *, by: Person, but: SignedInSession) -> None:
    """A new password of one's own; every other session ends."""
    require(by, rules.OWN, person)
    _set_password(person, password_hash)
    sessions.end_all(person, but)
    record("person.password_changed", person, by=by, audience=Audience.AUDIT)


def make_reset_link(person: Person, *, by: Any) -> str:
    """A token good for 30 minutes and one use; earlier ones of this person stop working."""
    require(by, rules.RESET)
    token, now = secrets.token_urlsafe(32), clock.now()
    earlier = update(ResetLink).where(ResetLink.person_id == person.id, ResetLink.used_at.is_(None))
    db.session.execute(earlier.values(used_at=now))
    db.session.add(ResetLink(token_hash=sessions.token_hash(token), person_id=person.id, made_by_id=by.id, ends_at=now + LINK_LIVES))
    record("person.reset_link_made", person, by=by, audience=Audience.AUDIT)
    return token


def reset_password(link: ResetLink, password_hash: str) -> Person:
    """Set a new password by a link, once; every session ends. Raises LinkOver."""
    now = clock.now()
    unused = update(ResetLink).where(ResetLink.token_hash == link.token_hash, ResetLink.used_at.is_(None), ResetLink.ends_at > now)
    if not db.session.execute(unused.values(used_at=now)).rowcount:
        raise LinkOver()
    person = db.session.get(Person, link.person_id)
    _set_password(person, password_hash)
    sessions.end_all(person)
    record("person.password_reset", person, by=person, audience=Audience.AUDIT)
    return person


def _set_password(person: Person, password_hash: str) -> None:
    person.password_hash, person.password_changed_at = password_hash, clock.now()


def set_up(username: str, name: str, password_hash: str, company: str, language: str) -> Person:
    """The first administrator, the company's name and its language. Raises AlreadySetUp."""
    if not is_sqlite():
        db.session.execute(text("LOCK TABLE person IN EXCLUSIVE MODE"))
    if db.session.scalar(select(Person.id).limit(1)) is not None:
        raise AlreadySetUp()
    person = Person(
        username=username.lower(), name=name, initials=search.initials(name)[:20], language=language, created_at=clock.now(),
        last_role=Role.ADMINISTRATOR, role_rows=[PersonRole(role=Role.ADMINISTRATOR)],
    )
    _set_password(person, password_hash)
    db.session.add(person)
    options.put(NAME, company)
    options.put(COMPANYS, language)
    record("company.set_up", person, by=person, audience=Audience.AUDIT)
    return person


def add_person(values: dict[str, Any], *, by: Any) -> Person:
    """A new person from a row of an import: username, name, roles, and what else `people.add` takes. Raises Taken."""
    return people.add(by=by, **values)
