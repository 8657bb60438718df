"""How an agent's day is arranged: views of one's own, what comes next, who should have it, call-backs, handing over."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("desk", __name__, url_prefix="/desk")
blueprints = (bp,)

menu.item("work", 5, _l("Next ticket"), "play", "desk.next_one", "desk.claim", key="Q")
menu.item("work", 45, _l("Call-backs"), "phone-in", "desk.calls", "desk.call")
menu.item("work", 70, _l("Saved views"), "star", "desk.views", "desk.views")
menu.item("manage", 54, _l("Handover"), "users", "desk.handovers", "desk.hand_over", roles=(Role.SUPERVISOR,))


def init_app(app):
    from portal.desk import arranging
    from portal.tickets import looks

    menu.more(arranging.places)
    if arranging.counts not in looks.counters:
        looks.counters.append(arranging.counts)
    if arranging.look_of not in looks.providers:
        looks.providers.append(arranging.look_of)
