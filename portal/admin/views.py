from __future__ import annotations

from portal.admin import access_views, audit_views, bp, option_views, people_views, places, rules, team_views  # noqa: F401 - views register themselves
from portal.core import access, pages
from portal.core.access import me


@bp.get("/")
@access.needs(rules.SEE)
def index():
    return pages.page("admin/index.html", places=places.for_person(me()))
