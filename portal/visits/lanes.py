"""The lanes of one day, kept by everything that they show: most polls draw nothing anew, and one booking draws one lane of sixty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Callable, Iterable

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from portal.core import clock, kept
from portal.core.i18n import language
from portal.roster.duty import Duty
from portal.visits import board, candidates, queries
from portal.visits.candidates import Candidate, Job
from portal.visits.waiting import Waiting

MOST_WHOLE, MOST_PIECES = 24, 2500  # a region of a full day has 200 KB, a lane three
MOST_READ = 12

_whole, _pieces = kept.Shelf(MOST_WHOLE), kept.Shelf(MOST_PIECES)


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

    def __init__(self, look: Any, person: Any, sees: Any, people: list[Mate], job: Callable[[], Job] | None = None, facts: tuple = ()):
        self.look, self.person, self.people, self._make_job = look, person, people, job
        self.ruler, self.now = board.Ruler.of(look.day), clock.now()
        self._mark, self._facts = kept.mark(), facts
        self._same = f"{self._mark} {language()} {sees} {look.day} {self.now:%d%H}"  # estates, which travel depends on, have no mark: an hour at most
        self._minute, self._plain = self.now.strftime("%d%H%M"), replace(look, who=None, at="", second=None)  # no other address holds what is chosen
        self._address = self._plain.address()
        self._today = self._minute if look.day == clock.today() else ""
        self._marks = queries.day_marks(look.day)
        self._states = {p.id: self._state(p) for p in people}

    def _state(self, mate: Mate) -> tuple:
        """What a technician's visits look like; whatever is late is so by the minute."""
        begins = self._days[mate.id].begins
        return self._marks.get(mate.id, ()), self._minute if begins and begins < self.now else ""

    @property
    def key(self) -> tuple:
        """Names everything that the lanes show together."""
        return self._same, self.look, self._facts, tuple(self._states.items()), self._today

    @cached_property
    def groups(self) -> list[tuple[str, str, Markup]]:
        """(title, note, lanes): those who can do the picked job, then the others."""
        if self._make_job is None:
            return [("", "", _joined(self._lane(p) for p in self.people))] if self.people else []
        able, others = ([self._lane(c.person, c) for c in self.found if c.is_eligible is can] for can in (True, False))
        return [g for g in (
            (ngettext("%(num)d can do this", "%(num)d can do this", len(able)), _("skill, hours and a free time fit"), _joined(able)),
            (ngettext("%(num)d other technician", "%(num)d other technicians", len(others)), "", _joined(others)),
        ) if g[2]]

    @cached_property
    def found(self) -> list[Candidate]:
        """The candidates of the picked job, the best first."""
        return candidates.in_order([self._kept("fit", p, lambda p=p: self._fit(p), self._facts, self._today) for p in self.people]) if self._make_job else []

    @cached_property
    def chosen(self) -> tuple[Candidate, Any] | None:
        return board.chosen_of(self.found, self.look.who, self.look.at)

    def along(self) -> tuple[tuple[Mate, str], ...]:
        """Who else could come at the chosen time, by name, with what is in the way; a second one needs no skill of their own."""
        if self.chosen is None:
            return ()
        chosen, slot = self.chosen
        window = (slot.starts_at, slot.ends_at)
        return tuple((p, self._kept("way", p, lambda p=p: self._in_the_way(p, window), window, self.look.visit)) for p in self.people if p.id != chosen.person.id)

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

    def _lane(self, mate: Mate, candidate: Candidate | None = None) -> Markup:
        slot = self._slot(candidate) if candidate else None
        more = (self._facts, self._today, slot) if candidate else ()
        return self._kept("lane", mate, lambda: self._drawn(mate, candidate, slot), self._address, *more)

    def _drawn(self, mate: Mate, candidate: Candidate | None, slot: Any) -> Markup:
        """As templates/visits/_lane.html draws it."""
        shades = self._kept("shades", mate, lambda: board.shades(mate.id, self.ruler, self._duty))
        lane = board.lane(mate, self._days[mate.id].rows, self.ruler, self.now, shades, candidate, slot)
        return _macros("visits/_lane.html").lane(lane, self._plain)

    def _kept(self, what: str, mate: Mate, make: Callable[[], Any], *more: Any) -> Any:
        state = () if what == "shades" else self._states[mate.id]
        return _pieces((self._same, what, mate.id, state, *more), make) if self._mark else make()

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
        return self._make_job()

    @cached_property
    def _ratings(self) -> dict[int, tuple[float, int]]:
        return candidates.ratings_of(self.job.ticket.customer_id)
