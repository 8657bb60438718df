from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional, ValidationError

from portal.accounts import queries as accounts
from portal.calendars import queries as calendars
from portal.catalogue import queries as catalogue
from portal.catalogue.models import Priority
from portal.core import clock, forms
from portal.customers.models import CustomerClass
from portal.tickets.models import ClockKind
from portal.tickets.promises import ALWAYS_HOURS, ANY, CONDITIONS, TEAM_HOURS

MOST_HOURS = 720


def _pick(label: Any) -> SelectField:
    """A condition: a value, or "any" said in so many words; blank is refused."""
    return SelectField(label, default=ANY, validators=[forms.required(_l("Choose a value, or any."))])


class PolicyForm(forms.Form):
    """One rule: for which tickets, how long, and which time counts; `created` is only for the example."""

    clock = forms.pick(_l("Clock"), ClockKind, default=ClockKind.RESOLUTION)
    kind = _pick(_l("Kind"))
    category = _pick(_l("Category"))
    priority = _pick(_l("Priority"))
    customer_class = _pick(_l("Customer class"))
    team = _pick(_l("Team"))
    limit_hours = IntegerField(_l("Full hours"), default=24, validators=[Optional(), NumberRange(0, MOST_HOURS, _l("A whole number from 0 to 720."))])
    limit_minutes = IntegerField(_l("Minutes"), default=0, validators=[Optional(), NumberRange(0, 59, _l("A whole number from 0 to 59."))])
    hours = SelectField(_l("Counts"), default=TEAM_HOURS, validators=[forms.required(_l("Choose one."))])
    active = BooleanField(_l("In use"), default=True)
    created = DateTimeLocalField(_l("Example: a ticket created at"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[Optional()])

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        any_one = (ANY, _("any"))
        self.kind.choices = [any_one, *((k.code, k.word) for k in catalogue.kinds(True))]
        self.category.choices = [any_one, *((str(c.id), c.word if c.parent_id is None else f"{c.parent.word} › {c.word}") for c in catalogue.categories(True))]
        self.priority.choices = [any_one, *Priority.choices()]
        self.customer_class.choices = [any_one, *CustomerClass.choices()]
        self.team.choices = [any_one, *((str(t.id), t.word) for t in accounts.all_teams())]
        named = [(str(c.id), c.word) for c in calendars.calendars()]
        self.hours.choices = [(TEAM_HOURS, _("working hours of the team")), (ALWAYS_HOURS, _("round the clock")), *named]

    def validate_limit_minutes(self, field: Any) -> None:
        if not self.limit_hours.errors and self.minutes < 1:
            raise ValidationError(_("The limit must be at least one minute."))

    def validate_created(self, field: Any) -> None:
        if field.data and not 2020 <= field.data.year <= 2100:
            raise ValidationError(_("Choose a day between 2020 and 2100."))

    @property
    def minutes(self) -> int:
        return (self.limit_hours.data or 0) * 60 + (self.limit_minutes.data or 0)

    def chosen(self) -> dict[str, Any]:
        """Columns of the rule."""
        return {**self.values("clock", *CONDITIONS, "hours", "active"), "minutes": self.minutes}

    def start(self) -> Any:
        """The example's moment on the company's wall clock; None when it was left out."""
        return clock.moment(self.created.data.date(), self.created.data.time()) if self.created.data else None


def as_typed(rule: Any) -> dict[str, Any]:
    """A rule's columns as the form shows them."""
    plain = {name: getattr(rule, name) for name in ("clock", *CONDITIONS, "hours", "active")}
    return {**plain, "limit_hours": rule.minutes // 60, "limit_minutes": rule.minutes % 60}
