"""A new password by a one-time link that an administrator has handed over."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.accounts import actions, bp, passwords, queries
from portal.accounts.forms import NewPassword
from portal.accounts.sessions import token_hash
from portal.core import access, pages
from portal.core.db import release
from portal.core.errors import NotFound


@bp.route("/reset/<token>", methods=["GET", "POST"])
@access.public
def reset(token: str):
    try:
        link = queries.find_reset_link(token_hash(token))
    except NotFound:
        return pages.page("accounts/reset_over.html", status=404)
    person = queries.find_person(link.person_id)
    form = NewPassword.of_request(own_words=(person.username, person.name))
    if pages.is_post() and form.validate():
        return _set(link, form.new_password.data)
    status = 422 if pages.is_post() else 200
    return pages.page("accounts/reset.html", status=status, form=form, person=person, has_errors=form.has_errors)


def _set(link, new_password: str):
    release()
    try:
        actions.reset_password(link, passwords.hashed(new_password))
    except actions.LinkOver:
        return pages.page("accounts/reset_over.html", status=404)
    pages.say(_("The new password holds. Sign in with it."))
    return pages.back("accounts.sign_in")
