"""Sign-ins as rows: the cookie holds a random token, the table its hash, so that a session can be listed and ended."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Callable

from flask import Flask, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager
from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Person, SignedInSession
from portal.core import access, activity, clock, direct, kept, wake
from portal.core.db import SAFE_METHODS, db, own_transaction

THROTTLE = timedelta(minutes=2)
LATELY = 1000  # sessions of which a process remembers whose they were


class SignedCookies(SecureCookieSessionInterface):
    """What signs a cookie is made once for its secrets: making it costs more than reading a cookie with it."""

    _made: tuple[Any, Any] = (None, None)

    def get_signing_serializer(self, app: Flask) -> Any:
        secrets_ = app.secret_key, app.config["SECRET_KEY_FALLBACKS"]
        if self._made[0] != secrets_:
            self._made = secrets_, super().get_signing_serializer(app)
        return self._made[1]


def init_app(app: Flask) -> None:
    app.session_interface, app.extensions["signed-in"] = SignedCookies(), kept.Shelf(LATELY)
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(_person_of_request)
    manager.user_loader(lambda _id: None)
    secure = app.config["PUBLIC_BASE"].startswith("https://")
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_NAME="__Host-session" if secure else "session", SESSION_COOKIE_PATH="/",
    )


def _secure() -> bool:
    return current_app.config["SESSION_COOKIE_SECURE"]


def cookie_name() -> str:
    return "__Host-signed-in" if _secure() else "signed-in"


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(person: Person) -> str:
    """A new session of this person on this device; returns the token for the cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    db.session.add(SignedInSession(
        token_hash=token_hash(token), person_id=person.id, created_at=now, seen_at=now,
        ends_at=now + timedelta(hours=current_app.config["SESSION_MAX_HOURS"]),
        address=request.remote_addr or "", device=(request.user_agent.string or "")[:200],
    ))
    db.session.execute(update(Person.__table__).where(Person.__table__.c.id == person.id).values(last_seen_at=now))  # no new version of the person
    return token


def set_cookie(response: Any, token: str) -> Any:
    """The cookie ends with the browser's session or, at the latest, with the row."""
    seconds = current_app.config["SESSION_MAX_HOURS"] * 3600
    response.set_cookie(cookie_name(), token, max_age=seconds, httponly=True, samesite="Lax", secure=_secure(), path="/")
    return response


def delete_cookie(response: Any) -> Any:
    response.delete_cookie(cookie_name(), path="/", secure=_secure(), httponly=True, samesite="Lax")
    return response


def end(row: SignedInSession) -> None:
    row.ended_at = row.ended_at or clock.now()
    wake.ended(row.person_id)


def end_all(person: Person, but: SignedInSession | None = None) -> None:
    """End every session of a person at once, except perhaps the present one."""
    open_rows = update(SignedInSession).where(SignedInSession.person_id == person.id, SignedInSession.ended_at.is_(None))
    if but is not None:
        open_rows = open_rows.where(SignedInSession.id != but.id)
    db.session.execute(open_rows.values(ended_at=clock.now()))
    wake.ended(person.id)


def open_of(person: Person) -> list[SignedInSession]:
    """Where a person is signed in now, the last one used first."""
    query = select(SignedInSession).where(
        SignedInSession.person_id == person.id, SignedInSession.ended_at.is_(None),
        SignedInSession.ends_at > clock.now(), SignedInSession.seen_at > clock.now() - _idle(),
    )
    return list(db.session.scalars(query.order_by(SignedInSession.seen_at.desc())))


def present() -> SignedInSession | None:
    """The session of this request."""
    return db.session.get(SignedInSession, g.signed_in_id) if "signed_in_id" in g else None


_session, _person = SignedInSession.__table__.c, Person.__table__.c
HELD = (
    select(_session.person_id, _person.language, kept.MARK_NOW.scalar_subquery().label("mark"))
    .join_from(SignedInSession.__table__, Person.__table__, _person.id == _session.person_id)
    .where(
        _session.token_hash == bindparam("token"), _session.ended_at.is_(None), _person.active,
        _session.ends_at > bindparam("now"), _session.seen_at > bindparam("idle_since"),
    )
)


