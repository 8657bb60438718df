from __future__ import annotations

from flask import current_app, request, url_for
from flask_babel import gettext as _

from portal.accounts import actions, people, queries, rules, sessions
from portal.accounts.models import Person
from portal.admin import bp
from portal.admin.people_forms import FIELDS, PeopleFilter, PersonForm, as_typed
from portal.core import idempotency, pages, paging, stale
from portal.core.access import may, me, needs
from portal.core.db import release
from portal.core.errors import Conflict, NotFound, Refused

CHANGES = ("person.added", "person.changed", "person.disabled", "person.enabled")


@bp.get("/people/", endpoint="people")
@needs("people.manage")
def people_list():
    text, form = request.args.get("q", "").strip()[:60], PeopleFilter(request.args)
    role, team = form.wanted()
    active = request.args.get("show") != "disabled"
    rows = paging.page_of(queries.people(text, role, team, active), [(Person.name, False), (Person.id, False)], lambda row: (row[0].name, row[0].id))
    return pages.page("admin/people.html", rows=rows, text=text, form=form, active=active, filtered=bool(text or role or team))


@bp.route("/people/new", methods=["GET", "POST"])
@needs("people.manage")
@idempotency.once
def new_person():
    form = PersonForm.of_request()
    if pages.is_post() and form.validate():
        try:
            made = people.add(by=me(), **form.given())
            pages.say(_("%(name)s is entered. Hand over a link for the first password.", name=made.name))
            return pages.back("admin.person", person_id=made.id)
        except people.Taken as taken:
            _refuse(form, taken.field, taken)
    status = 422 if pages.is_post() else 200
    return pages.page("admin/new_person.html", status=status, form=form, has_errors=form.has_errors)


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@needs("people.manage")
def person(person_id: int):
    someone, conflict = _find(person_id), None
    form = PersonForm.of_person(someone)
    if pages.is_post() and form.validate():
        try:
            return _change(someone, form)
        except Conflict as both:
            conflict = both
        except Refused as refused:
            _refuse(form, getattr(refused, "field", "roles"), refused)
    status = 409 if conflict else 422 if pages.is_post() else 200
    return _person_page(someone, status, form=form, conflict=conflict)


def _change(someone: Person, form: PersonForm):
    stale.check(form, as_typed(someone), FIELDS, subject=someone, verbs=CHANGES)
    people.change(someone, by=me(), **form.given())
    pages.say(_("Saved."))
    return pages.back("admin.person", person_id=someone.id) if may(me(), rules.PEOPLE) else pages.back("accounts.home")


def _refuse(form: PersonForm, field: str, refused: Refused) -> None:
    """What was already changed in this request is forgotten before the page is drawn."""
    release()
    form.refuse(field, refused.sentence)


def _person_page(someone: Person, status: int = 200, **context):
    context.setdefault("form", PersonForm.of_person(someone))
    context.setdefault("conflict", None)
    return pages.page(
        "admin/person.html", status=status, person=someone, sessions=sessions.open_of(someone), has_errors=context["form"].has_errors,
        **{"link": None, **context},
    )


@bp.post("/people/<int:person_id>/reset-link")
@needs("people.reset")
def make_reset_link(person_id: int):
    """Answers with the page itself: the link is shown once and stands in no address of ours."""
    someone = _find(person_id)
    token = actions.make_reset_link(someone, by=me())
    form = PersonForm(obj=as_typed(someone), version=someone.version)
    return _person_page(someone, form=form, link=_public(url_for("accounts.reset", token=token)))


@bp.post("/people/<int:person_id>/disable")
@needs("people.manage")
def disable_person(person_id: int):
    someone = _find(person_id)
    people.disable(someone, by=me())
    undo = (_("Enable again"), url_for("admin.enable_person", person_id=someone.id))
    pages.say(_("%(name)s is disabled and signed out everywhere.", name=someone.name), action=undo)
    return pages.back("admin.person", person_id=someone.id)


@bp.post("/people/<int:person_id>/enable")
@needs("people.manage")
def enable_person(person_id: int):
    someone = _find(person_id)
    people.enable(someone, by=me())
    pages.say(_("%(name)s may come in again.", name=someone.name))
    return pages.back("admin.person", person_id=someone.id)


def _find(person_id: int) -> Person:
    found = queries.find_person(person_id)
    if found is None:
        raise NotFound()
    return found


def _public(path: str) -> str:
    return current_app.config["PUBLIC_BASE"] + path
