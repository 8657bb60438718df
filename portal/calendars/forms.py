from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional, ValidationError

from portal.accounts import queries as accounts
from portal.calendars import queries
from portal.calendars.showing import WEEKDAYS, hours_words
from portal.core import forms

SPAN = re.compile(r"^(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|~|至|到|to)\s*(\d{1,2})(?::(\d{2}))?$")
ROUND_THE_CLOCK = ("24", "24h", "24 h", "全天")
FIELDS = ("name", "name_en", "holidays", "standard", "teams")
DAYS = tuple(f"day_{n}" for n in range(7))


def parsed(text: str) -> list[list[int]]:
    """"9:00-12:00, 13–18" → minutes of the day; nothing: closed. Raises ValueError."""
    if text.strip().lower() in ROUND_THE_CLOCK:
        return [[0, 1440]]
    spans = [_span(part) for part in re.split(r"[,，、;；\n]+", text.replace("：", ":")) if part.strip()]
    if any(a >= b for a, b in spans) or any(one[1] > after[0] for one, after in zip(spans, spans[1:], strict=False)):
        raise ValueError(text)
    return spans


def _span(part: str) -> list[int]:
    found = SPAN.match(part.strip())
    if not found:
        raise ValueError(part)
    a, b, c, d = (int(n or 0) for n in found.groups())
    if a > 24 or c > 24 or b > 59 or d > 59 or c * 60 + d > 1440:
        raise ValueError(part)
    return [a * 60 + b, c * 60 + d]


def hours_rule(_form: Any, field: Any) -> None:
    try:
        field.hours = parsed(field.data or "")
    except ValueError:
        raise ValidationError(_("Write hours like 9:00–12:00, 13:00–18:00; leave empty when closed.")) from None


class CalendarForm(forms.Form):
    """Seven days, Monday first, and who works by them."""

    name = forms.text(_l("Name in Chinese"), 80, needed=_l("Write the name."))
    name_en = forms.text(_l("Name in English"), 80)
    holidays = BooleanField(_l("Statutory holidays are off, make-up workdays are worked"), default=True)
    standard = BooleanField(_l("Standard: for every team without a calendar of its own"))
    teams = SelectMultipleField(_l("Teams that work by it"), coerce=int)

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.teams.choices = [(t.id, t.word) for t in accounts.teams()]

    @property
    def week(self) -> list[list[list[int]]]:
        return [getattr(self[name], "hours", []) for name in DAYS]

    def validate(self, **more: Any) -> bool:
        valid = super().validate(**more)
        if valid and not any(self.week):
            self.refuse(DAYS[0], _("At least one day must be worked."))
            return False
        return valid

    def chosen(self) -> dict[str, Any]:
        return {**self.values("name", "name_en", "holidays", "standard", "teams"), "name_en": self.name_en.data or "", "week": self.week}


for _n, _name in enumerate(DAYS):
    setattr(CalendarForm, _name, forms.text(WEEKDAYS[_n], 80, hours_rule))


def as_typed(calendar: Any, teams: list[int]) -> dict[str, Any]:
    """A calendar's columns as the form shows them."""
    return {
        **{n: getattr(calendar, n) for n in ("name", "name_en", "holidays", "standard")}, "teams": teams,
        **{name: hours_words(calendar.week[n]) for n, name in enumerate(DAYS)},
    }


class DayForm(forms.Form):
    """One day that differs."""

    day = DateField(_l("Day"), validators=[forms.required(_l("Choose the day."))])
    works = RadioField(_l("On this day"), choices=[("no", _l("nobody works")), ("yes", _l("work goes on"))], default="no")
    hours = forms.text(_l("Hours"), 80, hours_rule)
    calendar_id = SelectField(_l("For whom"), coerce=lambda v: int(v) if v else None, validators=[Optional()])
    note = forms.text(_l("Why"), 80, needed=_l("Write why, in a few words."))

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.calendar_id.choices = [("", _l("All calendars that keep holidays")), *((c.id, c.word) for c in queries.calendars())]

    def validate_day(self, field: Any) -> None:
        if field.data and not 2020 <= field.data.year <= 2100:
            raise ValidationError(_("Choose a day between 2020 and 2100."))
