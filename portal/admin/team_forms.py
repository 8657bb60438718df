from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.accounts import queries
from portal.core import forms
from portal.customers import regions

TEAM_FIELDS = {n: n for n in ("name", "name_en", "areas", "active")}
AREA_FIELDS = {n: n for n in ("name", "name_en", "regions", "active")}


class TeamForm(forms.Form):
    name = forms.text(_l("Team name"), 80, needed=_l("Write the team's name."))
    name_en = forms.text(_l("Name in English"), 80)
    areas = SelectMultipleField(_l("Areas it serves"), coerce=int)
    active = BooleanField(_l("At work"), default=True)

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.areas.choices = [(a.id, a.word) for a in queries.areas()]


class AreaForm(forms.Form):
    name = forms.text(_l("Area name"), 80, needed=_l("Write the area's name."))
    name_en = forms.text(_l("Name in English"), 80)
    regions = forms.area(_l("Districts"), 2000)
    active = BooleanField(_l("At work"), default=True)
    codes = ""

    def validate_regions(self, field: Any) -> None:
        """Names or codes; codes are kept, names are shown."""
        codes = [_code(word) for word in re.split(r"[\s,，、;；]+", field.data or "") if word]
        self.codes = " ".join(dict.fromkeys(codes))
        if len(self.codes) > 400:
            raise ValidationError(_("At most 57 districts."))
        field.data = named(self.codes)


def named(codes: str) -> str:
    """Codes as the form shows them: one name a line."""
    return "\n".join(regions.name_of(code) or code for code in codes.split())


def _code(word: str) -> str:
    if regions.is_complete(word):
        return word
    found = [c for c, n in regions.regions().items() if len(c) == 6 and word in (n, regions.name_of(c))]
    if len(found) != 1:
        raise ValidationError(
            _("%(word)s is found more than once; write the city too, for example 上海市浦东新区.", word=word) if found
            else _("%(word)s is no district. Write it as on the map, for example 上海市浦东新区.", word=word)
        )
    return found[0]
