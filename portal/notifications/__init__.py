"""What people are told: the inbox, and the outbox of e-mail and text messages."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.accounts import sessions
from portal.core import access, menu, pages, turns
from portal.notifications import queries

bp = Blueprint("notifications", __name__)
blueprints = (bp,)


def init_app(app):
    menu.item("tabs", 50, _l("Inbox"), "bell", "notifications.index", "notifications.read", tab_for=(access.Role.TECHNICIAN,))
    menu.item("manage", 60, _l("Outgoing messages"), "send", "notifications.messages", "notifications.list", roles=(access.Role.ADMINISTRATOR,))
    pages.layout_fact(_unread)
    turns.plan_once(bp.name)
    sessions.ask_along("unread", queries.unread_of)


def _unread() -> dict:
    person = access.me()
    known = sessions.along("unread") if person else 0
    return {"unread": queries.unread_count(person.id) if known is None else known}
