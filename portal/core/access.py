"""Who may do what: permits are rows in one table; a page that does not declare its access does not start."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Callable

from flask import Flask, current_app, g, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from portal.core.errors import Forbidden, SignInNeeded
from portal.core.labels import Label


class Role(Label):
    AGENT = "agent", _l("Agent")
    TECHNICIAN = "technician", _l("Technician")
    SUPERVISOR = "supervisor", _l("Supervisor")
    ANALYST = "analyst", _l("Analyst")
    ADMINISTRATOR = "administrator", _l("Administrator")
    CUSTOMER = "customer", _l("Customer")
    SYSTEM = "system", _l("System")


STAFF = (Role.AGENT, Role.TECHNICIAN, Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Actor:
    """Somebody who acts without an account: the system, a customer with a link, an anonymous author."""

    kind: str
    roles: frozenset = field(default_factory=frozenset)
    name: str = ""
    id: None = None


SYSTEM = Actor("system", frozenset({Role.SYSTEM}))
ANONYMOUS = Actor("anonymous", frozenset({Role.CUSTOMER}))


def customer_actor(name: str) -> Actor:
    """The customer behind a tracking or survey link."""
    return Actor("customer", frozenset({Role.CUSTOMER}), name)


@dataclass(frozen=True)
class Permit:
    """One row: which roles hold it, in words, and (rarely) a predicate `when(person, record)` that narrows it."""

    name: str
    words: Any
    roles: frozenset
    when: Callable[[Any, Any], bool] | None = None


PERMITS: dict[str, Permit] = {}


def permit(name: str, words: Any, *roles: Role, when: Callable[[Any, Any], bool] | None = None) -> str:
    """Add a row to the table of permits; returns its name. Called from the `rules` of slices."""
    PERMITS[name] = Permit(name, words, frozenset(roles), when)
    return name


def may(person: Any, name: str, record: Any = None) -> bool:
    """Does `person` hold the permit, and for this record? The system may everything; nobody may nothing."""
    row = PERMITS[name]
    if person is None:
        return False
    roles = person.roles
    if Role.SYSTEM in roles:
        return True
    if row.roles.isdisjoint(roles):
        return False
    return row.when is None or record is None or row.when(person, record)


def require(person: Any, name: str, record: Any = None) -> None:
    """Raises Forbidden unless `may`."""
    if not may(person, name, record):
        raise Forbidden()


def me():
    """The signed-in person, or None; nobody on a nameless page, without looking at the session."""
    known = g.get("me")
    if known is not None:
        return known
    if is_nameless():
        return None
    person = current_user._get_current_object()  # the record itself: a proxy looks it up at every touch
    if not person.is_authenticated:
        return None
    g.me = person
    return person


def known_id() -> int | None:
    """Whose session this is, or None. Without building the record where the session alone was asked."""
    if (known := g.get("known_id")) is not None:
        return known
    person = me()
    return None if person is None else person.id


def needs(name: str):
    """Decorator of a view: only people who hold the permit. Unsigned: sign-in; others: 403."""
    return _guard(f"permit:{name}", lambda: require(me(), name))


def signed_in(view):
    """Decorator of a view: any person with an account."""
    return _guard("signed_in", lambda: None)(view)


def public(view):
    """Decorator of a view that is reachable without sign-in."""
    view.access = "public"
    return view


def nameless(view):
    """Decorator of a public view that must not know who asks: the session is not read, `me()` is nobody."""
    view.access, view.nameless = "public", True
    return view


def is_nameless() -> bool:
    """Is this a page that must not know who asks?"""
    return bool(request and getattr(current_app.view_functions.get(request.endpoint), "nameless", False))


def _guard(words: str, check: Callable[[], None]):
    def decorate(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            if me() is None:
                raise SignInNeeded()
            check()
            return view(*args, **kwargs)

        guarded.access = words
        return guarded

    return decorate


def init_app(app: Flask) -> None:
    app.jinja_env.globals["may"] = lambda name, record=None: may(me(), name, record)
    app.context_processor(lambda: {"me": me()})


def refuse_undeclared(app: Flask) -> None:
    """Raises RuntimeError when an endpoint does not say who may use it, or names an unknown permit."""
    bare = [e for e, view in app.view_functions.items() if e != "static" and not hasattr(view, "access")]
    unknown = [
        e for e, view in app.view_functions.items()
        if getattr(view, "access", "").startswith("permit:") and view.access[7:] not in PERMITS
    ]
    if bare or unknown:
        raise RuntimeError(f"no access declared: {bare}; unknown permit: {unknown}")
