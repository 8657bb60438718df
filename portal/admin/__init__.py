"""What administrators look after: people, teams and areas, access, the audit trail; and the way to everything else."""

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l

from portal.core import menu
from portal.core.access import Role

bp = Blueprint("admin", __name__, url_prefix="/admin")
blueprints = (bp,)

ADMINISTRATOR = (Role.ADMINISTRATOR,)
menu.item("manage", 10, _l("Overview"), "gear", "admin.index", "admin.see", roles=ADMINISTRATOR, tab_for=ADMINISTRATOR)
menu.item(
    "manage", 20, _l("People"), "users", "admin.people", "people.manage", roles=ADMINISTRATOR, tab_for=ADMINISTRATOR,
    current=lambda: request.path.startswith("/admin/people/"),
)
menu.item(
    "manage", 30, _l("Teams and areas"), "pin", "admin.teams", "teams.manage", roles=ADMINISTRATOR,
    current=lambda: request.path.startswith(("/admin/teams/", "/admin/areas/")),
)
menu.item("manage", 60, _l("Options"), "filter", "admin.options", "admin.options", roles=ADMINISTRATOR)
menu.item("manage", 70, _l("Access rights"), "key", "admin.access_table", "admin.see", roles=ADMINISTRATOR)
menu.item("manage", 80, _l("Audit trail"), "history", "admin.audit", "admin.audit", roles=ADMINISTRATOR, tab_for=ADMINISTRATOR)
