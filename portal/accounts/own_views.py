"""One's own page: role, language, look, password, where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import redirect
from flask_babel import gettext as _

from portal.accounts import actions, bp, landing, passwords, sessions
from portal.accounts.forms import ChangePasswordForm, PreferencesForm
from portal.accounts.models import Theme
from portal.accounts.signing import window
from portal.core import access, limits, pages
from portal.core.access import Role
from portal.core.db import release
from portal.core.errors import NotFound, TooMany
from portal.core.i18n import language

TRIES = 8  # wrong present passwords in one window


@bp.get("/me")
@access.signed_in
def me():
    return _page()


def _page(status: int = 200, **forms: Any):
    person = access.me()
    forms.setdefault("preferences", PreferencesForm(data={"language": language(), "theme": person.theme.value, "keys_on": person.keys_on}))
    forms.setdefault("password", ChangePasswordForm())
    return pages.page(
        "accounts/me.html", status=status, **forms, has_errors=any(f.has_errors for f in forms.values()),
        roles=[r for r in Role if r in person.roles], sessions=sessions.open_of(person), present=sessions.present(),
    )


@bp.post("/me/preferences")
@access.signed_in
def save_preferences():
    form = PreferencesForm.of_request()
    if not form.validate():
        return _page(422, preferences=form)
    actions.choose(access.me(), by=access.me(), language=form.language.data, theme=Theme(form.theme.data), keys_on=form.keys_on.data)
    pages.say(_("Saved."))
    return landing.remember_language(pages.back("accounts.me"), form.language.data)


@bp.post("/me/password")
@access.signed_in
def change_password():
    person = access.me()
    form = ChangePasswordForm.of_request(own_words=(person.username, person.name))
    if not form.validate():
        return _page(422, password=form)
    if not _knows(person, form.password.data):
        form.refuse("password", _("This is not the present password."))
        return _page(422, password=form)
    release()
    actions.change_password(person, passwords.hashed(form.new_password.data), by=person, but=sessions.present())
    pages.say(_("The new password holds. Other devices were signed out."))
    return pages.back("accounts.me")


def _knows(person: Any, password: str) -> bool:
    """Counted, so that a left-open screen is no way to guess. Raises TooMany."""
    person_id = person.id
    if limits.count("password.own", str(person_id), window()) >= TRIES:
        raise TooMany()
    known = passwords.matches(person.password_hash, password)
    if not known:
        limits.hit("password.own", str(person_id), within_request=False)
    return known


@bp.post("/me/sessions/<int:session_id>/end")
@access.signed_in
def end_session(session_id: int):
    row = next((s for s in sessions.open_of(access.me()) if s.id == session_id), None)
    if row is None:
        raise NotFound()
    actions.sign_out(row, by=access.me())
    if row is sessions.present():
        return sessions.delete_cookie(redirect("/", 303))
    pages.say(_("That device is signed out."))
    return pages.back("accounts.me")


@bp.post("/me/sessions/end-others")
@access.signed_in
def end_other_sessions():
    actions.sign_out_others(by=access.me(), but=sessions.present())
    pages.say(_("All other devices are signed out."))
    return pages.back("accounts.me")
