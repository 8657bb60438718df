"""Forms: everything typed is kept, every refusal is a sentence beside its field."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Form as WTForm
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import HiddenInput

from portal.core.labels import Label

_HARMLESS = dict.fromkeys(map(ord, "\u200b\ufeff\u2060"))
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def tidy(value: Any) -> Any:
    """NFC, no zero-width marks, newlines as \\n, no blank edges; other types pass through."""
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n").translate(_HARMLESS)
    return unicodedata.normalize("NFC", value).strip()


def plain_text(form, field) -> None:
    """Refuses NUL, control, bidirectional and broken characters."""
    for character in field.data or "":
        broken = unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
        if broken or character in _BIDI:
            raise StopValidation(_("This text has an invisible control character. Delete it or type the words again."))


class required(InputRequired):  # noqa: N801 - reads as a rule in a field's list
    """Something other than blanks; `words` say what is missing."""

    def __init__(self, words: Any = None):
        super().__init__(words or _l("Fill this in."))

    def __call__(self, form, field):
        if not (field.data.strip() if isinstance(field.data, str) else field.data or field.data == 0):
            field.errors = []
            raise StopValidation(str(self.message))


def longest(limit: int) -> Length:
    return Length(max=limit, message=_l("At most %(max)d characters."))


def text(label: Any, limit: int = 200, *rules: Any, needed: Any = False, **more: Any) -> StringField:
    return StringField(label, _rules(limit, needed, rules), filters=[tidy], **more)


def area(label: Any, limit: int = 4000, *rules: Any, needed: Any = False, **more: Any) -> TextAreaField:
    return TextAreaField(label, _rules(limit, needed, rules), filters=[tidy], **more)


def _rules(limit: int, needed: Any, rules: tuple) -> list:
    first = required(None if needed is True else needed) if needed else Optional()
    return [plain_text, first, longest(limit), *rules]


class DayField(DateField):
    """A date whose refusal is a sentence of ours."""

    def process_formdata(self, valuelist):
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is no date; write it like 2026-11-22.")) from None


class TimeOfDayField(TimeField):
    def process_formdata(self, valuelist):
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("This is no time; write it like 10:30.")) from None


class WholeField(IntegerField):
    """A whole number whose refusal is a sentence of ours."""

    def process_formdata(self, valuelist):
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a whole number.")) from None


def whole_or_none(value: Any) -> int | None:
    """Coerces the id that a choice stands for; what no id can be is no choice."""
    if value in (None, "", "None"):
        return None
    if len(str(value)) > 18:
        raise ValueError("no id is that long")
    return int(value)


def pick(label: Any, labels: type[Label], **more: Any) -> SelectField:
    """A Label as a choice; data is the member (or None)."""
    return SelectField(
        label, choices=labels.choices(), coerce=lambda v: labels(v) if v else None,
        validators=more.pop("validators", [required(_l("Choose one."))]), **more,
    )


class Form(WTForm):
    """Base of all forms: translated messages, one-time key, version of the record being changed."""

    key = HiddenField("", validators=[Optional(), longest(64)])
    version = IntegerField("", validators=[Optional()], widget=HiddenInput())

    class Meta:
        def bind_field(self, form, unbound, options):
            return unbound.bind(form=form, **options)

        def get_translations(self, form):
            return _Translations()

    @classmethod
    def of_request(cls, **more: Any):
        """The sent form; files included. On a GET: a fresh one with a new one-time key."""
        if request.method != "POST":
            form = cls(**more)
            form.key.data = new_key()
            return form
        return cls(CombinedMultiDict([request.files, request.form]), **more)

    def process(self, *args: Any, **more: Any) -> None:
        """`Optional` lets blanks pass as nothing, so a choice of blanks is nothing."""
        super().process(*args, **more)
        for field in self:
            if isinstance(field, SelectField) and isinstance(field.data, str) and field.data.isspace():
                field.data = ""

    @property
    def has_errors(self) -> bool:
        return any(f.errors for f in self)

    def refuse(self, name: str, sentence: Any) -> None:
        """Put a sentence beside a field after an action said no."""
        field = self[name]
        field.errors = [*field.errors, str(sentence)]

    def values(self, *names: str) -> dict[str, Any]:
        return {n: self[n].data for n in names}


class _Translations:
    def gettext(self, string: str) -> str:
        return _(string)

    def ngettext(self, one: str, many: str, n: int) -> str:
        return _(one if n == 1 else many)


def new_key() -> str:
    """A one-time key for a create form."""
    return secrets.token_urlsafe(18)


def keep_theirs(form: Form, record: Any) -> None:
    """After a conflict was shown: fields whose "<name>-keep" says "theirs" take the record's present value."""
    for field in form:
        if request.form.get(f"{field.name}-keep") == "theirs":
            field.data = getattr(record, field.name)


def show_version(form: Form, version: int) -> None:
    """After a conflict was shown, the next sending is about the present version."""
    form.version.data, form.version.raw_data = version, None


_KEY = re.compile(r"^[A-Za-z0-9_-]{8,64}$")


def is_key(value: str | None) -> bool:
    return bool(value and _KEY.match(value))
