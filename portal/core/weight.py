"""A form without files is limited like one with files: werkzeug reads it whole and counts nothing."""

from __future__ import annotations

from flask import Flask, abort, current_app, request

from portal.core.db import SAFE_METHODS

URLENCODED = "application/x-www-form-urlencoded"


def init_app(app: Flask) -> None:
    app.before_request(_light_enough)


def _light_enough() -> None:
    """413 for more text than MAX_FORM_TEXT_BYTES, before it is read, and for more fields than MAX_FORM_PARTS."""
    if request.method in SAFE_METHODS or request.mimetype != URLENCODED:
        return
    request.max_content_length = min(current_app.config["MAX_FORM_TEXT_BYTES"], current_app.config["MAX_CONTENT_LENGTH"])
    if sum(len(values) for values in request.form.listvalues()) > current_app.config["MAX_FORM_PARTS"]:
        abort(413)
