"""One appointment of one technician for one ticket, planned at the desk and worked on a phone."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("visits", __name__, url_prefix="/visits")
field = Blueprint("field", __name__)  # what phones deliver and what they need outside of /visits
blueprints = (bp, field)

menu.item("tabs", 5, _l("Today"), "calendar", "visits.today", "visits.work", tab_for=(Role.TECHNICIAN,))
menu.item("views", 0, _l("Today"), "calendar", "visits.today", "visits.work", roles=(Role.TECHNICIAN,))
menu.item("work", 20, _l("Visits"), "van", "visits.index", "visits.list", tab_for=(Role.AGENT, Role.SUPERVISOR))
menu.item("work", 10, _l("Dispatch board"), "board", "visits.board", "visits.plan")
menu.item("work", 25, _l("Phone reports"), "sync", "field.reports", "visits.reports")
