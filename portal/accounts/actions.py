"""What can be done with people and their sign-ins."""

from __future__ import annotations

from importlib import import_module, util
from typing import Any

from flask import current_app

from portal.accounts import sessions
from portal.accounts.models import Person, SignedInSession
from portal.core.access import Role
from portal.core.activity import Audience, record
from portal.core.errors import Forbidden


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


def choose(person: Person, *, by: Any, language: str | None = None, last_role: Role | None = None) -> None:
    """One's own language or the role in use; a preference, no event."""
    if language is not None:
        person.language = language
    if last_role is not None and last_role in person.roles:
        person.last_role = last_role


def demo_people() -> list[Any]:
    """The people listed on the demo's sign-in page; nobody elsewhere."""
    if not current_app.config["DEMO"] or util.find_spec("portal.demo.people") is None:
        return []
    return import_module("portal.demo.people").listed()
