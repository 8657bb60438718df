"""The dispatch board: pick a job, then a time. Plain links and one form, so that keyboard, touch and a page without scripts all work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote_plus

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.accounts.models import Person, TeamMember, team_area
from portal.core import clock, forms, idempotency, kept, live
from portal.core.access import Role, me, needs
from portal.core.db import db, release
from portal.core.errors import Refused
from portal.core.i18n import time_of_day
from portal.core.pages import fragment, page, say
from portal.roster import queries as roster
from portal.roster.models import PersonSkill
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket
from portal.visits import actions, board, bp, candidates, nobody, planning, queries, rules, waiting
from portal.visits.booking import BadWindow
from portal.visits.candidates import Facts, Job
from portal.visits.lanes import Lanes, Mate, draw_job, kept_whole
from portal.visits.models import Visit
from portal.visits.showing import map_link
from portal.visits.workflow import MOVABLE

TAG = "tag-of-the-reader"
NAMES = ("day", "ticket", "visit", "who", "at", "second", "area", "skill")


@dataclass(frozen=True)
class Look:
    """What the address asks for: a day, filters, a picked ticket or visit, picked people and a time."""

    day: date
    ticket: int | None = None
    visit: int | None = None
    who: int | None = None
    at: str = ""
    second: int | None = None
    area: int | None = None
    skill: int | None = None

    @classmethod
    def of_request(cls) -> "Look":
        values = request.values
        numbers = {n: _whole(values.get(n, "")) for n in ("ticket", "visit", "who", "second", "area", "skill")}
        return cls(_day(values.get("day", "")), at=values.get("at", "")[:4], **numbers)

    def address(self, endpoint: str = "visits.board", **changes: Any) -> str:
        """This look with something else in it; the picked time and people go when the day or the job changes."""
        if {"day", "ticket", "visit"} & changes.keys():
            changes = {"who": None, "at": "", "second": None, **changes}
        values = {**self.__dict__, **changes}
        names = (*NAMES, *(n for n in changes if n not in NAMES))
        return f"{self._path(endpoint)}?" + "&".join([f"{n}={_quoted(values[n])}" for n in names if values[n]])

    def _path(self, endpoint: str) -> str:
        """A board has hundreds of links to the same few addresses."""
        known = self.__dict__.setdefault("_paths", {})
        if endpoint not in known:
            known[endpoint] = url_for(endpoint)
        return known[endpoint]


def _quoted(value: Any) -> str:
    return quote_plus(value) if isinstance(value, str) else str(value)  # a number, or a day as 2026-11-19


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
        return found if 2000 <= found.year <= 9000 else clock.today()
    except ValueError:
        return clock.today()


@bp.get("/board", endpoint="board")
@needs(rules.PLAN)
def day():
    look = Look.of_request()
    tag = live.tag(me().id, address=look.address(block="board"))
    same = live.unchanged(tag)
    return same if same is not None else live.tagged(_page(look, tag=tag), tag)


@bp.get("/board/week", endpoint="board_week")
@needs(rules.PLAN)
def week():
    """Who has how much in each of seven days; a cell leads to its day."""
    look = Look.of_request()
    monday = look.day - timedelta(days=look.day.weekday())
    return page("visits/week.html", look=look, monday=monday, days=[monday + timedelta(days=n) for n in range(7)],
                rows=board.week_of(monday, _technicians(look)), today=clock.today(), step_of=_days, **_filters(look, "visits.board_week"))


@bp.post("/board/book", endpoint="book")
@needs(rules.PLAN)
@idempotency.once
def book():
    """Give the picked job to the picked person; whoever was second is told who was first, on the same board."""
    look = Look.of_request()
    ticket, visit = _picked(look, lock=True)
    technician = accounts.find_person(look.who or 0)
    start, ends = _window(look, visit, ticket)
    if technician is None or start is None or ticket is None:
        raise Refused(_("Pick a job and a free time first."))
    try:
        if visit is not None and _version() not in (None, visit.version):
            raise BadWindow("technician", _("This visit has changed meanwhile. Look at the present state and pick again."))
        made = _book(ticket, visit, technician, start, ends, _second(look, visit, technician))
    except BadWindow as refusal:
        release()
        return _page(look, refusal.sentence)
    names = _(", ").join(p.name for p in (made.technician, made.second) if p)
    say(_("Dispatched to %(name)s, %(window)s; technician and customer are told.", name=names, window=actions.window(made)))
    return redirect(look.address(ticket=None, visit=None) + "#jobs", 303)


@bp.post("/board/nobody", endpoint="report_nobody")
@needs(rules.PLAN)
@idempotency.once
def report_nobody():
    """The dispatcher has found nobody: the supervisor hears of it now."""
    look = Look.of_request()
    ticket, visit = _picked(look, lock=True)
    if ticket is None:
        raise Refused(_("Pick a job and a free time first."))
    people = candidates.for_day(Job.of(ticket, _length(ticket, visit), visit.id if visit else None), look.day)
    told = nobody.report(ticket, people, by=me())
    say(_("The supervisor is told.") if told else _("The supervisor was told today already."))
    return redirect(look.address(), 303)


def _book(ticket: Ticket, visit: Visit | None, technician: Person, start: datetime, ends: datetime, second: Person | None) -> Visit:
    if visit is None:
        return actions.plan(ticket, technician, start, ends, by=me(), second=second)
    actions.move(visit, technician, start, ends, by=me(), second=second)
    return visit


def _second(look: Look, visit: Visit | None, technician: Person) -> Person | None:
    """Who comes along: whoever was chosen; without a choice it stays as it is. Raises BadWindow."""
    if "second" not in request.form:
        return visit.second if visit and visit.second_id != technician.id else None
    found = accounts.find_person(look.second) if look.second else None
    if look.second and found is None:
        raise BadWindow("second", _("Choose who comes."))
    return found


def _version() -> int | None:
    return _whole(request.form.get("version", ""))


def _window(look: Look, visit: Visit | None, ticket: Ticket | None) -> tuple[datetime | None, datetime | None]:
    if ticket is None or len(look.at) != 4 or not (look.at.isascii() and look.at.isdigit()) or int(look.at[:2]) > 23 or int(look.at[2:]) > 59:
        return None, None
    start = clock.moment(look.day, time(int(look.at[:2]), int(look.at[2:])))
    return start, start + _length(ticket, visit)


def _length(ticket: Ticket, visit: Visit | None) -> timedelta:
    return visit.ends_at - visit.starts_at if visit else planning.length_of(ticket)


def _picked(look: Look, lock: bool = False) -> tuple[Ticket | None, Visit | None]:
    """The job of the address, if this person may see it and it can be planned still."""
    if look.visit:
        visit = queries.find_for(me(), look.visit, lock=lock)
        return (visit.ticket, visit) if visit.status in MOVABLE else (None, None)
    return (tickets.find_for(me(), look.ticket, lock=lock), None) if look.ticket else (None, None)


def _technicians(look: Look) -> list[Mate]:
    """Everybody, or those of an area and with a skill."""
    return kept.recall((_technicians, kept.mark(), look.area, look.skill), lambda: [Mate(p.id, p.name, p.team_ids) for p in _people(look)])


def _people(look: Look) -> list[Person]:
    found = accounts.people_with(Role.TECHNICIAN)
    if look.area:
        query = select(TeamMember.person_id).join(team_area, team_area.c.team_id == TeamMember.team_id).where(team_area.c.area_id == look.area)
        ids = set(db.session.scalars(query))
        found = [p for p in found if p.id in ids]
    if look.skill:
        ids = set(db.session.scalars(select(PersonSkill.person_id).where(PersonSkill.skill_id == look.skill)))
        found = [p for p in found if p.id in ids]
    return found


def _filters(look: Look, endpoint: str = "visits.board") -> dict[str, Any]:
    areas, skills = accounts.areas(), roster.skills()
    return {
        "areas": [{"label": a.word, "href": look.address(endpoint, area=a.id), "current": a.id == look.area} for a in areas],
        "skills": [{"label": s.word, "href": look.address(endpoint, skill=s.id), "current": s.id == look.skill} for s in skills],
        "area": next((a.word for a in areas if a.id == look.area), None), "skill": next((s.word for s in skills if s.id == look.skill), None),
    }


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _page(look: Look, refusal: Any = None, tag: str = ""):
    """The page; the region itself is kept for everybody who may see the same, until something happens or the minute passes."""
    tag = tag or live.tag(me().id, address=look.address(block="board"))
    ticket, visit = _picked(look)
    region, chosen = kept_whole(_sight(look), lambda: _region(look, ticket, visit))
    made = Markup(region.replace(TAG, tag))  # noqa: S704 - a rendered template and a hash
    if request.args.get("block") == "board":
        return made
    return page(
        "visits/board.html", status=409 if refusal else 200, look=look, region=made, ticket=ticket, visit=visit, chosen=chosen, refusal=refusal,
        along=_along(look, visit, chosen) if ticket else "", has_errors=bool(refusal), key=forms.new_key(), at=time_of_day, hhmm=_hhmm, step_of=_days,
        bar=fragment("visits/_board_bar.html", (look, clock.today()), lambda: {"look": look, "today": clock.today(), "step_of": _days, **_filters(look)}),
    )


def _along(look: Look, visit: Visit | None, chosen: Any) -> Markup:
    """The choice of a second technician."""
    others = _others(chosen, visit)
    second = look.second or (visit.second_id if visit and "second" not in request.values else None)
    return fragment("visits/_along.html", (others, second), lambda: {"others": others, "second": second})


def _others(chosen: Any, visit: Visit | None) -> tuple[tuple[int, str, str], ...]:
    """Who could come along, and whoever does now, even if the filters hide them."""
    made = chosen.others if chosen else ()
    now = visit.second if visit and chosen and visit.second_id != chosen.person_id else None
    return made if now is None or any(person_id == now.id for person_id, _name, _obstacle in made) else (*made, (now.id, now.name, ""))


def _sight(look: Look) -> tuple:
    """What decides how the region looks: all that happened, the minute, the language, the address, and what one may see."""
    return live.tag(address=look.address(block="board")), _sees()


def _sees() -> Any:
    return "all" if tickets.sees_all(me()) else me().id


def _region(look: Look, ticket: Ticket | None, visit: Visit | None) -> tuple[str, Any]:
    job = (lambda: Job.of(ticket, _length(ticket, visit), visit.id if visit else None)) if ticket else None
    facts = Facts.of(ticket, visit) if ticket else None
    lanes = Lanes(look, me(), _sees(), _technicians(look), job, facts)
    shown, chosen = kept_whole(lanes.key, lambda: (_shown(look, ticket, lanes), _Chosen.of(lanes)))
    drawn = current_app.jinja_env.get_template("visits/_board.html").render(
        look=look, hours=len(lanes.ruler.hours), ticket=ticket, visit=visit, jobs=waiting.listed(me(), look.area, look.skill),
        tag=TAG, lanes=shown, card=lambda job: draw_job(job, look),
    )
    return drawn, chosen


def _shown(look: Look, ticket: Ticket | None, lanes: Lanes) -> Markup:
    drawn = current_app.jinja_env.get_template("visits/_lanes.html").render(
        look=look, found=lanes, ruler=lanes.ruler, ticket=ticket, chosen=lanes.chosen, hhmm=_hhmm,
        map=lanes.of_the_job("map", lambda: map_link(ticket.site) or "") if ticket else "",
    )
    return Markup(drawn)  # noqa: S704 - a rendered template


@dataclass(frozen=True)
class _Chosen:
    """What the confirm bar says of the chosen one, without a record of the database. `before`, `after`: whose and when the free times beside it are."""

    person_id: int
    name: str
    why: str
    starts_at: datetime
    ends_at: datetime
    others: tuple[tuple[int, str, str], ...]
    before: tuple[int, str] | None
    after: tuple[int, str] | None

    @classmethod
    def of(cls, lanes: Lanes) -> "_Chosen | None":
        if lanes.chosen is None:
            return None
        candidate, slot = lanes.chosen
        free = [(c.person.id, _hhmm(s.starts_at)) for c in lanes.able for s in c.slots]
        at = free.index(chosen) if (chosen := (candidate.person.id, _hhmm(slot.starts_at))) in free else -1
        around = free[at - 1] if at > 0 else None, free[at + 1] if at + 1 < len(free) else None
        return cls(candidate.person.id, candidate.person.name, candidate.why, slot.starts_at, slot.ends_at, lanes.along(), *around)


def _hhmm(moment: datetime) -> str:
    return f"{clock.local(moment):%H%M}"
