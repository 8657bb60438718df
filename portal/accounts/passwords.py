"""Passwords: argon2, one verification for every try, few at once, never inside a transaction."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from flask_babel import gettext as _

from portal.core import db
from portal.core.errors import Refused, TooMany

SHORTEST, LONGEST = 10, 128
PATIENCE = 10  # seconds that one waits for others' checks


class BadPassword(Refused):
    """The sentence says what the new password lacks."""


def _tools() -> tuple[PasswordHasher, BoundedSemaphore, str]:
    """Hasher, gate and the hash that unknown names are checked against; one set an application."""
    made = current_app.extensions.get("passwords")
    if made is None:
        cheap = current_app.config.get("PASSWORD_COST") == "test"
        hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1) if cheap else PasswordHasher()
        made = (hasher, BoundedSemaphore(current_app.config["SIGN_IN_CONCURRENT"]), hasher.hash("nobody has this password"))
        current_app.extensions["passwords"] = made
    return made


@contextmanager
def _turn(gate: BoundedSemaphore):
    if not gate.acquire(timeout=PATIENCE):
        raise TooMany()
    try:
        yield
    finally:
        gate.release()


def hashed(password: str) -> str:
    """Slow on purpose: end the transaction (`db.release`) before."""
    hasher, gate, _nobody = _tools()
    with _turn(gate):
        return hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """The same work whether or not the person exists. Ends the transaction first: nobody waits for a hash."""
    hasher, gate, nobody = _tools()
    db.release()
    with _turn(gate):
        try:
            return hasher.verify(stored or nobody, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    path = Path(__file__).parent / "data" / "common_passwords.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


def check_new(password: str, *own_words: str) -> None:
    """At least ten characters, not on the list of common ones, not made of the person's or company's own words. Raises BadPassword."""
    if len(password) < SHORTEST:
        raise BadPassword(_("At least %(n)d characters. A short sentence is easy to keep in mind.", n=SHORTEST))
    if len(password) > LONGEST:
        raise BadPassword(_("At most %(n)d characters.", n=LONGEST))
    small = password.lower()
    if small in _common() or len(set(small)) < 4:
        raise BadPassword(_("Too many people use this password. Choose another one."))
    if any(len(w) > 2 and w.lower() in small and len(small) < len(w) + 6 for w in own_words if w):
        raise BadPassword(_("The password is made of your own or the company's name. Choose another one."))
