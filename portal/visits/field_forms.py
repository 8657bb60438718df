from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, FloatField, HiddenField, RadioField, StringField
from wtforms.validators import NumberRange, Optional

from portal.core.forms import Form, WholeField, area, required, text
from portal.visits.field_models import PaidBy, Payer, Unsigned

MOST_YUAN = 1_000_000
_AMOUNT = re.compile(r"^\d{1,7}(\.\d{1,2})?$")


class YuanField(StringField):
    """Typed in yuan, 12.5; data are hundredths."""

    def process_formdata(self, valuelist):
        words = (valuelist[0] if valuelist else "").strip().replace("，", ".").replace("。", ".")
        self.data, self.raw_data = None, [words]
        if not words:
            return
        if not _AMOUNT.match(words) or float(words) > MOST_YUAN:
            raise ValueError(_("Write an amount like 12 or 12.50."))
        self.data = round(float(words) * 100)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else f"{self.data / 100:g}" if self.data is not None else ""


def _one_of(label: Any, labels: Any, words: Any, **more: Any) -> RadioField:
    """A Label as tiles; data is the member, or None."""
    rules = [required(words)] if words else [Optional()]
    return RadioField(label, choices=labels.choices(), coerce=lambda v: labels(v) if v in {m.value for m in labels} else None, validators=rules, **more)


class LateForm(Form):
    """How much later."""

    minutes = RadioField(_l("How much later?"), choices=[(15, "15"), (30, "30"), (60, "60")], coerce=int, validators=[required(_l("Choose how much later."))])


class ArriveForm(Form):
    """The place, if the phone's owner agreed. Nothing here can hold up the arrival."""

    latitude = FloatField(validators=[Optional(), NumberRange(-90, 90)])
    longitude = FloatField(validators=[Optional(), NumberRange(-180, 180)])
    accuracy = FloatField(validators=[Optional(), NumberRange(0, 10_000_000)])

    @property
    def place(self) -> tuple[float, float, int] | None:
        fields = (self.latitude, self.longitude, self.accuracy)
        if not self.validate() or any(f.data is None for f in fields):
            return None
        return round(self.latitude.data, 6), round(self.longitude.data, 6), round(self.accuracy.data)


class SignForm(Form):
    """What is signed, and by whom; or why not."""

    words = area(_l("What was done?"), 2000, needed=_l("Write down what was done; the customer signs these words."))
    name = text(_l("Name of who signs"), 40)
    unsigned = _one_of(_l("Not signed?"), Unsigned, None)
    note = text(_l("More about it"), 200)
    picture = FileField(_l("Signature"))


class PartForm(Form):
    name = text(_l("Which part?"), 60, needed=_l("Write which part."))
    quantity = WholeField(_l("How many?"), default=1, validators=[required(_l("Write how many.")), NumberRange(1, 999, _l("Between 1 and 999."))])
    cents = YuanField(_l("Price of one, yuan"), validators=[required(_l("Write the price; 0 if it costs nothing."))])
    payer = _one_of(_l("Who pays?"), Payer, _l("Choose who pays."), default=Payer.CUSTOMER)


class PartRemovedForm(Form):
    """Which part was not used after all."""

    part = WholeField(validators=[required(), NumberRange(1, 2**31 - 1)])


class ExtraForm(Form):
    words = text(_l("What is to be done in addition?"), 200, needed=_l("Write what is to be done."))
    cents = YuanField(_l("Price, yuan"), validators=[required(_l("Write the price."))])
    name = text(_l("Name of the customer who agrees"), 40, needed=_l("Write who agrees."))
    picture = FileField(_l("Signature"))


class PaymentForm(Form):
    paid = YuanField(_l("Paid, yuan"), validators=[required(_l("Write what was paid; 0 if nothing."))])
    way = _one_of(_l("How?"), PaidBy, _l("Choose how it was paid."))


class ReportForm(Form):
    """What every item of an outbox carries."""

    visit = WholeField(validators=[required(), NumberRange(1, 2**31 - 1)])
    person = WholeField(validators=[required()])
    kind = HiddenField(validators=[required()])
    device_at = HiddenField(validators=[required()])
    sent_at = HiddenField(validators=[required()])
