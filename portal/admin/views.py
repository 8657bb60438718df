from __future__ import annotations

from flask import current_app, url_for

from portal.admin import access_views, audit_views, bp, first_steps, option_views, people_views, places, rules, team_views  # noqa: F401 - views register themselves
from portal.core import access, pages
from portal.core.access import me


@bp.get("/")
@access.needs(rules.SEE)
def index():
    return pages.page("admin/index.html", places=places.for_person(me()), first_steps=first_steps.missing(), request_url=current_app.config["PUBLIC_BASE"] + url_for("public.request_form"))
