"""When technicians work, what they can do, and when they are away: kept by supervisors, asked by dispatch."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu

bp = Blueprint("roster", __name__, url_prefix="/roster")
blueprints = (bp,)

menu.item("manage", 5, _l("Technicians"), "users", "roster.index", "roster.look")
