"""Coming in, going out, switching language and role."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from portal.accounts import actions, bp, landing, own_views, reset_views, sample, sessions, setup_views, signing  # noqa: F401 - views register themselves
from portal.accounts.forms import SignInForm
from portal.core import access, pages
from portal.core.access import me
from portal.core.errors import TooMany
from portal.core.i18n import LANGUAGES


@bp.get("/")
@access.signed_in
def home():
    """The page of the role used last."""
    return redirect(landing.page_of(me()), 303)


@bp.route("/sign-in", methods=["GET", "POST"])
@access.public
def sign_in():
    form = SignInForm.of_request()
    if pages.is_post():
        return _try(form)
    if me() is not None:
        return redirect(landing.page_of(me()), 303)
    form.next.data = _own_path(request.args.get("next")) or ""
    return _sign_in_page(form)


def _try(form: SignInForm):
    if not form.validate():
        return _sign_in_page(form, 422)
    try:
        person = signing.check(form.username.data, form.password.data)
    except TooMany as many:
        form.refuse("username", many.sentence)
        return _sign_in_page(form, 429)
    if person is None:
        form.refuse("username", _("Name and password do not belong together. Check both and try again."))
        return _sign_in_page(form, 422)
    return landing.come_in(person, _own_path(form.next.data))


def _sign_in_page(form: SignInForm, status: int = 200):
    return pages.page("accounts/sign_in.html", status=status, form=form, has_errors=form.has_errors, people=sample.people())


@bp.post("/sign-out")
@access.signed_in
def sign_out():
    actions.sign_out(sessions.present(), by=me())
    answer = sessions.delete_cookie(redirect(url_for("accounts.sign_in"), 303))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@bp.post("/language")
@access.public
def switch_language():
    wanted = request.form.get("language", "")
    answer = redirect(_own_path(request.form.get("next")) or "/", 303)
    if wanted not in LANGUAGES:
        return answer
    if me() is not None:
        actions.choose(me(), by=me(), language=wanted)
    return landing.remember_language(answer, wanted)


@bp.post("/role")
@access.signed_in
def switch_role():
    wanted = next((r for r in me().roles if r.value == request.form.get("role")), None)
    actions.choose(me(), by=me(), last_role=wanted)
    return redirect(landing.page_of(me()), 303)


def _own_path(target: Any) -> str | None:
    return target if target and pages.is_own_path(target) else None
