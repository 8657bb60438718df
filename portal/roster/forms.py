from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.validators import NumberRange, Optional

from portal.catalogue import queries as catalogue
from portal.core import clock
from portal.core.forms import DayField, Form, TimeOfDayField, WholeField, required, text
from portal.roster.models import LeaveKind, Level

WEEKDAYS = (_l("Mondays"), _l("Tuesdays"), _l("Wednesdays"), _l("Thursdays"), _l("Fridays"), _l("Saturdays"), _l("Sundays"))
SKILL_FIELDS = {n: n for n in ("name", "name_en", "certificate", "level", "services", "active")}


def _minute(value: time | None) -> int:
    return value.hour * 60 + value.minute if value else 0


class HoursForm(Form):
    """The same hours for the chosen weekdays, or a day off."""

    days = SelectMultipleField(_l("Which days?"), coerce=int, validators=[required(_l("Choose at least one day."))])
    works = RadioField(_l("On these days"), choices=[("yes", _l("On duty")), ("no", _l("Off"))], default="yes")
    starts = TimeOfDayField(_l("Begins at"), validators=[Optional()], default=time(8, 30))
    ends = TimeOfDayField(_l("Ends at"), validators=[Optional()], default=time(18))
    rest_starts = TimeOfDayField(_l("Lunch from"), validators=[Optional()], default=time(12))
    rest_ends = TimeOfDayField(_l("Lunch until"), validators=[Optional()], default=time(13))

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.days.choices = list(enumerate(WEEKDAYS))

    @property
    def hours(self) -> tuple[int, int, int, int] | None:
        if self.works.data == "no":
            return None
        ends = _minute(self.ends.data) or 1440  # 00:00 is the next midnight
        return _minute(self.starts.data), ends, _minute(self.rest_starts.data), _minute(self.rest_ends.data)


class MostForm(Form):
    most = WholeField(_l("Most visits a day"), validators=[Optional(), NumberRange(1, 40, _l("Between 1 and 40."))])


class LeaveForm(Form):
    """Whole days, unless a time is given."""

    kind = RadioField(_l("What for?"), choices=LeaveKind.choices(), coerce=LeaveKind, default=LeaveKind.ANNUAL, validators=[required(_l("Choose one."))])
    from_day = DayField(_l("From which day"), validators=[required(_l("Choose a day."))])
    from_time = TimeOfDayField(_l("From what time"), validators=[Optional()])
    until_day = DayField(_l("Until which day"), validators=[required(_l("Choose a day."))])
    until_time = TimeOfDayField(_l("Until what time"), validators=[Optional()])
    note = text(_l("Note"), 200)

    def _sane(self, field: Any) -> None:
        if field.data and not 2000 <= field.data.year <= 9000:
            raise ValueError(_("At most a year ahead."))

    validate_from_day = validate_until_day = _sane

    @property
    def starts_at(self) -> datetime:
        return clock.moment(self.from_day.data, self.from_time.data or time())

    @property
    def ends_at(self) -> datetime:
        day = self.until_day.data
        return clock.moment(day, self.until_time.data) if self.until_time.data else clock.day_bounds(day)[1]


class GrantForm(Form):
    """A person's skill."""

    skill = RadioField(_l("Skill"), coerce=int, validators=[required(_l("Choose one."))])
    level = RadioField(_l("Level"), choices=Level.choices(), coerce=Level, default=Level.SKILLED, validators=[required(_l("Choose one."))])
    certificate = text(_l("Certificate number"), 60)
    expires_on = DayField(_l("Valid until"), validators=[Optional()])


class SkillForm(Form):
    """A row of the list of skills."""

    name = text(_l("Skill"), 80, needed=_l("Write what the skill is called."))
    name_en = text(_l("Name in English"), 80)
    certificate = BooleanField(_l("Only with a valid certificate"))
    services = SelectMultipleField(_l("Services that need it"), coerce=int)
    level = RadioField(_l("At least as"), choices=Level.choices(), coerce=Level, default=Level.TRAINEE)
    active = BooleanField(_l("In use"), default=True)

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.services.choices = [(s.id, s.word) for s in catalogue.services()]
