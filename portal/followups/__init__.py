"""Calls to the customer after a solution, drawn by rule; closing waits for them."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("followups", __name__, url_prefix="/follow-ups")
blueprints = (bp,)


def init_app(app):
    from portal.followups import queries

    menu.item(
        "work", 40, _l("Follow-ups"), "phone", "followups.index", "followups.list", roles=(Role.AGENT, Role.SUPERVISOR),
        count=lambda person: queries.due_count(person) or None,
    )
