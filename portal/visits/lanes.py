"""Lanes of the board as they are drawn, kept by everything they show: most polls redraw one lane of sixty."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from flask import current_app
from markupsafe import Markup

from portal.core.i18n import language
from portal.visits.board import Lane

MOST = 2000

_known: OrderedDict[tuple, Markup] = OrderedDict()


def draw(lane: Lane, look: Any) -> Markup:
    """The lane as templates/visits/_lane.html draws it."""
    key = (language(), lane, look)
    found = _known.get(key)
    if found is None:
        found = _known[key] = current_app.jinja_env.get_template("visits/_lane.html").module.lane(lane, look)
        if len(_known) > MOST:
            _known.popitem(last=False)
    return found
