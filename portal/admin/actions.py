from __future__ import annotations

from typing import Any

from portal.admin import rules
from portal.core import activity, options
from portal.core.access import require
from portal.core.activity import Audience


def change_option(name: str, new: Any, *, by: Any) -> None:
    """Set one knob of the business; recorded before and after. The same value again changes nothing."""
    require(by, rules.OPTIONS)
    before = options.value(name)
    if before == new:
        return
    options.put(name, new)
    activity.record("option.changed", by, by=by, audience=Audience.AUDIT, name=name, before=before, after=new)
