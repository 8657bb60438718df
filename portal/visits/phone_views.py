"""What a phone needs beside the visits: the small worker that lets pages be reopened, and a page that says what the phone can do."""

from __future__ import annotations

import json
from pathlib import Path

from flask import current_app, make_response
from flask_babel import gettext as _

from portal.core import access, clock
from portal.core.access import needs
from portal.core.pages import page
from portal.visits import field, rules

WORKER = Path(__file__).resolve().parents[2] / "static" / "js" / "worker" / "worker.js"
NEEDED = ("css/portal.css", "js/staff.js", "js/phone.js", "vendor/signature_pad-5.1.4.umd.min.js", "img/icons.svg", "img/logo.svg")


@field.get("/sw.js")
@access.nameless
def worker():
    """The service worker, with the names of the files that a page needs. A new name makes a new worker."""
    asset = current_app.jinja_env.globals["asset"]
    answer = make_response(f"const NEEDED = {json.dumps([asset(name) for name in NEEDED])};\n{WORKER.read_text()}")
    answer.content_type = "text/javascript; charset=utf-8"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@field.get("/diag")
@needs(rules.WORK)
def diag():
    """Engine, storage, worker, camera, clock, last delivery: filled in by the phone itself."""
    rows = [
        ("engine", _("Browser")), ("store", _("Keeps work on the phone")), ("room", _("Room")), ("lasting", _("Protected from being cleared")),
        ("worker", _("Pages open without network")), ("locks", _("Several pages at once")), ("camera", _("Camera and photos")),
        ("small", _("Makes photos small")), ("place", _("Place at arrival")), ("skew", _("Clock of the phone differs by")), ("online", _("Network")),
        ("waiting", _("Items to upload")), ("last", _("Last upload")), ("cached", _("Pages kept for reopening")),
    ]
    return page("visits/diag.html", rows=rows, stamp=clock.now().isoformat())
