from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, HiddenField, MultipleFileField, RadioField, SelectField
from wtforms.validators import AnyOf, Optional, ValidationError

from portal.catalogue import queries as catalogue
from portal.catalogue.models import Impact, Priority, Urgency
from portal.core import clock, db, files, forms
from portal.core.files import BadFile, Received

REPLY_FILES = 6


class WithFiles(forms.Form):
    """A form that may bring photos; `received` holds them once `take_files` said yes."""

    photos = MultipleFileField(_l("Photos"))
    received: list[Received]
    documents = False

    def take_files(self) -> bool:
        """Check and re-encode the files outside the transaction; False puts the sentence beside the field."""
        self.received = []
        if not any(getattr(f, "filename", "") for f in self.photos.data or []):
            return True
        db.release()
        try:
            self.received = files.receive(self.photos.data, most=REPLY_FILES, documents=self.documents)
        except BadFile as bad:
            self.refuse("photos", bad.sentence)
        return not self.photos.errors


class ReplyForm(WithFiles):
    mode = HiddenField("", validators=[AnyOf(("public", "internal"))])
    words = forms.area(_l("Words"), 4000, needed=_l("Write something first."))
    then = HiddenField("", validators=[Optional(), AnyOf(("", "wait", "resolve"))])
    seen = forms.text("", 20)  # the newest entry of the timeline when the page was loaded
    onward = BooleanField(_l("Then the next ticket"), default=True)
    documents = True

    @classmethod
    def fresh(cls, mode: str, words: str, seen: int) -> "ReplyForm":
        form = cls(mode=mode, words=words, seen=str(seen))
        form.key.data = forms.new_key()
        return form


class ClassifyForm(forms.Form):
    title = forms.text(_l("Title"), 120, needed=True)
    kind_code = SelectField(_l("Kind"))
    category_id = SelectField(_l("Category"), coerce=forms.whole_or_none, validators=[Optional()])
    stage_id = SelectField(_l("Stage in which it arose"), coerce=forms.whole_or_none, validators=[Optional()])
    urgency = forms.pick(_l("Urgency"), Urgency)
    impact = forms.pick(_l("Impact"), Impact)
    priority = SelectField(_l("Priority"), choices=[("", _l("As the table says")), *Priority.choices()],
                           coerce=lambda v: Priority(v) if v else None, validators=[Optional()])
    reason = forms.text(_l("Why another priority than the table's"), 200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind_code.choices = [(k.code, k.word) for k in catalogue.kinds()]
        self.category_id.choices = [("", _l("Not chosen")), *((c.id, f"{c.parent.word} › {c.word}" if c.parent else c.word) for c in catalogue.categories())]
        self.stage_id.choices = [("", _l("Not known")), *((s.id, s.word) for s in catalogue.stages())]


class AssignForm(forms.Form):
    owner_id = SelectField(_l("Owner"), coerce=forms.whole_or_none, validators=[Optional()])
    reason = forms.text(_l("Reason"), 200)


class WaitForm(forms.Form):
    reason = forms.text(_l("What are we waiting for?"), 200, needed=True)
    until = DateTimeLocalField(_l("Until when"), format="%Y-%m-%dT%H:%M", validators=[Optional()])

    def validate_until(self, field):
        if field.data and self.moment() <= clock.now():
            raise ValidationError(_l("This moment has passed; choose a later one."))

    def moment(self) -> datetime | None:
        return field.replace(tzinfo=clock.zone()) if (field := self.until.data) else None


class ResolveForm(forms.Form):
    cause_id = SelectField(_l("Cause"), coerce=forms.whole_or_none, validators=[forms.required(_l("Choose the cause."))])
    stage_id = SelectField(_l("Stage in which it arose"), coerce=forms.whole_or_none, validators=[Optional()])
    solution = forms.area(_l("Solution, in words for the customer"), 2000, needed=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cause_id.choices = [("", _l("Choose one")), *((c.id, c.word) for c in catalogue.causes())]
        self.stage_id.choices = [("", _l("Not known")), *((s.id, s.word) for s in catalogue.stages())]


class ReasonForm(forms.Form):
    reason = forms.text(_l("Reason"), 300, needed=True)


class MergeForm(forms.Form):
    """`other`: one of the customer's own open tickets, by number; or the `number` of any."""

    other = RadioField(_l("Which ticket stays?"), validators=[Optional()], validate_choice=False)
    number = forms.text(_l("Number of the ticket that stays"), 20)

    def offer(self, tickets: list) -> None:
        """The customer's other tickets to choose from; a single one is chosen already."""
        self.other.choices = [(t.number, f"{t.number} {t.title}") for t in tickets]
        if not tickets:
            del self.other
        elif len(tickets) == 1 and not self.number.data:
            self.other.data = self.other.data or tickets[0].number

    @property
    def stays(self) -> str:
        return self.number.data or (self.other.data if "other" in self else "") or ""
