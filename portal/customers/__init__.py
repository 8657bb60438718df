"""Who is served and where: customers, their phones and sites."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("customers", __name__)
blueprints = (bp,)

menu.item("work", 20, _l("Customers and homes"), "building", "customers.index", "customers.see", tab_for=(Role.AGENT,))


def init_app(app: Flask) -> None:
    from portal.customers import masking

    masking.init_app(app)
