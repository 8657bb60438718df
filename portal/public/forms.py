from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, MultipleFileField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional, StopValidation, ValidationError

from portal.core.forms import Form, area, longest, required, text
from portal.customers import phones
from portal.proposals.models import Naming
from portal.public import choices
from portal.public.guards import PublicForm
from portal.surveys.words import SCORES, TAGS


def a_phone(form, field) -> None:
    try:
        phones.parse(field.data)
    except phones.BadPhone as bad:
        raise StopValidation(str(bad.sentence)) from None


class RequestForm(PublicForm):
    """A customer's request. `pending` names the photos that were sent before, `k` is a signed link."""

    pending = HiddenField(validators=[Optional(), longest(64)])
    k = HiddenField(validators=[Optional(), longest(200)])
    kind = RadioField(_l("What is it about?"), choices=list(choices.KINDS.items()), default="repair")
    problem = RadioField(_l("Which problem?"), validators=[required(_l("Choose the problem that fits best."))])
    words = area(_l("What happened?"), 2000, needed=_l("Write what happened, one sentence is enough."))
    photos = MultipleFileField(_l("Photos"))
    preferred = RadioField(_l("When does it suit you?"), default="soon")
    region = SelectField(_l("District"), validators=[Optional()])
    address = text(_l("Address"), 120, needed=_l("Write estate, building and door number."))
    name = text(_l("What is your name?"), 60, needed=_l("Write your name, a surname is enough."))
    phone = text(_l("Phone number"), 40, a_phone, needed=_l("Write the number we can reach you at."))

    def offer(self, site=None) -> "RequestForm":
        """Fill in what can be chosen; with a signed home the address is known."""
        self.problem.choices, self.preferred.choices = choices.problems(), choices.times()
        if self.preferred.data and self.preferred.data not in dict(self.preferred.choices) and choices.time_words(self.preferred.data):
            self.preferred.choices.append((self.preferred.data, choices.time_words(self.preferred.data)))
        found = choices.districts()
        self.region.choices = [("", _("Choose the district")), *found]
        if site is not None:
            del self.address, self.region
        elif not found:
            del self.region
        self.photos.description = _("optional, up to %(most)d", most=current_app.config["MAX_PHOTOS"])
        return self

    def kept(self) -> dict:
        """What the check page stores."""
        names = ("kind", "problem", "words", "preferred", "region", "address", "name", "phone", "k")
        return {n: self[n].data or "" for n in names if n in self}


class SendForm(Form):
    token = HiddenField(validators=[required(), longest(64)])


class WordsForm(Form):
    """Something more about one's own request."""

    words = area(_l("What else should we know?"), 2000, id="more-words")
    photos = MultipleFileField(_l("Photos"))


OTHER = "other"


class TimeForm(Form):
    preferred = RadioField(_l("When does it suit you better?"), validators=[required(_l("Choose a time."))])
    words = area(_l("Anything else about the time?"), 300, id="other-words")

    def offer(self) -> "TimeForm":
        self.preferred.choices = [*(c for c in choices.times() if c[0] != "soon"), (OTHER, _("Another day"))]
        if not self.preferred.data and self.words.data:  # whoever has written when need not tap as well
            self.preferred.data = OTHER
        return self

    def validate_preferred(self, field: RadioField) -> None:
        if field.data == OTHER and not self.words.data:
            raise ValidationError(_("Write below which day and time suit you."))

    @property
    def wish(self) -> tuple[str, str]:
        """The time that is wanted, and what else was written."""
        words = self.words.data or ""
        return (words, "") if self.preferred.data == OTHER else (choices.lasting_words(self.preferred.data), words)


class CallOffForm(Form):
    words = area(_l("Why, or what instead?"), 300, id="off-words")


class ReopenForm(Form):
    words = area(_l("What is still wrong?"), 500, id="again-words", needed=_l("Write in a few words what is still wrong."))


class SurveyForm(Form):
    """What comes after the first tap."""

    solved = RadioField(_l("Is the problem solved?"), choices=[("yes", _l("Solved")), ("no", _l("Not solved"))], validators=[Optional()])
    speed = RadioField(_l("Speed"), choices=[(str(n), w) for n, w in SCORES.items()], validators=[Optional()])
    attitude = RadioField(_l("Manner"), choices=[(str(n), w) for n, w in SCORES.items()], validators=[Optional()])
    quality = RadioField(_l("Quality"), choices=[(str(n), w) for n, w in SCORES.items()], validators=[Optional()])
    tidiness = RadioField(_l("Tidiness"), choices=[(str(n), w) for n, w in SCORES.items()], validators=[Optional()])
    tags = SelectMultipleField(_l("Reasons"), choices=list(TAGS.items()), validators=[Optional()])
    words = area(_l("Anything else you want to say?"), 1000)

    def made(self) -> dict:
        """Values for the action; what was left out stays as it is."""
        values = {n: int(self[n].data) for n in ("speed", "attitude", "quality", "tidiness") if self[n].data}
        if self.solved.data:
            values["solved"] = self.solved.data == "yes"
        return {**values, "tags": self.tags.data or [], "words": self.words.data or ""}


class SuggestForm(PublicForm):
    """A customer's suggestion. `token` becomes the status link, so a second sending makes no second one."""

    token = HiddenField(validators=[required(_l("This page is not complete. Open it anew.")), longest(64)])
    problem = area(_l("What did you notice?"), 2000, needed=_l("Write what you noticed."))
    suggestion = area(_l("What should we do instead?"), 2000, needed=_l("Write what we should do instead."))
    naming = RadioField(_l("How do you want to write?"), default=Naming.NAMED.value,
                        choices=[(Naming.NAMED.value, _l("With my name")), (Naming.ANONYMOUS.value, _l("Anonymous"))])
    name = text(_l("What is your name?"), 60)
    contact = text(_l("Phone number or e-mail"), 200)
    photos = MultipleFileField(_l("Photos"))


class ChangeForm(Form):
    problem = area(_l("What did you notice?"), 2000, needed=_l("Write what you noticed."))
    suggestion = area(_l("What should we do instead?"), 2000, needed=_l("Write what we should do instead."))


class AnswerForm(Form):
    words = area(_l("Your answer"), 2000, needed=_l("Write something first."))
