"""What the request page offers: kinds, problems, times and districts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.accounts.models import Area
from portal.catalogue import queries as catalogue
from portal.core import clock, options
from portal.core.db import db
from portal.core.i18n import dated, day, word_of
from portal.customers import regions

KINDS = {"repair": _l("Repair or redo"), "complaint": _l("Complaint")}
KIND_TEXTS = {"repair": _l("Broken, or not done well"), "complaint": _l("About people or costs")}
NOON, EVENING = 11, 16


def problems() -> list[tuple[str, str]]:
    return [(str(c.id), word_of(c)) for c in catalogue.tiles()]


def icons() -> dict[str, str]:
    return {str(c.id): c.icon for c in catalogue.tiles()}


def times() -> list[tuple[str, str]]:
    """As soon as possible, and the half days ahead. Values are a day and a half, so that they stay true on the check page."""
    now = clock.local(clock.now())
    halves = [(now.date() + timedelta(days=n), half) for n in (0, 1, 2) for half in ("am", "pm")]
    ahead = [(d, h) for d, h in halves if d > now.date() or now.hour < (NOON if h == "am" else EVENING)]
    return [("soon", _("As soon as possible")), *((f"{d:%Y-%m-%d} {h}", time_words(f"{d:%Y-%m-%d} {h}")) for d, h in ahead[:4])]


def lasting_words(value: str) -> str:
    """11 月 21 日 周六上午, never 今天: words that are kept say the same tomorrow."""
    return time_words(value, dated)


def time_words(value: str, day_words: Callable[[date], str] = day) -> str:
    """今天下午; 11 月 21 日 周六上午; empty for what is no such value."""
    if value == "soon":
        return _("As soon as possible")
    date_text, _blank, half = value.partition(" ")
    word = {"am": _("%(day)s morning"), "pm": _("%(day)s afternoon")}.get(half)
    try:
        return word % {"day": day_words(date.fromisoformat(date_text))} if word else ""
    except ValueError:
        return ""


def districts() -> list[tuple[str, str]]:
    """Where the company works: the districts of its areas, else of its home region; empty when neither is known."""
    served = db.session.scalars(select(Area.regions).where(Area.active).order_by(Area.position))
    codes = [code for line in served for code in line.replace(",", " ").split() if code in regions.regions()]
    home = options.value("customers.home_region")
    if not codes and len(home) >= 2:
        cities = [home] if len(home) == 4 else [code for code, _name in regions.below(home)]
        codes = [code for city in cities for code, _name in regions.below(city)]
    return [(code, regions.name_of(code)) for code in dict.fromkeys(codes)]
