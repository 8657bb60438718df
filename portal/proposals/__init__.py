"""Proposals for improvement from staff and customers: handed in, voted on, decided with a reason, carried out, measured."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("proposals", __name__)
blueprints = (bp,)

menu.item("work", 50, _l("Proposals"), "bulb", "proposals.index", "proposals.see", tab_for=(Role.TECHNICIAN,))