def glance(statement: Select, **values: Any) -> list[Any]:
    """Rows of HELD, widened by what a poll asks besides; nothing unless the session is alive. No record is built."""
    token, now = request.cookies.get(cookie_name(), ""), clock.now()
    rows = direct.apart(statement, {"token": token_hash(token), "now": now, "idle_since": now - _idle(), **values}) if token else []
    if rows:
        g.known_id, g.language, g.kept_mark = direct.typed(statement)(rows[0])[:3]
    return rows


_along: dict[str, Callable[[Any, Any], Select]] = {}


def ask_along(name: str, number_of: Callable[[Any, Any], Select]) -> None:
    """A later slice has a number read together with each page's session: number_of(column of the person's id, its table) -> a statement
    of one value, found in `along(name)`."""
    _along[name] = number_of


def along(name: str) -> int | None:
    """The number as it was when this look began; None during a deed and without a session."""
    return getattr(g, "along", {}).get(name) if request.method in SAFE_METHODS else None


@cache
def _of_token() -> Select:
    """The session, the mark of what is kept, the newest activity and what is asked along: one statement a request."""
    own = SignedInSession.__table__
    more = [number_of(own.c.person_id, own).correlate(own).scalar_subquery().label(name) for name, number_of in _along.items()]
    return select(
        _session.id, _session.person_id, _session.ended_at, _session.ends_at, _session.seen_at,
        kept.MARK_NOW.scalar_subquery().label("mark"), activity.NEWEST.scalar_subquery().label("newest"), *more,
    ).where(_session.token_hash == bindparam("token"))


_WHOLE = select(Person).where(Person.id == bindparam("id")).options(joinedload(Person.role_rows), joinedload(Person.memberships))


def _person_of_request(_request: Any) -> Person | None:
    """Nobody on a nameless page: whatever draws it may ask who is signed in, and the session keeps when it was last seen.

    What the page asks is asked with the session's question for whoever the session belonged to the last time: who it is now, and what they
    may see, is in the answer, and what was answered for somebody else is never taken.
    """
    token = request.cookies.get(cookie_name(), "")
    if not token or access.is_nameless():
        return None
    asked = _of_token(), {"token": token_hash(token)}
    guessed = _lately().get(asked[1]["token"])
    if ahead := direct.asked_by_view(guessed) if guessed else ():
        direct.ahead(asked, *ahead)
    row = next(iter(direct.rows(*asked)), None)
    if row is None or row.ended_at is not None or not _lasts(row):
        return None
    g.kept_mark, g.newest_activity, g.along = row.mark, row.newest, {name: getattr(row, name) for name in _along}
    person = _person(row.person_id, row.mark)
    if not person.active:
        return None
    g.signed_in_id, g.language = row.id, person.language
    if person is not guessed and request.method in SAFE_METHODS:
        _lately().put(asked[1]["token"], person)
        direct.ahead(*direct.asked_by_view(person))
    _seen(row)
    return person


def _lately() -> kept.Shelf:
    return current_app.extensions["signed-in"]


def _person(person_id: int, mark: str | None) -> Person:
    """With roles and teams, from what this process keeps while the mark stands: people are seldom changed, and each change gives a new mark."""
    person = kept.recall((_person, mark, person_id), lambda: _apart(person_id))
    return person if request.method in SAFE_METHODS else db.session.merge(person, load=False)


def _apart(person_id: int) -> Person:
    """The person as a record that belongs to no session. A deed reads in its own transaction: no other may begin beside it."""
    with Session(db.engine if request.method in SAFE_METHODS else db.session.connection()) as session:
        person = session.scalars(_WHOLE, {"id": person_id}).unique().one()
        session.expunge_all()
    person.keep_roles()
    return person


def _lasts(row: Any) -> bool:
    now = clock.now()
    return now < row.ends_at and now < row.seen_at + _idle()


def _idle() -> timedelta:
    return timedelta(minutes=current_app.config["SESSION_IDLE_MINUTES"])


def _seen(row: SignedInSession) -> None:
    """One throttled write on a connection of its own; polls do not count as presence."""
    now: datetime = clock.now()
    if request.method not in SAFE_METHODS or "HX-PTag" in request.headers or now - row.seen_at < THROTTLE:
        return
    with own_transaction(lasting=False) as connection:
        connection.execute(update(SignedInSession.__table__).where(SignedInSession.__table__.c.id == row.id).values(seen_at=now))
        connection.execute(update(Person.__table__).where(Person.__table__.c.id == row.person_id).values(last_seen_at=now))
