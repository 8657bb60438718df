"""What the forms of two slices accept as staff number."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from wtforms.validators import StopValidation

USERNAME = re.compile(r"[\w.-]{2,40}")


def good_username(form: Any, field: Any) -> None:
    if not USERNAME.fullmatch(field.data) or (field.data.isdigit() and len(field.data) > 6):
        raise StopValidation(_("Two to forty letters, digits, dots or dashes; digits alone at most six."))
