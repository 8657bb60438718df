from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.validators import Email, Optional, ValidationError

from portal.accounts import queries
from portal.accounts.accepted import good_username
from portal.accounts.models import Person
from portal.accounts.people import portrait
from portal.core import forms
from portal.core.access import STAFF, Role
from portal.customers import phones
from portal.customers.phones import BadPhone

FIELDS = {n: n for n in ("username", "name", "phone", "email", "roles", "teams", "leads", "company_wide")}


class PersonForm(forms.Form):
    name = forms.text(_l("Name"), 60, needed=_l("Write the person's name."))
    username = forms.text(_l("Staff number"), 40, good_username, needed=_l("Write a staff number."))
    phone = forms.text(_l("Phone"), 40)
    email = forms.text(_l("E-mail"), 200, Email(message=_l("Write the address like name@example.com.")))
    roles = SelectMultipleField(_l("Roles"), [forms.required(_l("Choose at least one role."))], choices=[(r.value, r._word) for r in STAFF])
    teams = SelectMultipleField(_l("Teams"), coerce=int)
    leads = SelectMultipleField(_l("Oversees as supervisor"), coerce=int)
    company_wide = BooleanField(_l("Oversees the whole company"))

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.teams.choices = self.leads.choices = [(t.id, t.word) for t in queries.teams()]

    @classmethod
    def of_person(cls, person: Person):
        return cls.of_request(obj=as_typed(person), version=person.version)

    def validate_username(self, field: Any) -> None:
        field.data = field.data.lower()

    def validate_phone(self, field: Any) -> None:
        try:
            field.data = phones.spaced(phones.parse(field.data).e164) if field.data else ""
        except BadPhone as bad:
            raise ValidationError(str(bad.sentence)) from None

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        return {
            **self.values("name", "username", "email", "company_wide", "teams", "leads"),
            "phone": phones.parse(self.phone.data).e164 if self.phone.data else None, "roles": {Role(r) for r in self.roles.data},
        }


def as_typed(person: Person) -> SimpleNamespace:
    """The person as the form would show it."""
    plain = portrait(person)
    return SimpleNamespace(**{**plain, "phone": phones.spaced(person.phone) if person.phone else "", "email": person.email or "", "version": person.version})


class PeopleFilter(forms.Form):
    role = SelectField(_l("Role"), validators=[Optional()])
    team = SelectField(_l("Team"), validators=[Optional()])

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.role.choices = [("", _("All roles")), *((r.value, r.word) for r in STAFF)]
        self.team.choices = [("", _("All teams")), *((str(t.id), t.word) for t in queries.teams())]

    def wanted(self) -> tuple[Role | None, int | None]:
        """Nonsense in the address means no filter."""
        role = next((r for r in STAFF if r.value == self.role.data), None)
        team = next((int(v) for v, _word in self.team.choices if v and v == self.team.data), None)
        return role, team
