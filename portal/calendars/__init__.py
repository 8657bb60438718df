"""When the company works: weekly hours of each team, statutory holidays and make-up workdays, exceptions entered by hand."""

from __future__ import annotations

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("calendars", __name__, url_prefix="/admin/calendars")
blueprints = (bp,)

menu.item(
    "manage", 50, _l("Working hours"), "calendar", "calendars.index", "calendars.manage", roles=(Role.ADMINISTRATOR,),
    current=lambda: request.path.startswith("/admin/calendars/"),
)
