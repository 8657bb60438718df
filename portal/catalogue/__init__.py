"""What the company does and how trouble is named: services with standards, kinds, categories, stages, causes, priorities."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("catalogue", __name__, url_prefix="/admin/catalogue")
blueprints = (bp,)

menu.item("manage", 40, _l("Catalogue"), "layers", "catalogue.index", "catalogue.edit", roles=(Role.ADMINISTRATOR,))
