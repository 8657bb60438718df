"""Prepared words for the customer (话术): kept by the company, filled in from the ticket, put behind what is already typed."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("replies", __name__, url_prefix="/replies")
blueprints = (bp,)

menu.item(
    "manage", 50, _l("Reply templates"), "chat", "replies.index", "replies.edit", roles=(Role.ADMINISTRATOR, Role.SUPERVISOR),
    current=lambda: request.path.startswith("/replies/") and "/for/" not in request.path,
)
