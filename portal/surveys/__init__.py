"""How satisfied the customer was: one answer sheet an invitation."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("surveys", __name__, url_prefix="/surveys")
blueprints = (bp,)

menu.item("manage", 30, _l("Ratings"), "smile", "surveys.index", "surveys.list", roles=(Role.SUPERVISOR, Role.ANALYST))
