"""Who may come in: counted tries by name and by address; a device that signed in before has a counter of its own."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from portal.accounts import passwords
from portal.accounts.models import Person
from portal.core import limits
from portal.core.db import db
from portal.core.errors import TooMany

KNOWN_DEVICE = "known-device"
YEAR = 365 * 24 * 3600


def window() -> timedelta:
    return timedelta(minutes=current_app.config["SIGN_IN_WINDOW_MINUTES"])


def check(username: str, password: str) -> Person | None:
    """The person behind name (or phone) and password, else None. Raises TooMany. One argon2 verification whatever the name."""
    counter = _counter(username)
    if limits.count("sign_in.name", counter, window()) >= current_app.config["SIGN_IN_TRIES"]:
        raise TooMany()
    if limits.count("sign_in.address", request.remote_addr or "", window()) >= current_app.config["SIGN_IN_TRIES_ADDRESS"]:
        raise TooMany()
    person = _named(username)
    stored = person.password_hash if person is not None and person.active else None
    if not passwords.matches(stored, password):
        limits.hit("sign_in.name", counter, within_request=False)
        limits.hit("sign_in.address", request.remote_addr or "", within_request=False)
        return None
    return db.session.get(Person, person.id)


def _named(username: str) -> Person | None:
    name = username.strip().lower()
    found = db.session.scalars(select(Person).where(Person.username == name)).first()
    return found or db.session.scalars(select(Person).where(Person.phone == _e164(name))).first()


def _e164(text: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(text, "CN"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return "-"


def _counter(username: str) -> str:
    """Strangers share one counter a name; a device where this name signed in before keeps its own, so nobody is locked out by others."""
    name = username.strip().lower()
    return f"{name}|{_device(name)}"


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=KNOWN_DEVICE)


def _device(name: str) -> str:
    try:
        device, names = _seal().loads(request.cookies.get(KNOWN_DEVICE, ""), max_age=YEAR)
    except (BadSignature, ValueError, TypeError):
        return ""
    return device if name in names else ""


def remember_device(response: Any, person: Person) -> Any:
    """A long-lived signed cookie: these names have signed in here."""
    try:
        device, names = _seal().loads(request.cookies.get(KNOWN_DEVICE, ""), max_age=YEAR)
    except (BadSignature, ValueError, TypeError):
        device, names = secrets.token_urlsafe(12), []
    names = [person.username, *(n for n in names if n != person.username)][:10]
    response.set_cookie(KNOWN_DEVICE, _seal().dumps([device, names]), max_age=YEAR, httponly=True, samesite="Lax",
                        secure=current_app.config["SESSION_COOKIE_SECURE"])
    return response


def own_page(target: str | None) -> str | None:
    """The address if it is a page of ours (a plain path), else None (trust.md, T21)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(c) < 33 or c == "\\" for c in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
