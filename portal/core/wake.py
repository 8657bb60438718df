"""The optional wake-up signal: at commit PostgreSQL tells the process of portal/wake.py that something changed, or that somebody's streams are over."""

from __future__ import annotations

from flask import current_app, request
from sqlalchemy import func, select

from portal.core.db import db

CHANNEL = "portal_wake"
CHANGED = "changed"


def on() -> bool:
    return bool(current_app.config["WAKE_PORT"])


def changed() -> None:
    """Something that whoever sees every ticket may see is another thing after this commit. Many in one transaction are one signal."""
    _tell(CHANGED)


def ended(person_id: int) -> None:
    """Sessions or rights of this person are not what they were: the streams end, and are asked for anew by whoever still may."""
    _tell(f"person {person_id}")


def _tell(words: str) -> None:
    if on():
        db.session.execute(select(func.pg_notify(CHANNEL, words)))


def address() -> str:
    """Where a browser finds the stream; empty when there is none."""
    config = current_app.config
    return (config["WAKE_URL"] or f"{request.scheme}://{_host()}:{config['WAKE_PORT']}/") if on() else ""


def _host() -> str:
    name, colon, port = request.host.rpartition(":")
    return name if colon and port.isdigit() else request.host


def policy(words: str) -> str:
    """The page's policy, widened by the one address of the stream."""
    found = address()
    return words.replace("connect-src 'self'", f"connect-src 'self' {found.split('?')[0]}") if found else words
