from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from portal.catalogue import queries as catalogue
from portal.core import forms


class TemplateForm(forms.Form):
    FIELDS = ("name", "body", "category_id", "active")
    name = forms.text(_l("Name of the reply template"), 60, needed=_l("Write the name."))
    category_id = SelectField(_l("For which problem"), coerce=lambda v: int(v) if v and v != "None" else None, validators=[Optional()])
    body = forms.area(_l("Words"), 2000, needed=_l("Write the words."))
    active = BooleanField(_l("In use"), default=True)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.category_id.choices = [("", _l("Every problem")), *((c.id, f"{c.parent.word} › {c.word}" if c.parent else c.word) for c in catalogue.categories())]
