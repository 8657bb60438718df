"""Who works here: people, roles, teams, areas, sign-in and sessions."""

from flask import Blueprint, Flask

bp = Blueprint("accounts", __name__)
blueprints = (bp,)


def init_app(app: Flask) -> None:
    from portal.accounts import layout, sessions

    sessions.init_app(app)
    layout.init_app(app)
