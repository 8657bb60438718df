"""How a visit is said: steps, the very next act, a technician's day. Plain values in, plain values out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import url_for
from flask_babel import gettext as _

from portal.core import clock, options
from portal.core.files import StoredFile
from portal.core.i18n import time_of_day
from portal.customers import regions
from portal.customers.models import Site
from portal.tickets import showing as tickets
from portal.tickets.models import Ticket
from portal.visits import proof
from portal.visits.models import FINISHED, UNDER_WAY, Visit, VisitStatus
from portal.visits.options import MAP_ADDRESS
from portal.visits.proof import Gap

S = VisitStatus
PROGRESS = {S.PROPOSED: 0, S.SCHEDULED: 0, S.ACCEPTED: 0, S.ON_THE_WAY: 1, S.ON_SITE: 2, S.DONE: 5, S.PARTLY_DONE: 5, S.NO_ACCESS: 5, S.NEEDS_SPECIALIST: 5}


def steps(visit: Visit, gap: Gap | None = None, unsigned: bool = False) -> list[dict[str, Any]]:
    """Set off, arrive, work, sign, finish."""
    at = PROGRESS.get(visit.status, 0)
    if visit.status is S.ON_SITE and not gap:
        at = 3 if unsigned else 4
    labels = (_("Set off"), _("Arrive"), _("On the job"), _("Sign"), _("Finish"))
    return [{"label": label, "state": "done" if n < at else "now" if n == at else "ahead"} for n, label in enumerate(labels)]


@dataclass(frozen=True)
class NextAct:
    """The one primary button. `step`: posts this verb; `href`: leads there."""

    words: str
    icon: str
    step: str | None = None
    href: str | None = None


_PHOTO_WORDS = {
    "before": lambda: _("Photo before work"), "after": lambda: _("Photo after work"), "defect": lambda: _("Photo of the defect"),
}


def next_act(visit: Visit, gap: Gap | None = None, unsigned: bool = False) -> NextAct | None:
    """What the technician does now; None when the visit is over."""
    if visit.status is S.SCHEDULED:
        return NextAct(_("Accept the visit"), "check", step="accept")
    if visit.status is S.ACCEPTED:
        return NextAct(_("Set off"), "nav", step="set_off")
    if visit.status is S.ON_THE_WAY:
        return NextAct(_("I have arrived"), "pin", step="arrive")
    return _act_on_site(visit, gap, unsigned) if visit.status is S.ON_SITE else None


def look_at(visit: Visit) -> NextAct:
    """What somebody does who comes along."""
    return NextAct(_("Open the visit"), "arrow-right", href=url_for("visits.show", visit_id=visit.id))


def _act_on_site(visit: Visit, gap: Gap | None, unsigned: bool) -> NextAct:
    page = url_for("visits.show", visit_id=visit.id)
    if gap is None:
        return NextAct(_("Go on working"), "wrench", href=page)
    for slot in [s for s in ("before",) if s in gap.photos]:
        return NextAct(_PHOTO_WORDS[slot](), "camera", href=f"{page}#slot-{slot}")
    for item in gap.items + gap.unexplained:
        return NextAct(_("Go on checking"), "check", href=f"{page}#item-{item.id}")
    for slot in gap.photos:
        return NextAct(_PHOTO_WORDS[slot](), "camera", href=f"{page}#slot-{slot}")
    if unsigned:
        return NextAct(_("Get the signature"), "sign", href=f"{page}#sign")
    return NextAct(_("Finish this visit"), "check", href=f"{page}#finish")


def place(site: Site | None) -> str:
    """Estate and door: what a technician looks for."""
    return " ".join(p for p in (site.estate, site.detail) if p) if site else ""


def map_link(site: Site | None) -> str | None:
    """The map at this address; another host, opened only when tapped."""
    pattern = options.value(MAP_ADDRESS)
    if site is None or "{address}" not in pattern:
        return None
    return pattern.replace("{address}", quote(f"{regions.name_of(site.region_code)}{place(site)}"))


def nearest_clock(ticket: Ticket) -> Any:
    """The time limit that runs out first; None when none runs."""
    running = [c for c in tickets.clocks_of(ticket) if c.due_at is not None and c.state != "met"]
    return min(running, key=lambda c: c.due_at, default=None)


def photo_views(visit: Visit, photos: list[StoredFile]) -> list[dict[str, Any]]:
    """What ui.photo_grid draws."""
    made = []
    for photo in photos:
        url = url_for("visits.photo", visit_id=visit.id, file_id=photo.id)
        made.append({"url": url, "thumb_url": f"{url}?thumb=1", "name": _("Photo %(at)s", at=time_of_day(photo.at)), "badge": time_of_day(photo.at)})
    return made


def gap_words() -> list[tuple[str, str, str]]:
    """(name, words for one, words for several) of what can be missing, {} for the number: a script counts while there is no network."""
    return [(name, words(1).replace("1", "{}"), words(2).replace("2", "{}")) for name, words in proof.LACKING.items()]


def act_words() -> dict[str, str]:
    """The words of the button on site, by what comes next; a script chooses while there is no network."""
    return {**{slot: words() for slot, words in _PHOTO_WORDS.items()}, "check": _("Go on checking"), "sign": _("Get the signature"), "finish": _("Finish this visit")}


SLOT_WORDS = {"before": lambda: _("Photos before the work"), "after": lambda: _("Photos after the work"), "defect": lambda: _("Photos of defects")}


def slots(visit: Visit, photos: list[StoredFile]) -> list[dict[str, Any]]:
    """Each photo slot with its photos and how many the standard asks for."""
    return [
        {"name": slot, "words": SLOT_WORDS[slot](), "minimum": minimum, "photos": photo_views(visit, proof.in_slot(photos, slot))}
        for slot, minimum in proof.minimums(visit).items()
    ]


@dataclass
class Day:
    """A technician's page. `segments`: done, now or ahead, one for each visit of today."""

    current: Visit | None = None
    later: list[Visit] = field(default_factory=list)
    tomorrow: list[Visit] = field(default_factory=list)
    done: list[Visit] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    until: datetime | None = None


def day_of(visits: list[Visit]) -> Day:
    """Sort a technician's visits: what is under way comes first, then the earliest one."""
    _start, end = clock.day_bounds(clock.today())
    today = [v for v in visits if v.starts_at < end]
    done = [v for v in today if v.status in FINISHED]
    waiting = sorted((v for v in today if v.status not in FINISHED), key=lambda v: (v.status not in UNDER_WAY, v.starts_at))
    tomorrow = [v for v in visits if v.starts_at >= end]
    under_way = ["now" if v.status in UNDER_WAY else "ahead" for v in waiting]
    until = max((v.ends_at for v in waiting), default=None)
    return Day(waiting[0] if waiting else None, waiting[1:], tomorrow, done, ["done"] * len(done) + under_way, until)
