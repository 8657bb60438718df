from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional, ValidationError

from portal.core import clock, forms
from portal.customers import phones
from portal.desk.models import Density


class ViewForm(forms.Form):
    name = forms.text(_l("Name of the view"), 40, needed=_l("Write the name."))
    team_id = SelectField(_l("Who sees it"), coerce=forms.whole_or_none, validators=[Optional()])


class LookForm(forms.Form):
    density = RadioField(_l("Density"), choices=Density.choices(), default=Density.CALM.value)
    shown = SelectMultipleField(_l("Columns"), choices=[("category", _l("Category")), ("status", _l("Status")), ("clocks", _l("Time limits")), ("owner", _l("Owner"))])


class CallForm(forms.Form):
    phone = forms.text(_l("Number"), 30, needed=_l("Write the number."))
    name = forms.text(_l("Who"), 60)
    at = DateTimeLocalField(_l("When to call"), format="%Y-%m-%dT%H:%M", validators=[Optional()], description=_l("empty: as soon as possible"))
    words = forms.text(_l("What about"), 300)
    missed = BooleanField(_l("A missed call"))

    def validate_phone(self, field: Any) -> None:
        try:
            self.number = phones.parse(field.data).e164
        except phones.BadPhone as bad:
            raise ValidationError(str(bad.sentence)) from None

    def moment(self) -> datetime:
        return self.at.data.replace(tzinfo=clock.zone()) if self.at.data else clock.now()


class HandoverForm(forms.Form):
    from_id = SelectField(_l("Who is away"), coerce=forms.whole_or_none, validators=[forms.required(_l("Choose one."))])
    to_id = SelectField(_l("Who takes over"), coerce=forms.whole_or_none, validators=[Optional()])
    reason = forms.text(_l("Reason"), 200, needed=_l("Say why."))
    back = BooleanField(_l("It comes back when the person returns"), default=True)

    def offer(self, people: list) -> "HandoverForm":
        self.from_id.choices = [("", _("Choose one")), *((p.id, p.name) for p in people)]
        self.to_id.choices = [("", _("Nobody: back to the unassigned")), *((p.id, p.name) for p in people)]
        return self
