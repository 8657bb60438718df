"""The macros that are shipped, in the company's language."""

from __future__ import annotations

from sqlalchemy import select

from portal.core.db import db
from portal.macros.changes import Changes
from portal.macros.models import Macro

MACROS = (
    ("我来跟进", Changes(owner="me", step="accept")),
    ("等客户补照片", Changes(step="wait", reason="客户补现场照片", add_tags="等照片")),
    ("升为紧急并标记", Changes(priority="urgent", add_tags="加急", note="已升为紧急，请优先处理。")),
)
IN_ENGLISH = (
    ("I take it", Changes(owner="me", step="accept")),
    ("Wait for the customer's photos", Changes(step="wait", reason="Photos of the place", add_tags="photos")),
    ("Make it urgent and tag it", Changes(priority="urgent", add_tags="urgent", note="Made urgent, this one first.")),
)


def load(language: str = "zh_CN") -> None:
    """Idempotent: does nothing when a macro exists."""
    if db.session.scalars(select(Macro.id)).first() is None:
        shipped = IN_ENGLISH if language == "en" else MACROS
        db.session.add_all(Macro(name=name, changes=changes.plain()) for name, changes in shipped)
        db.session.flush()
