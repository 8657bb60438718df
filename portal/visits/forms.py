from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Sequence

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, MultipleFileField, RadioField, SelectField
from wtforms.validators import NumberRange, Optional

from portal.core import clock
from portal.core.forms import DayField, Form, TimeOfDayField, WholeField, area, required, text
from portal.roster import queries as roster
from portal.visits import signing_rule
from portal.visits.models import FINISHED, Answer, Visit, VisitStatus


class PlanForm(Form):
    """Who comes, and when. Choices of technicians are set by the view."""

    technician = RadioField(_l("Who comes?"), coerce=int, validators=[required(_l("Choose who comes."))], validate_choice=False)
    day = DayField(_l("Day"), validators=[required(_l("Choose a day."))])
    start = TimeOfDayField(_l("Begins at"), validators=[required(_l("Say when."))])
    end = TimeOfDayField(_l("Ends at"), validators=[required(_l("Say until when."))])
    second = SelectField(_l("Who comes along?"), coerce=lambda v: int(v) if v else None, validators=[Optional()], validate_choice=False)
    bring = text(_l("What to bring"), 200)
    despite = text(_l("Why does it have to be?"), 200)

    def offer(self, people: list) -> None:
        """Put the candidates into the form."""
        self.technician.choices = [(c.person.id, c.person.name) for c in people]
        self.second.choices = [("", _("Nobody else")), *((c.person.id, c.person.name) for c in people)]

    @property
    def starts_at(self) -> datetime:
        return clock.moment(self.day.data, self.start.data)

    @property
    def ends_at(self) -> datetime:
        return clock.moment(self.day.data, self.end.data)

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """From and to, when all three fields can be read."""
        return (self.starts_at, self.ends_at) if self.day.data and self.start.data and self.end.data else None

    def validate_day(self, field) -> None:
        if field.data and not 2000 <= field.data.year <= 9000:
            raise ValueError(_("At most a year ahead."))

    @classmethod
    def asked_again(cls, **preset: Any) -> "PlanForm":
        """A fresh form with what a person had typed before looking at another day (in the address), over the preset."""
        typed = {"technician": _whole, "second": _whole, "day": date.fromisoformat, "start": time.fromisoformat, "end": time.fromisoformat, "bring": str}
        for name, read in typed.items():
            try:
                preset[name] = read(request.args[name]) if request.args.get(name) else preset.get(name)
            except ValueError:
                continue
        return cls.of_request(data=preset)


def _whole(value: str) -> int:
    return int(value[:12])


class ReasonForm(Form):
    """Why a visit is declined or cancelled."""

    reason = area(_l("Why?"), 300, needed=_l("Say why."))


class CancelForm(ReasonForm):
    """`later`: the rest of a series too."""

    later = BooleanField(_l("The later visits of this series too"))


class RepeatForm(Form):
    """How often a visit comes again."""

    weeks = RadioField(_l("How often?"), coerce=int, default=1, choices=[(1, _l("Every week")), (2, _l("Every two weeks")), (4, _l("Every four weeks"))])
    times = WholeField(_l("How many times in all?"), validators=[required(_l("Say how many times.")), NumberRange(2, 26, _l("Between 2 and 26."))], default=4)


class StepForm(Form):
    """A step that asks nothing."""


class AnswerForm(Form):
    """One line of the standard."""

    answer = RadioField(_l("Answer"), choices=[("", ""), *Answer.choices()], coerce=lambda v: Answer(v) if v else None, validators=[Optional()])
    note = text(_l("What was the matter?"), 300)
    item = IntegerField(validators=[Optional()])  # named in the address, except by an outbox
    photos = MultipleFileField(_l("Photos"))


class PhotosForm(Form):
    photos = MultipleFileField(_l("Photos"))


OUTCOME_WORDS = {
    VisitStatus.DONE: _l("Everything is done"), VisitStatus.PARTLY_DONE: _l("Only part is done"), VisitStatus.NO_ACCESS: _l("Nobody let me in"),
    VisitStatus.NEEDS_SPECIALIST: _l("A specialist is needed"),
}


_REASONS = {
    VisitStatus.PARTLY_DONE: _l("Say what is left and why."), VisitStatus.NO_ACCESS: _l("Say why nobody could get in."),
    VisitStatus.NEEDS_SPECIALIST: _l("Say why a specialist is needed."),
}


def _skill_id(value: Any) -> int | None:
    return int(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) < 10 else None


class FinishForm(Form):
    """How the visit ended. What is needed depends on the outcome."""

    outcome = RadioField(
        _l("How did it end?"), choices=[(o.value, OUTCOME_WORDS[o]) for o in FINISHED], coerce=lambda v: VisitStatus(v) if v else None,
        validators=[required(_l("Choose how it ended."))],
    )
    result = area(_l("What was done?"), 2000)
    reason = area(_l("What is left, or why not?"), 300)
    skill = SelectField(_l("Which skill is needed?"), coerce=_skill_id, validators=[Optional()], validate_choice=False)
    photos = MultipleFileField(_l("Photo of the door"))
    waited = WholeField(_l("Minutes waited"), validators=[Optional(), NumberRange(0, 600, _l("Between 0 and 600 minutes."))])

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.skills = {s.id: s for s in roster.skills()}
        self.skill.choices = [("", _("Choose the skill")), *((s.id, s.word) for s in self.skills.values())]

    @property
    def wanted(self) -> Any:
        """The skill that the next one must have."""
        return self.skills.get(self.skill.data) if self.outcome.data is VisitStatus.NEEDS_SPECIALIST else None

    def check_outcome(self, photos: Sequence = ()) -> bool:
        """Say beside the right field what this outcome needs. True when nothing lacks."""
        outcome = self.outcome.data
        if outcome in (VisitStatus.DONE, VisitStatus.PARTLY_DONE) and not self.result.data:
            self.refuse("result", _l("Write down what was done."))
        if outcome is not VisitStatus.DONE and not self.reason.data:
            self.refuse("reason", _REASONS[outcome])
        if outcome is VisitStatus.NO_ACCESS and self.waited.data is None:
            self.refuse("waited", _l("Say how many minutes you waited."))
        if signing_rule.lacks_door_photo(outcome, photos):
            self.refuse("photos", _l("Take a photo of the closed door."))
        if outcome is VisitStatus.NEEDS_SPECIALIST and self.skills and self.wanted is None:
            self.refuse("skill", _l("Choose the skill that is needed."))
        return not self.has_errors


def plan_preset(visit: Visit) -> dict[str, Any]:
    """The form of a visit that is being moved."""
    start, end = clock.local(visit.starts_at), clock.local(visit.ends_at)
    return {
        "technician": visit.technician_id, "second": visit.second_id, "day": start.date(), "start": start.time(), "end": end.time(), "bring": visit.bring_word, "version": visit.version,
    }
