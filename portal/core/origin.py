"""Foreign posts and foreign hosts are refused by header."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

from portal.core.db import SAFE_METHODS
from portal.core.errors import Forbidden


def init_app(app: Flask) -> None:
    app.before_request(_known_host)
    app.before_request(_own_page)


def allowed_hosts() -> frozenset[str]:
    config = current_app.config
    return _hosts(config["PUBLIC_BASE"], config["PORT"], *config["ALLOWED_HOSTS"])


@lru_cache
def _hosts(base: str, port: int, *more: str) -> frozenset[str]:
    local = (f"{host}{place}" for host in ("127.0.0.1", "localhost") for place in (f":{port}", ""))
    return frozenset((urlsplit(base).netloc, *more, *local))


def _known_host() -> None:
    if request.host not in allowed_hosts():
        abort(400)


def _own_page() -> None:
    """`Sec-Fetch-Site`, then `Origin` against the allowed hosts; neither present: refused. Chat apps' old engines send Origin."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site == "same-origin" or (site == "none" and _origin_is_own(missing=True)):
            return
        raise Forbidden()
    if not _origin_is_own(missing=False):
        raise Forbidden()


def _origin_is_own(missing: bool) -> bool:
    return is_own(request.headers.get("Origin"), missing)


def is_own(origin: str | None, missing: bool = True) -> bool:
    """Is this `Origin` one of ours? `missing`: what to say when there is none."""
    if origin is None:
        return missing
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc in allowed_hosts()
