from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FloatField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange
from wtforms.validators import Optional as Empty

from portal.core import forms
from portal.core.options import Option


class OptionForm(forms.Form):
    """One knob; subclasses are made to measure by `form_for`."""

    def chosen(self, option: Option) -> Any:
        value = self["value"].data
        if option.kind == "share":
            return round(value, 4)
        return value or "" if option.kind == "text" else value


class ShareField(FloatField):
    """Shown and typed in percent, kept as a share."""

    def process_data(self, value: Any) -> None:
        self.data = value

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else f"{self.data * 100:g}"

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = self.data / 100


def form_for(option: Option, record: Any) -> OptionForm:
    """The form of this knob, holding its present value."""
    made = type("OneOptionForm", (OptionForm,), {"value": _field(option)})
    return made.of_request(data={"value": record.value}, version=record.version)


def _field(option: Option) -> Any:
    label = option.words
    if option.kind == "flag":
        return BooleanField(label)
    if option.kind == "share":
        sentence = _l("A percentage from 0 to 100.")
        return ShareField(label, validators=[InputRequired(sentence), NumberRange(0, 1, sentence)])
    if option.kind == "whole":
        sentence = _l("A whole number from %(low)d to %(high)d.", low=option.low, high=option.high)
        first = Empty() if option.default is None else InputRequired(sentence)
        return IntegerField(label, validators=[first, NumberRange(option.low, option.high, sentence)])
    if option.kind == "choice":
        return SelectField(label, choices=list(option.among.items()))
    return forms.text(label, 200)
