"""What the board has drawn, kept by everything it shows: most polls draw nothing anew, and one booking draws two lanes of sixty."""

from __future__ import annotations

from typing import Any, Callable

from flask import current_app
from markupsafe import Markup

from portal.core import kept
from portal.core.i18n import language
from portal.visits.board import Lane
from portal.visits.waiting import Waiting

MOST_WHOLE, MOST_PIECES = 24, 2000  # a region of a full day has 200 KB, a lane three

_whole, _pieces = kept.Shelf(MOST_WHOLE), kept.Shelf(MOST_PIECES)


def kept_whole(key: tuple, make: Callable[[], Any]) -> Any:
    """Something large that was made for this key, or is made now: the key names everything that it shows."""
    return _whole((kept.mark(), *key), make) if kept.mark() else make()


def draw(lane: Lane, look: Any) -> Markup:
    """The lane as templates/visits/_lane.html draws it."""
    return _pieces((language(), lane, look), lambda: _macros("visits/_lane.html").lane(lane, look))


def draw_job(job: Waiting, look: Any) -> Markup:
    """The card of a job as templates/visits/_job.html draws it."""
    picked = job.key in (("visit", look.visit), ("ticket", look.ticket))
    return _pieces((language(), job, look, picked), lambda: _macros("visits/_job.html").card(job, look, picked))


def _macros(name: str) -> Any:
    return current_app.jinja_env.get_template(name).module
