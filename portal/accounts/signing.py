"""Who may come in: counted tries by name and by address; a device that signed in before has a counter of its own."""

from __future__ import annotations

import ipaddress
import secrets
import unicodedata
from datetime import timedelta
from typing import Any

import phonenumbers
from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from portal.accounts import passwords
from portal.accounts.models import Person
from portal.core import limits
from portal.core.db import db
from portal.core.errors import TooMany

YEAR = 365 * 24 * 3600
DEVICE_NAMES = 10  # people one shared device remembers


def window() -> timedelta:
    return timedelta(minutes=current_app.config["SIGN_IN_WINDOW_MINUTES"])


def check(username: str, password: str) -> Person | None:
    """The active person behind name (or phone) and password, else None. Raises TooMany. One argon2 verification whatever the name."""
    name = canonical(username)
    person = _named(username, name)
    counters = _counters(name, person)
    if any(limits.count(scope, who, window()) >= most for scope, who, most in counters):
        raise TooMany()
    person_id, stored = (person.id, person.password_hash) if person is not None and person.active else (None, None)
    if not passwords.matches(stored, password):
        for scope, who, _most in counters:
            limits.hit(scope, who, within_request=False)
        return None
    limits.forget(*counters[0][:2])
    return db.session.get(Person, person_id)


def _counters(name: str, person: Person | None) -> list[tuple[str, str, int]]:
    """(scope, who, most tries). Strangers share one counter a name and one an address; a device where this person
    signed in before has only its own, so nobody can lock others out."""
    tries = current_app.config["SIGN_IN_TRIES"]
    device = _known_device(person)
    if device:
        return [("sign_in.device", device, tries)]
    return [("sign_in.name", name, tries), ("sign_in.address", _address(), current_app.config["SIGN_IN_TRIES_ADDRESS"])]


def _address() -> str:
    """One customer of an IPv6 network has a whole /64."""
    found = ipaddress.ip_address(request.remote_addr or "0.0.0.0")
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def canonical(username: str) -> str:
    """What tries are counted by: every writing of a phone number is one name."""
    name = unicodedata.normalize("NFKC", username).strip().lower()
    return _e164(name) or name


def _named(username: str, name: str) -> Person | None:
    typed = username.strip().lower()
    by_name = db.session.scalars(select(Person).where(Person.username == typed)).first()
    by_phone = db.session.scalars(select(Person).where(Person.phone == name)).first()
    return by_name or by_phone


def _e164(text: str) -> str | None:
    """The phone number that somebody may have typed as name."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or any(c.isalpha() for c in text):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def cookie_name() -> str:
    return "__Host-known-device" if current_app.config["SESSION_COOKIE_SECURE"] else "known-device"


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-device")


def _remembered() -> tuple[str, list[int]]:
    try:
        device, people = _seal().loads(request.cookies.get(cookie_name(), ""), max_age=YEAR)
    except (BadSignature, ValueError, TypeError):
        return "", []
    return device, people


def _known_device(person: Person | None) -> str | None:
    device, people = _remembered()
    return f"{device}|{person.id}" if person is not None and person.id in people else None


def remember_device(response: Any, person: Person) -> Any:
    """A long-lived signed cookie: these people have signed in here."""
    device, people = _remembered()
    people = [person.id, *(p for p in people if p != person.id)][:DEVICE_NAMES]
    sealed = _seal().dumps([device or secrets.token_urlsafe(12), people])
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(cookie_name(), sealed, max_age=YEAR, httponly=True, samesite="Lax", secure=secure, path="/")
    return response
