from __future__ import annotations

from flask import make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from portal.accounts import actions, bp, sessions, signing
from portal.core import access, forms, pages
from portal.core.access import Role, me
from portal.core.errors import TooMany
from portal.core.i18n import LANGUAGES

LANDING = {
    Role.AGENT: "tickets.index", Role.TECHNICIAN: "visits.today", Role.SUPERVISOR: "reports.dashboard",
    Role.ANALYST: "reports.dashboard", Role.ADMINISTRATOR: "admin.index",
}


class SignInForm(forms.Form):
    username = StringField(_l("Staff number or phone"), [forms.plain_text, forms.required(), forms.longest(60)], filters=[forms.tidy])
    password = PasswordField(_l("Password"), [forms.required(), Length(max=200)])
    next = HiddenField()


@bp.get("/")
@access.signed_in
def home():
    """The page of the role used last."""
    return redirect(landing(me()), 303)


def landing(person) -> str:
    return url_for(LANDING.get(person.role, "accounts.me"))


@bp.route("/sign-in", methods=["GET", "POST"])
@access.public
def sign_in():
    form = SignInForm.of_request()
    if not pages.is_post():
        if me() is not None:
            return redirect(landing(me()), 303)
        form.next.data = signing.own_page(request.args.get("next")) or ""
        return _sign_in_page(form)
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
    return _welcome(person, signing.own_page(form.next.data))


def _welcome(person, target: str | None):
    answer = make_response(redirect(target or landing(person), 303))
    if sessions.present() is not None:
        sessions.end(sessions.present())
    sessions.set_cookie(answer, actions.sign_in(person))
    return signing.remember_device(answer, person)


def _sign_in_page(form: SignInForm, status: int = 200):
    return pages.page("accounts/sign_in.html", status=status, form=form, has_errors=form.has_errors, page_name=_("Sign in"), demo=actions.demo_people())


@bp.post("/sign-out")
@access.signed_in
def sign_out():
    actions.sign_out(sessions.present(), by=me())
    answer = make_response(redirect(url_for("accounts.sign_in"), 303))
    answer.delete_cookie(sessions.cookie_name())
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@bp.post("/language")
@access.public
def switch_language():
    wanted = request.form.get("language", "")
    wanted = wanted if wanted in LANGUAGES else ""
    if me() is not None and wanted:
        actions.choose(me(), by=me(), language=wanted)
    answer = make_response(redirect(signing.own_page(request.form.get("next")) or _came_from() or "/", 303))
    if wanted:
        answer.set_cookie("language", wanted, max_age=signing.YEAR, samesite="Lax")
    return answer


def _came_from() -> str | None:
    """The page the switch stood on, if it is ours."""
    start = request.host_url.rstrip("/")
    referrer = request.referrer or ""
    return signing.own_page(referrer.removeprefix(start)) if referrer.startswith(start) else None


@bp.post("/role")
@access.signed_in
def switch_role():
    wanted = next((r for r in me().roles if r.value == request.form.get("role")), None)
    if wanted is not None:
        actions.choose(me(), by=me(), last_role=wanted)
    return redirect(landing(me()), 303)


