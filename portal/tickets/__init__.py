"""One customer problem from intake to close: queue, ticket page, clocks, conversation."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("tickets", __name__, url_prefix="/tickets")
blueprints = (bp,)

menu.item("work", 10, _l("Tickets"), "inbox", "tickets.index", "tickets.list", tab_for=(Role.AGENT, Role.SUPERVISOR))
