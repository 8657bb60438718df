"""The first page of an empty portal: its first administrator."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, request

from portal.accounts import actions, bp, landing, passwords, setup
from portal.accounts.forms import SetUpForm
from portal.core import access, limits, pages
from portal.core.db import release
from portal.core.errors import TooMany
from portal.core.i18n import language

TRIES, WINDOW = 10, timedelta(minutes=15)


@bp.route("/set-up", methods=["GET", "POST"])
@access.public
def set_up():
    """Leads away as soon as somebody has an account."""
    if not setup.is_empty():
        return redirect("/", 303)
    form = SetUpForm.of_request(**_start())
    if pages.is_post() and _checked(form):
        return _set_up(form)
    setup.code()
    return pages.page("accounts/set_up.html", status=422 if pages.is_post() else 200, form=form, has_errors=form.has_errors)


def _start() -> dict:
    own_words = (request.form.get("username", ""), request.form.get("name", ""), request.form.get("company", ""))
    return {"own_words": own_words, "data": {"language": language()}}


def _checked(form: SetUpForm) -> bool:
    """Raises TooMany when codes are guessed."""
    if limits.count("set_up", "", WINDOW) >= TRIES:
        raise TooMany()
    valid = form.validate()
    if form.code.errors:
        release()
        limits.hit("set_up", "", within_request=False)
    return valid


def _set_up(form: SetUpForm):
    release()
    person = actions.set_up(
        form.username.data, form.name.data, passwords.hashed(form.new_password.data), form.company.data, form.language.data,
    )
    setup.done()
    return landing.come_in(person)
