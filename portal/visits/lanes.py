"""The lanes of one day, kept by everything that they show: most polls draw nothing anew, and one booking draws one lane of sixty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any, Callable, Iterable

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from portal.core import clock, kept
from portal.core.i18n import language
from portal.roster.duty import Duty
from portal.visits import board, candidates, queries
from portal.visits.candidates import Candidate, Facts, Job
from portal.visits.waiting import Waiting

MOST_WHOLE, MOST_PIECES, MOST_TABLES = 24, 2500, 60  # a region of a full day has 200 KB, a table of lanes too
MOST_READ = 12

_whole, _pieces, _states, _tables = kept.Shelf(MOST_WHOLE), kept.Shelf(MOST_PIECES), kept.Shelf(MOST_PIECES), kept.Shelf(MOST_TABLES)
_numbers = count()


def _number(*state: Any) -> int:
    """One number for all that something shows: asked once, then it stands in many keys instead of the whole."""
    return _states(state, lambda: next(_numbers))


def kept_whole(key: tuple, make: Callable[[], Any]) -> Any:
    """Something large that was made for this key, or is made now: the key names everything that it shows."""
    return _whole((kept.mark(), *key), make) if kept.mark() else make()


def draw_job(job: Waiting, look: Any) -> Markup:
    """The card of a job as templates/visits/_job.html draws it."""
    picked = job.key in (("visit", look.visit), ("ticket", look.ticket))
    return _pieces((language(), job, look, picked), lambda: _macros("visits/_job.html").card(job, look, picked))


def _macros(name: str) -> Any:
    return current_app.jinja_env.get_template(name).module


def _joined(pieces: Iterable[Markup]) -> Markup:
    return Markup("".join(pieces))  # noqa: S704 - rendered templates


@dataclass(frozen=True)
class Mate:
    """A technician in plain values, which outlive the request."""

    id: int
    name: str
    team_ids: frozenset[int]


@dataclass(frozen=True)
class _Day:
    """A technician's visits of the day. `begins`: when the first one begins that is not over."""

    rows: tuple
    begins: datetime | None

    @classmethod
    def of(cls, rows: Any) -> "_Day":
        return cls(tuple(rows), min((r.starts_at for r in rows if r.status in queries.OPEN), default=None))


