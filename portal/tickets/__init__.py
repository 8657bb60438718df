"""One customer problem from intake to close: queue, ticket page, clocks, conversation."""

from flask import Blueprint, Flask, request
from flask_babel import lazy_gettext as _l

from portal.core import menu, turns
from portal.core.access import Role

bp = Blueprint("tickets", __name__, url_prefix="/tickets")
blueprints = (bp,)

menu.item("tabs", 10, _l("Tickets"), "inbox", "tickets.index", "tickets.list", tab_for=(Role.AGENT, Role.SUPERVISOR))
menu.item("new", 10, _l("New ticket"), "plus", "tickets.new", "tickets.create", tone="primary", key="N", tab_for=(Role.AGENT,))
menu.item("work", 3, _l("Search"), "search", "tickets.search", "tickets.view", roles=(Role.AGENT, Role.SUPERVISOR, Role.ANALYST), key="/")
menu.item(
    "manage", 45, _l("Time limits"), "clock", "tickets.policies", "tickets.policies", roles=(Role.ADMINISTRATOR,),
    current=lambda: request.path.startswith("/tickets/policies"),
)


def init_app(app: Flask) -> None:
    from portal.tickets import queue

    turns.plan_once(bp.name)
    for place, view in enumerate(queue.View):
        menu.item(
            "views", place, view._word, view.icon, "tickets.index", "tickets.list", values=(("view", view.value),),
            name=view.value, count=queue.MENU_COUNTS[view], current=queue.IS_SHOWN[view],
        )
