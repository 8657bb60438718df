"""Named errors that carry a sentence for people; one handler a status."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from flask import Flask, g, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

log = structlog.get_logger()


class Refused(Exception):
    """Something cannot be done; `sentence` says why and what would help."""

    status = 422
    sentence: Any = _l("This cannot be done.")

    def __init__(self, sentence: Any = None):
        if sentence is not None:
            self.sentence = sentence
        super().__init__(str(type(self).__name__))


class NotFound(Refused):
    status = 404
    sentence = _l("There is nothing at this address, or it is not yours to see.")


class Forbidden(Refused):
    status = 403
    sentence = _l("This page belongs to another role.")


class SignInNeeded(Refused):
    status = 401
    sentence = _l("Sign in to go on.")


class WrongState(Refused):
    """The record has moved on; the step is not possible any more."""

    status = 409
    sentence = _l("This step is not possible in the present state.")


class Conflict(Refused):
    """Somebody else changed the same record. `rows`: (label, theirs, mine, field name, my raw value)."""

    status = 409
    sentence = _l("Somebody changed this meanwhile. Choose what to keep.")

    def __init__(self, sentence: Any = None, rows: list | None = None, who: str = "", at: Any = None, version: int | None = None):
        super().__init__(sentence)
        self.rows, self.who, self.at, self.version = rows or [], who, at, version


class TooMany(Refused):
    status = 429
    sentence = _l("Too many tries. Wait a few minutes and try again.")


WORDS = {
    400: (_l("This request could not be read"), _l("Part of the address or the form has characters that do not belong there.")),
    403: (_l("This page belongs to another role"), _l("If your work needs it, ask the supervisor of your team to add the role.")),
    404: (_l("This page was not found"), _l("The address may be wrong, or the ticket was merged into another one. Searching for the number, phone or address is quicker.")),
    405: (_l("This address only takes forms"), _l("Go back and use the button on the page.")),
    409: (_l("This has changed meanwhile"), _l("Look at the present state and try again.")),
    413: (_l("This is too large to send"), _l("Send fewer or smaller photos; what was typed is still in the previous page.")),
    415: (_l("This kind of content cannot be read here"), _l("Send the form of the page.")),
    429: (_l("Too many tries"), _l("Wait a few minutes and try again.")),
    500: (_l("Something broke here, it is not your fault"), _l("Nothing that was confirmed is lost. Try again in a minute; if it happens again, give the code below to the administrator.")),
    503: (_l("The service is not reachable for a moment"), _l("Nothing that was confirmed is lost. This page tries again by itself.")),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, lambda e: _page(409))
    app.register_error_handler(UnicodeError, lambda e: _page(400))
    app.register_error_handler(DataError, lambda e: _page(400))  # NUL, a number or a text that no column holds
    app.register_error_handler(OverflowError, lambda e: _page(400))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _crash)


def _refused(error: Refused):
    if error.status == 401:
        return _to_sign_in()
    g.refusal = error
    return _page(error.status, text=error.sentence, title=_title_of(error))


def _title_of(error: Refused):
    return error.sentence if error.status in (409, 422) else None


def _to_sign_in():
    target = url_for("accounts.sign_in", next=request.full_path.rstrip("?") if request.method == "GET" else None)
    if request.headers.get("HX-Request"):
        answer = make_response("", 401)
        answer.headers["HX-Redirect"] = url_for("accounts.sign_in")
        return answer
    return redirect(target, 303)


def _http(error: HTTPException):
    if error.code is not None and 300 <= error.code < 400:
        return error
    return _page(error.code or 500)


def _database_away(error: OperationalError):
    log.error("database_away", reason=type(error.orig).__name__)
    return _page(503)


def _crash(error: Exception):
    code = request_code()
    log.error("crash", code=code, page=request.endpoint, exc_info=error)  # no path: it may hold a customer's token
    return _page(500)


def request_code() -> str:
    """The code a person can quote; the same in the log line."""
    if not hasattr(g, "request_code"):
        g.request_code = secrets.token_hex(4).upper()
    return g.request_code


def _page(status: int, title: Any = None, text: Any = None):
    from portal.core.access import me
    from portal.core.db import db

    known = status if status in WORDS else (400 if status < 500 else 500)
    words = WORDS.get(known)
    error = {"code": status, "title": title or words[0], "text": text if text and status not in (403, 404) else words[1]}
    try:
        db.session.rollback()
        if status != 503:
            me()  # at an unknown address nobody has asked yet who reads, and in which language
        body = render_template(f"errors/{known if known in WORDS else 400}.html", error=error, request_code=request_code())
    except Exception as failure:  # the page of last resort needs nothing
        log.error("error_page_failed", exc_info=failure)
        body = f"<!doctype html><title>{status}</title><p>{status} {request_code()}</p>"
    return body, status