class Lanes:
    """The lanes of a look, as `person` sees them (`sees`: what decides that). `job`: makes what is picked; `facts`: what decides who can do it."""

    def __init__(self, look: Any, person: Any, sees: Any, people: list[Mate], job: Callable[[], Job] | None = None, facts: Facts | None = None):
        self.look, self.person, self.people, self._make_job = look, person, people, job
        self.ruler, self.now = board.Ruler.of(look.day), clock.now()
        self._mark, self._facts, self._ratings = kept.mark(), _number(facts), dict(facts.ratings) if facts else {}
        self._same = f"{self._mark} {language()} {sees} {look.day} {self.now:%d%H}"  # estates, which travel depends on, have no mark: an hour at most
        self._minute, self._plain = self.now.strftime("%d%H%M"), replace(look, who=None, at="", second=None)  # no other address holds what is chosen
        self._address = self._plain.address()
        self._today = self._minute if look.day == clock.today() else ""
        self._marks = queries.day_marks(look.day)
        self._states = {p.id: self._state(p) for p in people}

    def _state(self, mate: Mate) -> int:
        """Stands for how a technician's visits look; whatever is late is so by the minute."""
        begins = self._days[mate.id].begins
        return _number(self._same, mate.id, self._marks.get(mate.id, ()), self._minute if begins and begins < self.now else "")

    @property
    def key(self) -> tuple:
        """Names everything that the lanes show together."""
        return self._same, self.look, self._facts, tuple(self._states.values()), self._today

    @cached_property
    def groups(self) -> list[tuple[str, str, Markup]]:
        """(title, note, lanes): those who can do the picked job, then the others."""
        if self._make_job is None:
            return [("", "", _joined(self._all("lane", self.people, lambda p: self._drawn(p, None, None), self._address)))] if self.people else []
        able, others = (self._lanes_of([c for c in self.found if c.is_eligible is can]) for can in (True, False))
        return [g for g in (
            (ngettext("%(num)d can do this", "%(num)d can do this", len(able)), _("skill, hours and a free time fit"), _joined(able)),
            (ngettext("%(num)d other technician", "%(num)d other technicians", len(others)), "", _joined(others)),
        ) if g[2]]

    @cached_property
    def found(self) -> list[Candidate]:
        """The candidates of the picked job, the best first."""
        return candidates.in_order(self._all("fit", self.people, self._fit, self._facts, self._today)) if self._make_job else []

    @cached_property
    def chosen(self) -> tuple[Candidate, Any] | None:
        return board.chosen_of(self.found, self.look.who, self.look.at)

    def along(self) -> tuple[tuple[int, str, str], ...]:
        """Who else could come at the chosen time (number and name), with what is in the way; a second one needs no skill of their own."""
        if self.chosen is None:
            return ()
        chosen, slot = self.chosen
        window = (slot.starts_at, slot.ends_at)
        others = [p for p in self.people if p.id != chosen.person.id]
        ways = self._all("way", others, lambda p: self._in_the_way(p, window), window, self.look.visit)
        return tuple((p.id, p.name, way) for p, way in zip(others, ways))

    def _in_the_way(self, mate: Mate, window: tuple) -> str:
        visits = [v for v in self._days[mate.id].rows if v.id != self.job.but]
        found = candidates.in_the_way(mate.id, window, visits, self._duty)
        return found.words if found else ""

    @property
    def able(self) -> list[Candidate]:
        return [c for c in self.found if c.is_eligible]

    @cached_property
    def worth_reading(self) -> Markup:
        """The best, with their reasons; the others stand in their lanes with what is in the way."""
        return _joined(self._reasons(c, c is self.found[0]) for c in self.found[:MOST_READ])

    def _reasons(self, candidate: Candidate, is_first: bool) -> Markup:
        """As templates/visits/_fit.html draws it."""
        slot = self._slot(candidate)
        return self._kept("why", candidate.person, lambda: _macros("visits/_fit.html").fit(candidate, self._plain, slot, is_first), self._address, self._facts, self._today, slot, is_first)

    def _slot(self, candidate: Candidate) -> Any:
        """The chosen time, if it is one of this candidate's."""
        return self.chosen[1] if self.chosen and self.chosen[0] is candidate else None

    @property
    def unread(self) -> int:
        return max(len(self.found) - MOST_READ, 0)

    def _fit(self, mate: Mate) -> Candidate:
        return candidates.one(mate, self.job, self.look.day, self._days[mate.id].rows, self._duty, self._ratings.get(mate.id))

    def _lanes_of(self, found: list[Candidate]) -> list[Markup]:
        """Their lanes; the one whose time is chosen is drawn for that time."""
        by_id = {c.person.id: c for c in found}
        made = self._all("lane", [c.person for c in found], lambda p: self._drawn(p, by_id[p.id], None), self._address, self._facts, self._today)
        if self.chosen and self.chosen[0].person.id in by_id:
            candidate, slot = self.chosen
            made[found.index(candidate)] = self._kept("lane", candidate.person, lambda: self._drawn(candidate.person, candidate, slot), self._address, self._facts, self._today, slot)
        return made

    def _drawn(self, mate: Mate, candidate: Candidate | None, slot: Any) -> Markup:
        """As templates/visits/_lane.html draws it."""
        lane = board.lane(mate, self._days[mate.id].rows, self.ruler, self.now, self._shades(mate), candidate, slot)
        return _macros("visits/_lane.html").lane(lane, self._plain)

    def _kept(self, what: str, mate: Mate, make: Callable[[], Any], *more: Any) -> Any:
        return _pieces((what, self._states[mate.id], *more), make) if self._mark else make()

    def _all(self, what: str, people: list[Mate], make: Callable[[Mate], Any], *more: Any) -> list[Any]:
        """One of each technician, in order: those whose day is as it was are taken from the table that is kept for this."""
        table = _tables((self._same, what, *more), dict) if self._mark else {}
        return [self._in(table, mate, make) for mate in people]

    def _in(self, table: dict[int, tuple[int, Any]], mate: Mate, make: Callable[[Mate], Any]) -> Any:
        state = self._states[mate.id]
        known = table.get(mate.id)
        if known is None or known[0] != state:
            known = table[mate.id] = (state, make(mate))
        return known[1]

    def _shades(self, mate: Mate) -> tuple:
        """They last longer than a state of the visits."""
        made = (self._same, "shades", mate.id), lambda: board.shades(mate.id, self.ruler, self._duty)
        return _pieces(*made) if self._mark else made[1]()

    @cached_property
    def _days(self) -> dict[int, _Day]:
        """Everybody's visits, in one statement those that are not kept."""
        keys = {p.id: (self._same, "rows", p.id, self._marks.get(p.id, ())) for p in self.people}
        known = {i: _pieces.get(key) for i, key in keys.items()} if self._mark else dict.fromkeys(keys)
        new = [i for i, day in known.items() if day is None]
        read = queries.by_technician(queries.board_rows(self.person, self.look.day, self._leaders(new))) if new else {}
        for i in new:
            day = known[i] = _Day.of(read.get(i, ()))
            if self._mark:
                _pieces(keys[i], lambda day=day: day)
        return known

    def _leaders(self, ids: list[int]) -> list[int]:
        """Whoever answers for the visits of these: themselves, and those with whom they come along."""
        return sorted({*ids, *(part[0] for i in ids for part in self._marks.get(i, ()))})

    @cached_property
    def _duty(self) -> Duty:
        return Duty(self.look.day)

    @cached_property
    def job(self) -> Job:
        return self.of_the_job("job", self._make_job)

    def of_the_job(self, what: str, make: Callable[[], Any]) -> Any:
        """Plain values that the picked job alone decides."""
        return _pieces((what, self._same, self._facts), make) if self._mark else make()
