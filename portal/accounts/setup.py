"""An empty database asks for its first administrator; a code printed on the console says that the person owns the machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flask import Flask, current_app, redirect, request, url_for
from sqlalchemy import select

from portal.accounts.models import Person
from portal.core.db import db

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
OPEN = {"accounts.set_up", "accounts.switch_language", "healthz", "readyz"}


def init_app(app: Flask) -> None:
    """While nobody has an account every page leads to the set-up page. Tests that want it set SET_UP_PAGE."""
    app.config.setdefault("SET_UP_PAGE", not app.config.get("TESTING"))
    app.before_request(_lead_to_set_up)


def _lead_to_set_up():
    if not current_app.config["SET_UP_PAGE"] or request.endpoint in OPEN or not is_empty():
        return None
    return redirect(url_for("accounts.set_up"), 303)


def is_empty() -> bool:
    """Has nobody an account? Asked of the database until the answer is no."""
    if current_app.config.get("SOMEBODY_IS_HERE"):
        return False
    empty = db.session.scalar(select(Person.id).limit(1)) is None
    current_app.config["SOMEBODY_IS_HERE"] = not empty
    return empty


def console_line() -> str | None:
    """What the starter prints below the address; None when the portal is set up."""
    if not is_empty():
        _file().unlink(missing_ok=True)
        return None
    return f"Set it up at {current_app.config['PUBLIC_BASE']}/set-up with the code {code()}"


def code() -> str:
    """The one-time code, made when first asked for; in a file that only its owner can read."""
    path = _file()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write("-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)))
    return path.read_text().strip()


def is_code(typed: str) -> bool:
    plain = "".join(c for c in typed.upper() if c.isalnum())
    return plain != "" and secrets.compare_digest(plain.encode(), code().replace("-", "").encode())


def done() -> None:
    """The code is used."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return Path(current_app.config["INSTANCE"]) / "set-up-code"
