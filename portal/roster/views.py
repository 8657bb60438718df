"""Supervisors' pages: who works when, who can do what, who is away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import request
from flask_babel import gettext as _

from portal.core import idempotency, options, pages, stale
from portal.core.access import me, needs, require
from portal.core.db import release
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.forms import new_key
from portal.roster import actions, bp, queries, rules
from portal.roster.forms import SKILL_FIELDS, WEEKDAYS, GrantForm, HoursForm, LeaveForm, MostForm, SkillForm
from portal.roster.models import Level
from portal.roster.options import DAILY_VISITS


@bp.get("/")
@needs(rules.LOOK)
def index():
    """Everybody with hours, skills and the next time away."""
    people = queries.technicians(me())
    ids = [p.id for p in people]
    return pages.page(
        "roster/index.html", people=people, hours=queries.hours_of(ids), skills=queries.skills_of(ids), leave=queries.leave_of(ids),
        state_of=queries.state_of, weekdays=WEEKDAYS, said=_said,
    )


def _said(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@bp.get("/<int:person_id>")
@needs(rules.LOOK)
def show(person_id: int):
    person = queries.find_technician(me(), person_id)
    terms = queries.terms_of(person.id)
    return pages.page(
        "roster/show.html", person=person, hours={r.weekday: r for r in queries.hours_of([person.id]).get(person.id, [])}, weekdays=WEEKDAYS,
        skills=queries.skills_of([person.id]).get(person.id, []), leave=queries.leave_of([person.id]).get(person.id, []), said=_said,
        state_of=queries.state_of, most=terms.daily_visits if terms else None, usual=options.value(DAILY_VISITS), key=new_key(),
    )


def _keeping(person_id: int) -> Any:
    person = queries.find_technician(me(), person_id)
    require(me(), rules.KEEP, person)
    return person


def _form(form: Any, title: str, person: Any = None, look: dict[str, str] | None = None, conflict: Conflict | None = None):
    status = 409 if conflict else 422 if form.has_errors else 200
    return pages.page("roster/form.html", status=status, form=form, title=title, person=person, look=look or {}, conflict=conflict, has_errors=form.has_errors)


def _saved(endpoint: str, **values: Any):
    pages.say(_("Saved."))
    return pages.back(endpoint, **values)


@bp.route("/<int:person_id>/hours", methods=["GET", "POST"])
@needs(rules.KEEP)
def hours(person_id: int):
    person, form = _keeping(person_id), HoursForm.of_request()
    if pages.is_post() and form.validate():
        try:
            actions.set_hours(person, form.days.data, form.hours, by=me())
            return _saved("roster.show", person_id=person.id)
        except Refused as refused:
            form.refuse("ends", refused.sentence)
    return _form(form, _("Working hours"), person)


@bp.route("/<int:person_id>/most", methods=["GET", "POST"])
@needs(rules.KEEP)
def most(person_id: int):
    person = _keeping(person_id)
    terms = queries.terms_of(person.id)
    form = MostForm.of_request(data={"most": terms.daily_visits if terms else None})
    if pages.is_post() and form.validate():
        actions.set_daily_visits(person, form.most.data, by=me())
        return _saved("roster.show", person_id=person.id)
    return _form(form, _("Most visits a day"), person)


@bp.route("/<int:person_id>/leave", methods=["GET", "POST"])
@needs(rules.KEEP)
@idempotency.once
def leave(person_id: int):
    person, form = _keeping(person_id), LeaveForm.of_request()
    if pages.is_post() and form.validate():
        try:
            actions.add_leave(person, form.starts_at, form.ends_at, form.kind.data, form.note.data or "", by=me())
            pages.say(_("Entered. Where visits fall into it, the desk is told."))
            return pages.back("roster.show", person_id=person.id)
        except Refused as refused:
            form.refuse("until_day", refused.sentence)
    return _form(form, _("Enter leave"), person)


@bp.post("/<int:person_id>/leave/<int:leave_id>/withdraw")
@needs(rules.KEEP)
@idempotency.once
def withdraw_leave(person_id: int, leave_id: int):
    person = _keeping(person_id)
    actions.withdraw_leave(queries.find_leave(person, leave_id), by=me())
    return _saved("roster.show", person_id=person.id)


@bp.route("/<int:person_id>/skill", methods=["GET", "POST"])
@needs(rules.KEEP)
def grant(person_id: int):
    """Enter a skill, or change one that the address names."""
    person, asked = _keeping(person_id), request.values.get("skill", "")
    known = queries.skills()
    held = queries.find_held(person, int(asked[:9])) if asked.isascii() and asked.isdigit() else None
    form = GrantForm.of_request(data=_held(held))
    form.skill.choices = [(s.id, s.word) for s in known]
    if pages.is_post() and form.validate():
        try:
            actions.grant(person, _chosen(known, form.skill.data), by=me(), **form.values("level", "certificate", "expires_on"))
            return _saved("roster.show", person_id=person.id)
        except Refused as refused:
            form.refuse("certificate", refused.sentence)
    return _form(form, _("Enter a skill"), person, {"skill": "chips"})


def _held(held: Any) -> dict[str, Any] | None:
    return {"skill": held.skill_id, "level": held.level, "certificate": held.certificate, "expires_on": held.expires_on} if held else None


def _chosen(known: list, skill_id: int) -> Any:
    found = next((s for s in known if s.id == skill_id), None)
    if found is None:
        raise NotFound()
    return found


@bp.post("/<int:person_id>/skill/<int:skill_id>/revoke")
@needs(rules.KEEP)
def revoke(person_id: int, skill_id: int):
    """Safe to repeat: what is not there need not go."""
    person = _keeping(person_id)
    held = queries.find_held(person, skill_id)
    if held is not None:
        actions.revoke(person, held, by=me())
    return _saved("roster.show", person_id=person.id)


@bp.get("/skills")
@needs(rules.SKILLS)
def skills():
    return pages.page("roster/skills.html", skills=queries.skills(every=True))


@bp.route("/skills/new", methods=["GET", "POST"])
@needs(rules.SKILLS)
@idempotency.once
def new_skill():
    form = SkillForm.of_request()
    del form.active
    if pages.is_post() and form.validate():
        actions.add_skill(by=me(), **form.values("name", "name_en", "certificate", "services", "level"))
        return _saved("roster.skills")
    return _form(form, _("New skill"))


@bp.route("/skills/<int:skill_id>", methods=["GET", "POST"])
@needs(rules.SKILLS)
def skill(skill_id: int):
    found = queries.find_skill(skill_id)
    form = SkillForm.of_request(obj=_as_typed(found), version=found.version)
    if not (pages.is_post() and form.validate()):
        return _form(form, found.word)
    try:
        stale.check(form, _as_typed(found), SKILL_FIELDS, subject=found, verbs=("skill.added", "skill.changed"))
        actions.change_skill(found, by=me(), **form.values(*SKILL_FIELDS))
        return _saved("roster.skills")
    except Conflict as conflict:
        release()
        return _form(form, found.word, conflict=conflict)


def _as_typed(found: Any) -> SimpleNamespace:
    services = sorted(row.service_id for row in found.services)
    level = found.services[0].level if found.services else Level.TRAINEE
    return SimpleNamespace(name=found.name, name_en=found.name_en, certificate=found.certificate, services=services, level=level,
                           active=found.active, version=found.version)
