from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _

from portal.accounts import queries, teams
from portal.accounts.models import Area, Team
from portal.admin import bp
from portal.admin.team_forms import AREA_FIELDS, TEAM_FIELDS, AreaForm, TeamForm, named
from portal.core import idempotency, pages, stale
from portal.core.access import me, needs
from portal.core.db import release
from portal.core.errors import Conflict, Refused


@bp.get("/teams/", endpoint="teams")
@needs("teams.manage")
def team_list():
    return pages.page("admin/teams.html", teams=queries.all_teams(), areas=queries.all_areas(), named=named)


@bp.route("/teams/new", methods=["GET", "POST"])
@needs("teams.manage")
@idempotency.once
def new_team():
    form = TeamForm.of_request()
    if pages.is_post() and form.validate():
        made = teams.add_team(by=me(), **form.values("name", "name_en", "areas"))
        return _saved(_("%(name)s is entered.", name=made.name))
    return _page(form, _("New team"))


@bp.route("/teams/<int:team_id>", methods=["GET", "POST"])
@needs("teams.manage")
def team(team_id: int):
    found = queries.find(Team, team_id)
    form = TeamForm.of_request(obj=_team_as_typed(found), version=found.version)
    if not (pages.is_post() and form.validate()):
        return _page(form, found.word)
    try:
        stale.check(form, _team_as_typed(found), TEAM_FIELDS, subject=found, verbs=("team.added", "team.changed"))
        teams.change_team(found, by=me(), **form.values(*TEAM_FIELDS))
        return _saved(_("Saved."))
    except Conflict as conflict:
        return _page(form, found.word, conflict)
    except Refused as refused:
        release()
        form.refuse("active", refused.sentence)
        return _page(form, found.word)


@bp.route("/areas/new", methods=["GET", "POST"])
@needs("teams.manage")
@idempotency.once
def new_area():
    form = AreaForm.of_request()
    if pages.is_post() and form.validate():
        made = teams.add_area(by=me(), regions=form.codes, **form.values("name", "name_en"))
        return _saved(_("%(name)s is entered.", name=made.name))
    return _page(form, _("New area"))


@bp.route("/areas/<int:area_id>", methods=["GET", "POST"])
@needs("teams.manage")
def area(area_id: int):
    found = queries.find(Area, area_id)
    form = AreaForm.of_request(obj=_area_as_typed(found), version=found.version)
    if not (pages.is_post() and form.validate()):
        return _page(form, found.word)
    try:
        stale.check(form, _area_as_typed(found), AREA_FIELDS, subject=found, verbs=("area.added", "area.changed"))
    except Conflict as conflict:
        return _page(form, found.word, conflict)
    form.validate()  # a kept value stands in the form now
    teams.change_area(found, by=me(), regions=form.codes, **form.values("name", "name_en", "active"))
    return _saved(_("Saved."))


def _saved(words: Any):
    pages.say(words)
    return pages.back("admin.teams")


def _page(form: Any, title: str, conflict: Conflict | None = None):
    status = 409 if conflict else 422 if pages.is_post() else 200
    return pages.page("admin/team_form.html", status=status, form=form, title=title, conflict=conflict, has_errors=form.has_errors)


def _team_as_typed(found: Team) -> SimpleNamespace:
    return SimpleNamespace(
        name=found.name, name_en=found.name_en, areas=[a.id for a in found.areas], active=found.active, version=found.version,
    )


def _area_as_typed(found: Area) -> SimpleNamespace:
    return SimpleNamespace(name=found.name, name_en=found.name_en, regions=named(found.regions), active=found.active, version=found.version)
