"""The tables that can be imported: how a row of customers, homes or staff is checked and made."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from portal.accounts import actions as accounts
from portal.accounts.models import Person, Team
from portal.core.access import STAFF, Role
from portal.core.db import db
from portal.core.errors import Refused
from portal.customers import actions, queries, regions
from portal.customers.forms import ImportedCustomer, ImportedPerson, ImportedSite
from portal.customers.importing import TABLES, Table, fold, spellings
from portal.customers.models import CustomerClass, CustomerPhone

HOME = {
    "province": _l("Province"), "city": _l("City"), "district": _l("District"), "estate": _l("Estate or street"),
    "detail": _l("Building and door"), "area": _l("Area"), "layout": _l("Layout"), "size": _l("Size in m²"),
    "access_notes": _l("Way in"), "reminder": _l("Reminder for whoever comes"), "handover_on": _l("Handed over on"),
    "warranty_until": _l("Under warranty until"),
}
CUSTOMER = {
    "name": _l("Name"), "phone": _l("Phone"), "salutation": _l("Salutation"), "class_": _l("Class"), "email": _l("E-mail"),
    "preference": _l("Preferences"), "note": _l("Good to know"),
}


def _home(values: dict[str, str]) -> dict[str, str]:
    """Names of region, area and days as people write them, in the form's words."""
    made = {k: values[k] for k in ("estate", "detail", "layout", "size", "access_notes", "reminder") if k in values}
    for name in ("handover_on", "warranty_until"):
        if name in values:
            made[name] = _day_of(name, values[name])
    named = [values.get(k, "") for k in ("province", "city", "district")]
    if any(named):
        code = regions.code_of(*named)
        if not code:
            raise Refused(_("Province, city and district do not fit together: %(names)s.", names=" ".join(n for n in named if n)))
        made |= {"province": code[:2], "city": code[:4], "district": code} if len(code) == 6 else {"province": code}
    if "area" in values:
        made["area_id"] = _area_of(values["area"])
    return made


def _day_of(name: str, text: str) -> str:
    day = "-".join(p.zfill(2) for p in re.split(r"\s*[-/.年月]\s*", text.rstrip(" 日")))
    try:
        return date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        raise Refused(_("%(field)s: write the day like 2027-05-01.", field=HOME[name])) from None


def _area_of(text: str) -> str:
    found = next((str(area.id) for area in queries.areas() if text in (area.name, area.name_en)), "")
    if text and not found:
        raise Refused(_("There is no area %(name)s.", name=text))
    return found if text else ""


def _form_values(form: Any, sent: dict[str, str]) -> tuple[dict, str]:
    if form.validate():
        return sent, ""
    wrong = next(f for f in form if f.errors)
    return sent, f"{wrong.label.text}{_(': ')}{wrong.errors[0]}"


def _check_customer(values: dict[str, str]) -> tuple[dict, str]:
    try:
        sent = {k: v for k, v in values.items() if k in CUSTOMER} | _home(values) | {"class_": _class_of(values.get("class_", ""))}
    except Refused as refused:
        return values, str(refused.sentence)
    form = ImportedCustomer(MultiDict(sent))
    sent, problem = _form_values(form, sent)
    return (sent, problem) if problem else ({**sent, "mark": form.phone.phone.e164}, "")


def _class_of(text: str) -> str:
    """By stored value or by word; nothing means normal, anything else is left for the form to refuse."""
    names = {w: c.value for c in CustomerClass for w in (fold(c.value), *spellings(c._word))}
    return names.get(fold(text), text) if text else CustomerClass.NORMAL.value


def _known_customers(rows: list[dict]) -> dict[str, str]:
    numbers = [row["mark"] for row in rows]
    found = db.session.scalars(select(CustomerPhone.e164).where(CustomerPhone.e164.in_(numbers)))
    return dict.fromkeys(found, _("A customer with this number is here already."))


def _make_customer(values: dict, by: Any) -> None:
    form = ImportedCustomer(MultiDict(values))
    about = {n: form[n].data or "" for n in ("salutation", "preference", "note")}
    site = form.site_values() if form.detail.data else None
    form.validate()
    actions.create(form.name.data, [form.phone.phone], site, by=by, email=form.email.data, class_=form.class_.data, **about)


