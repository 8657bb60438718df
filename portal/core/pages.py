"""How a page is answered: the whole, or one block that the view itself lists; what every layout knows; security headers."""

from __future__ import annotations

import re
from typing import Any, Callable

from flask import Flask, current_app, flash, get_flashed_messages, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.core import access, clock, drawing, kept, wake
from portal.core.i18n import language

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TRUSTED = "; require-trusted-types-for 'script'; trusted-types htmx portal"

_layout_facts: list[Callable[[], dict]] = []


def init_app(app: Flask) -> None:
    drawing.init_app(app)
    app.jinja_env.globals.update(now=clock.now, zone=lambda: clock.zone().key, here=here, address_again=address_again)
    app.context_processor(_facts)
    app.after_request(_headers)


def layout_fact(provider: Callable[[], dict]) -> Callable[[], dict]:
    """Slices add what every layout shows (unread count, company, menu). Called once a rendered page, only if a template needs it."""
    if provider not in _layout_facts:
        _layout_facts.append(provider)
    return provider


def _facts() -> dict:
    facts = {
        "flashes": [message for _cat, message in get_flashed_messages(with_categories=True)],
        "has_errors": False, "page_name": "",
    }
    for provider in _layout_facts:
        facts.update(provider())
    return facts


def page(template: str, *, blocks: tuple[str, ...] = (), status: int = 200, **context: Any):
    """The page; or, asked with `?block=name` by a live or swapped region, that block alone if the view lists it."""
    wanted = request.args.get("block", "")
    if wanted and wanted in blocks:
        return block(template, wanted, **context), status
    return render_template(template, **context), status


def block(template: str, name: str, **context: Any) -> Markup:
    """One block of a template, rendered as it stands in the page."""
    current_app.update_template_context(context)
    source = current_app.jinja_env.get_template(template)
    made = source.new_context(context)
    found = source.blocks[name]
    return Markup(current_app.jinja_env.concat(found(made)))  # noqa: S704 - rendered with autoescape


def fragment(template: str, key: Any, make: Callable[[], dict]) -> Markup:
    """A part of many pages, drawn once for a key that names all it shows (beside the language and what is seldom changed).

    `make` gives what the template needs; it is only asked when the part is drawn.
    """
    return kept.recall((template, language(), kept.mark(), key), lambda: Markup(current_app.jinja_env.get_template(template).render(make())))  # noqa: S704


def say(text: Any, tone: str = "done", action: tuple[Any, str] | None = None) -> None:
    """A toast on the next page; `action` is (word, address) of an undo form."""
    label, url = action or (None, None)
    flash((tone, str(text), str(label) if label else None, url), tone)


def back(endpoint: str, **values: Any):
    """303 to a page after a POST."""
    return redirect(url_for(endpoint, **values), 303)


def address_again() -> str:
    """Where this page is found again: its own address or, of a refused POST, the nearest above it that can be visited."""
    if not is_post():
        return request.full_path
    path = request.path
    while path.strip("/") and not _can_be_visited(path):
        path = path.rpartition("/")[0]
    return path or "/"


def _can_be_visited(path: str) -> bool:
    try:
        return bool(current_app.create_url_adapter(request).match(path, method="GET"))
    except RequestRedirect:
        return True
    except HTTPException:
        return False


def is_own_path(address: str) -> bool:
    """A path of this portal, safe to be sent back to: no other host in any spelling a browser would follow."""
    return address.startswith("/") and not re.search(r"^//|\\|[\x00-\x20\x7f]", address)


def is_post() -> bool:
    return request.method == "POST"


def here(**changes: Any) -> str:
    """This page's address with some query values changed (None removes one): filters and pages stay in the address."""
    values = {k: v for k, v in request.args.items(multi=False) if k not in ("block",)}
    values.update(changes)
    kept = {k: v for k, v in values.items() if v not in (None, "")}
    return drawing.address(request.endpoint, **(request.view_args or {}), **kept)


def _headers(response):
    headers = response.headers
    given = {name.lower() for name, _value in headers}
    words = wake.policy(POLICY) + TRUSTED if access.known_id() is not None else POLICY
    for name, value in (("Content-Security-Policy", words), *FIXED, *(() if request.path.startswith("/static/") else UNKEPT)):
        if name.lower() not in given or name == "Vary":
            headers.add(name, value)
    return response


FIXED = (
    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"),
)
UNKEPT = (("Cache-Control", "no-store"), ("Vary", "HX-Request, HX-Request-Type, Cookie"))
