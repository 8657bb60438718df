from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, RadioField, SelectField
from wtforms.validators import Optional, ValidationError

from portal.accounts import queries as accounts
from portal.catalogue import queries as catalogue
from portal.core import clock, forms
from portal.teamwork import queries


class TaskForm(forms.Form):
    title = forms.text(_l("What is to be done?"), 120, needed=_l("Say what is to be done."))
    department = SelectField(_l("Department"))
    owner_id = SelectField(_l("Who does it"), coerce=forms.whole_or_none, validators=[Optional()])
    due_on = DateField(_l("Until"), validators=[forms.required(_l("Choose a day."))])
    words = forms.area(_l("What they need to know"), 2000)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.department.choices = [(name, name) for name in queries.departments()]
        self.owner_id.choices = [("", _l("Whoever takes it")), *((p.id, p.name) for p in accounts.everyone() if p.active)]
        self.due_on.data = self.due_on.data or (clock.today() + timedelta(days=2) if not self.due_on.raw_data else None)

    def validate_due_on(self, field: Any) -> None:
        if field.data and field.data < clock.today():
            raise ValidationError(_l("This day has passed; choose a later one."))


class AnswerForm(forms.Form):
    done = RadioField(_l("What came of it?"), choices=[("yes", _l("Done")), ("no", _l("Cannot be done"))], default="yes")
    words = forms.area(_l("For whoever asked"), 500)


class SplitForm(forms.Form):
    words = forms.area(_l("The second problem, in the customer's words"), 4000, needed=_l("Write down the second problem."))
    category_id = SelectField(_l("Category"), coerce=forms.whole_or_none, validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.category_id.choices = [("", _l("Not chosen")), *((c.id, f"{c.parent.word} › {c.word}" if c.parent else c.word) for c in catalogue.categories())]


class ReminderForm(forms.Form):
    at = DateTimeLocalField(_l("When"), format="%Y-%m-%dT%H:%M", validators=[forms.required(_l("Choose a moment."))])
    words = forms.text(_l("What about"), 200)

    def moment(self) -> datetime:
        return self.at.data.replace(tzinfo=clock.zone())


def later(choice: str) -> datetime | None:
    """The moments of the quick buttons: in an hour, at two or tomorrow at nine, next Monday at nine."""
    now = clock.local(clock.now())
    if choice == "hour":
        return clock.now() + timedelta(hours=1)
    if choice == "afternoon":
        return clock.moment(now.date(), time(14)) if now.hour < 14 else clock.moment(now.date() + timedelta(days=1), time(14))
    if choice == "tomorrow":
        return clock.moment(now.date() + timedelta(days=1), time(9))
    if choice == "monday":
        return clock.moment(now.date() + timedelta(days=7 - now.weekday()), time(9))
    return None