def _check_site(values: dict[str, str]) -> tuple[dict, str]:
    try:
        sent = {"phone": values.get("phone", ""), **_home(values)}
    except Refused as refused:
        return values, str(refused.sentence)
    form = ImportedSite(MultiDict(sent))
    sent, problem = _form_values(form, sent)
    if problem:
        return sent, problem
    owners = queries.by_number(form.phone.phone.e164)
    if len(owners) != 1:
        return sent, _("No customer has this number.") if not owners else _("Several customers have this number. Enter this home by hand.")
    return {**sent, "mark": f"{owners[0].id} {fold(form.estate.data or '')} {fold(form.detail.data)}"}, ""


def _known_sites(rows: list[dict]) -> dict[str, str]:
    ids = {int(row["mark"].split()[0]) for row in rows}
    return dict.fromkeys(
        (f"{s.customer_id} {fold(s.estate)} {fold(s.detail)}" for s in queries.sites_of(ids)), _("This customer has this home already.")
    )


def _make_site(values: dict, by: Any) -> None:
    form = ImportedSite(MultiDict(values))
    form.validate()
    actions.add_site(queries.by_number(form.phone.phone.e164)[0], by=by, **form.site_values())


TABLES["customers"] = Table(
    _l("Customers, each with a number and a home"), CUSTOMER | HOME, ("name", "phone"), "customers.import",
    _check_customer, _make_customer, _known_customers
)
TABLES["sites"] = Table(
    _l("More homes of customers who are here"), {"phone": _l("Phone"), **HOME}, ("phone", "detail"), "customers.import",
    _check_site, _make_site, _known_sites
)


STAFF_COLUMNS = {
    "name": _l("Name"), "username": _l("Staff number"), "roles": _l("Roles"), "phone": _l("Phone"), "email": _l("E-mail"),
    "team": _l("Team"),
}


def _check_person(values: dict[str, str]) -> tuple[dict, str]:
    sent = {k: v for k, v in values.items() if k in ("name", "username", "phone", "email")}
    form = ImportedPerson(MultiDict(sent))
    sent, problem = _form_values(form, sent)
    try:
        roles, team = _roles(values.get("roles", "")), _team(values.get("team", ""))
    except Refused as refused:
        return sent, problem or str(refused.sentence)
    if problem:
        return sent, problem
    phone = form.phone.phone.e164 if form.phone.data else ""
    shown = {"roles": ", ".join(r.value for r in roles), "team": values.get("team", "")}
    return {**sent, **shown, "e164": phone, "team_id": team, "mark": form.username.data.lower()}, ""


def _roles(text: str) -> list[Role]:
    """Roles by stored value or by word, with any comma between."""
    names = {w: r for r in STAFF for w in (fold(r.value), *spellings(r._word))}
    found = [names.get(fold(part)) for part in re.split(r"[,，、;；/]+", text) if part.strip()]
    if not found or None in found:
        raise Refused(_("Roles are: %(names)s.", names=_(", ").join(r.word for r in STAFF)))
    return list(dict.fromkeys(found))


def _team(text: str) -> int | None:
    if not text:
        return None
    found = db.session.scalars(select(Team.id).where((Team.name == text) | (Team.name_en == text))).first()
    if found is None:
        raise Refused(_("There is no team %(name)s.", name=text))
    return found


def _known_people(rows: list[dict]) -> dict[str, str]:
    found = db.session.scalars(select(Person.username).where(Person.username.in_([row["mark"] for row in rows])))
    return dict.fromkeys(found, _("Somebody has this staff number already."))


def _make_person(values: dict, by: Any) -> None:
    about = {"phone": values["e164"] or None, "email": values.get("email") or None}
    teams = [values["team_id"]] if values["team_id"] else []
    accounts.add_person(
        {"username": values["username"], "name": values["name"], "roles": _roles(values["roles"]), "teams": teams, **about}, by=by
    )


TABLES["staff"] = Table(
    _l("Staff with roles and teams"), STAFF_COLUMNS, ("name", "username", "roles"), "people.manage",
    _check_person, _make_person, _known_people
)
