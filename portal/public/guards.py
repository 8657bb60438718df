"""What keeps machines and floods away from pages without sign-in: a time stamp, an empty field, counted tries, no index."""

from __future__ import annotations

from datetime import timedelta
from functools import wraps

from flask import current_app, g, make_response, request
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, TimestampSigner
from wtforms import HiddenField, StringField
from wtforms.validators import Optional, StopValidation

from portal.core import clock, files, limits
from portal.core.db import SAFE_METHODS, release
from portal.core.errors import Refused, TooMany
from portal.core.forms import Form

WINDOW = timedelta(minutes=10)
OLDEST = timedelta(days=7)
TRY_AGAIN = _l("Too many forms were sent from here. Wait ten minutes, or call us.")


def stamp() -> str:
    """Says when a page was given out, signed."""
    return _signer().sign("form").decode()


def filled_in_by_a_person(form, field) -> None:
    """The page was given out by us, some seconds ago at least and a week ago at most."""
    try:
        _value, made = _signer().unsign(field.data or "", return_timestamp=True)
    except BadSignature:
        raise StopValidation(_l("This page is not complete. Open it anew.")) from None
    age = clock.now() - made
    if age > OLDEST:
        raise StopValidation(_l("This page is too old. Open it anew."))
    if age < timedelta(seconds=current_app.config["PUBLIC_FILL_SECONDS"]):
        raise StopValidation(_l("This was very quick. Look through it once more and send it again."))


def stays_empty(form, field) -> None:
    """People do not see this field; programs fill it in."""
    if field.data:
        raise StopValidation(_l("This could not be taken in. Call us instead."))


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="public-form")


class PublicForm(Form):
    """A form without sign-in."""

    stamp = HiddenField(validators=[filled_in_by_a_person])
    website = StringField("Website", validators=[Optional(), stays_empty])

    @classmethod
    def of_request(cls, **more):
        form = super().of_request(**more)
        if request.method != "POST":
            form.stamp.data = stamp()
        return form


def counted(view):
    """Decorator: POSTs of one address are counted and limited before anything else happens."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        if request.method not in SAFE_METHODS:
            count_address()
        return view(*args, **kwargs)

    return wrapped


def counted_gently(view):
    """The same, but the view itself answers, with everything typed: g.too_many."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        g.too_many = None
        try:
            count_address()
        except TooMany as refusal:
            g.too_many = refusal.sentence
        return view(*args, **kwargs)

    return wrapped


def count_address() -> None:
    """Raises TooMany. Counted apart from the request, so that refused tries count as well."""
    who = request.remote_addr or ""
    tries = limits.count("public_address", who, WINDOW)
    release()
    if tries >= current_app.config["PUBLIC_POSTS_ADDRESS"]:
        raise TooMany(TRY_AGAIN)
    limits.hit("public_address", who, within_request=False)


def photos_first(view):
    """Decorator: pictures are read and made small before the transaction begins; g.photos, g.photo_problem."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        release()
        g.photos, g.photo_problem = [], None
        if g.get("too_many"):
            return view(*args, **kwargs)
        try:
            g.photos = files.receive(request.files.getlist("photos"), most=current_app.config["MAX_PHOTOS"])
        except Refused as refusal:
            g.photo_problem = refusal.sentence
        return view(*args, **kwargs)

    return wrapped


def unlisted(view):
    """Decorator: search engines keep out, nothing is stored on the way."""

    @wraps(view)
    def wrapped(*args, **kwargs):
        answer = make_response(view(*args, **kwargs))
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return wrapped
