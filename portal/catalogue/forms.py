from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from portal.catalogue import queries
from portal.catalogue.models import Impact, ItemKind, Priority, ServiceGroup, Slot, Urgency
from portal.core import forms

ICONS = {
    "sparkle": _l("Clean"), "broken": _l("Broken"), "user": _l("Person"), "snow": _l("Cooling"), "pot": _l("Kitchen"), "drop": _l("Water"),
    "wrench": _l("Wrench"), "yuan": _l("Money"), "home": _l("House"), "building": _l("Building"), "phone": _l("Telephone"),
    "star": _l("Star"), "box": _l("Parcel"), "more": _l("Other"),
}


def whole(label: Any, low: int, high: int, **more: Any) -> IntegerField:
    sentence = _l("A whole number from %(low)d to %(high)d.", low=low, high=high)
    return IntegerField(label, validators=[more.pop("first", InputRequired(sentence)), NumberRange(low, high, sentence)], **more)


class WordForm(forms.Form):
    """What every row of the catalogue has: its word in both languages, and whether it is offered."""

    FIELDS: tuple[str, ...] = ("name", "name_en", "active")
    name = forms.text(_l("Name in Chinese"), 80, needed=_l("Write the name."))
    name_en = forms.text(_l("Name in English"), 80)
    active = BooleanField(_l("In use"), default=True)

    def chosen(self) -> dict[str, Any]:
        """Columns of the row; an empty text is stored as one."""
        return {n: "" if v is None and n in ("name_en", "bring", "bring_en") else v for n, v in self.values(*self.FIELDS).items()}


class KindForm(WordForm):
    FIELDS = (*WordForm.FIELDS, "straight", "grave", "always_follow_up")
    straight = BooleanField(_l("May be solved without a visit"))
    grave = BooleanField(_l("The supervisor is told at once"))
    always_follow_up = BooleanField(_l("Every one is called back"))


class ServiceForm(WordForm):
    FIELDS = (*WordForm.FIELDS, "group", "minutes", "bring", "bring_en")
    group = forms.pick(_l("Group"), ServiceGroup)
    minutes = whole(_l("Usual minutes of a visit"), 5, 1440, default=90)
    bring = forms.text(_l("To bring, in Chinese"), 200)
    bring_en = forms.text(_l("To bring, in English"), 200)


class ItemForm(WordForm):
    FIELDS = (*WordForm.FIELDS, "kind", "required", "slot", "minimum")
    kind = forms.pick(_l("Kind of item"), ItemKind, default=ItemKind.CHECK)
    required = BooleanField(_l("Must be done"), default=True)
    slot = forms.pick(_l("Photos are taken"), Slot, validators=[Optional()])
    minimum = whole(_l("Photos at least"), 0, 6, default=1, first=Optional())

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.slot.choices = [("", _l("Not a photo")), *Slot.choices()]

    def chosen(self) -> dict[str, Any]:
        photo = self.kind.data == ItemKind.PHOTO
        return {**super().chosen(), "slot": self.slot.data if photo else None, "minimum": (self.minimum.data or 0) if photo else 0}

    def validate_kind(self, field: Any) -> None:
        if field.data == ItemKind.PHOTO and not self.slot.data:
            raise ValidationError(_l("Say when the photos are taken."))


class CategoryForm(WordForm):
    FIELDS = (*WordForm.FIELDS, "service_id", "kind_code", "urgency", "impact")
    service_id = SelectField(_l("Service"), coerce=lambda v: int(v) if v else None, validators=[Optional()])
    kind_code = SelectField(_l("Kind of the ticket"), coerce=lambda v: (v or "").strip() or None, validators=[Optional()])
    urgency = forms.pick(_l("Urgency"), Urgency, default=Urgency.SOON)
    impact = forms.pick(_l("Impact"), Impact, default=Impact.ROOM)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.service_id.choices = [("", _l("Not chosen")), *((s.id, s.word) for s in queries.services())]
        self.kind_code.choices = [("", _l("Not chosen")), *((k.code, k.word) for k in queries.kinds())]


class RootForm(CategoryForm):
    FIELDS = (*CategoryForm.FIELDS, "icon", "digit")
    icon = RadioField(_l("Icon"), choices=list(ICONS.items()), default="more")
    digit = whole(_l("Digit on the intake page"), 1, 9, first=Optional())


class PriorityForm(forms.Form):
    """Twelve lists, one a cell: danger_home, danger_several …"""


for _urgency in Urgency:
    for _impact in Impact:
        _label = _l("%(urgency)s, %(impact)s", urgency=_urgency._word, impact=_impact._word)
        setattr(PriorityForm, f"{_urgency}_{_impact}", forms.pick(_label, Priority))
