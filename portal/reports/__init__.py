"""What the supervisor and the analyst look at: the dashboard, and each figure with the tickets behind it."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("reports", __name__)
blueprints = (bp,)

menu.item("manage", 10, _l("Dashboard"), "chart", "reports.dashboard", "reports.see", tab_for=(Role.SUPERVISOR, Role.ANALYST))
