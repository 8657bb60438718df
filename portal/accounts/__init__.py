"""Who works here: people, roles, teams, areas, sign-in and sessions."""

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("accounts", __name__)
blueprints = (bp,)

menu.item("tabs", 90, _l("Me"), "user", "accounts.me", "account.own", tab_for=(Role.TECHNICIAN,))


def init_app(app: Flask) -> None:
    from portal.accounts import layout, sessions, setup

    sessions.init_app(app)
    setup.init_app(app)
    layout.init_app(app)
