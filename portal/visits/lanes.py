"""Lanes of the board as they are drawn, kept by everything they show: most polls redraw one lane of sixty."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Callable

from flask import current_app
from markupsafe import Markup

from portal.core.i18n import language
from portal.core.kept import mark
from portal.visits.board import Lane

MOST, MOST_REGIONS = 2000, 12  # a region of a full day has 200 KB

_known: OrderedDict[tuple, Markup] = OrderedDict()


_regions: OrderedDict[tuple, Any] = OrderedDict()


def kept_region(key: tuple, make: Callable[[], Any]) -> Any:
    """What was made for this key, or is made now: the key names everything that the region shows."""
    if mark() is None:
        return make()
    whole = (mark(), *key)
    found = _regions.get(whole)
    if found is None:
        found = _regions[whole] = make()
        if len(_regions) > MOST_REGIONS:
            _regions.popitem(last=False)
    return found


def draw(lane: Lane, look: Any) -> Markup:
    """The lane as templates/visits/_lane.html draws it."""
    key = (language(), lane, look)
    found = _known.get(key)
    if found is None:
        found = _known[key] = current_app.jinja_env.get_template("visits/_lane.html").module.lane(lane, look)
        if len(_known) > MOST:
            _known.popitem(last=False)
    return found
