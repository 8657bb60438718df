"""Several changes in one go: prepared ones with a name (快捷操作), and whatever is done to many tickets at once."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("macros", __name__)
blueprints = (bp,)

menu.item(
    "manage", 52, _l("Macros"), "zap", "macros.index", "macros.edit", roles=(Role.ADMINISTRATOR, Role.SUPERVISOR),
    current=lambda: request.path.startswith("/macros/") and "/for/" not in request.path,
)
