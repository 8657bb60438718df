"""Where a person's work begins: the page of the role used last."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, url_for

from portal.accounts import actions, sessions, signing
from portal.accounts.models import Person
from portal.core.access import Role, me

PAGES = {
    Role.AGENT: "tickets.index", Role.TECHNICIAN: "visits.today", Role.SUPERVISOR: "reports.dashboard",
    Role.ANALYST: "reports.dashboard", Role.ADMINISTRATOR: "admin.index",
}


def page_of(person: Person) -> str:
    """The address; one's own page where the role has none."""
    endpoint = PAGES.get(person.role, "")
    return url_for(endpoint if endpoint in current_app.view_functions else "accounts.me")


def come_in(person: Person, target: str | None = None):
    """The answer to a right password: a new session, whatever the browser brought along."""
    if me() is not None:  # asking is what finds the session of the cookie
        sessions.end(sessions.present())
    answer = redirect(target or page_of(person), 303)
    sessions.set_cookie(answer, actions.sign_in(person))
    return signing.remember_device(answer, person)


def remember_language(answer: Any, wanted: str) -> Any:
    """For pages that ask for no session: of an address that leads nowhere, and the sign-in page."""
    answer.set_cookie("language", wanted, max_age=signing.YEAR, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"])
    return answer
