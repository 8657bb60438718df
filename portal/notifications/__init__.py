"""What people are told: the inbox, and the outbox of e-mail and text messages."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import access, menu, pages

bp = Blueprint("notifications", __name__)
blueprints = (bp,)


def init_app(app):
    menu.item("tabs", 50, _l("Inbox"), "bell", "notifications.index", "notifications.read", tab_for=(access.Role.TECHNICIAN,))
    menu.item("manage", 60, _l("Outgoing messages"), "send", "notifications.messages", "notifications.list", roles=(access.Role.ADMINISTRATOR,))
    pages.layout_fact(_unread)


def _unread() -> dict:
    from portal.notifications import queries

    person = access.me()
    return {"unread": queries.unread_count(person.id) if person else 0}
