from __future__ import annotations

from portal.admin import bp, places, rules
from portal.core import access, pages
from portal.core.access import me


@bp.get("/")
@access.needs(rules.SEE)
def index():
    return pages.page("admin/index.html", places=places.for_person(me()))
