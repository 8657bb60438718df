"""Signed addresses that fill in home and service on the request page. Printed as QR codes, so they do not expire; they show no name."""

from __future__ import annotations

import io

import segno
from flask import Response, current_app
from itsdangerous import BadData, URLSafeSerializer

from portal.catalogue.models import Service
from portal.core.db import db
from portal.customers.models import Site


def request_url(site: Site | None = None, service: Service | None = None) -> str:
    """The address of the request page, always the configured one; with `site` or `service` they are filled in."""
    address = f"{current_app.config['PUBLIC_BASE']}/request"
    if site is None and service is None:
        return address
    return f"{address}?k={_signer().dumps([site.id if site else 0, service.id if service else 0])}"


def read(signed: str) -> tuple[Site | None, Service | None]:
    """What a link fills in; nothing when it was altered or the home was given up."""
    try:
        site_id, service_id = _signer().loads(signed[:200])
    except (BadData, ValueError, TypeError):
        return None, None
    site = db.session.get(Site, site_id) if site_id else None
    service = db.session.get(Service, service_id) if service_id else None
    return (site if site is not None and site.active else None), (service if service is not None and service.active else None)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="request-link")


def qr(address: str) -> Response:
    """The address as a QR code, black on white in both themes."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=3, light="#fff", scale=4, xmldecl=False)
    answer = Response(drawn.getvalue(), mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
