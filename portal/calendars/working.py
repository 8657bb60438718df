"""Working time, worked out: how much lies between two moments, when a span is used up, and why the rest does not count. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from portal.calendars import statutory

ONE_DAY = timedelta(days=1)
MOST_DAYS = 2000  # a calendar that is closed for good ends the search
Hours = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Day:
    """Hours worked, and what makes the day different: "", weekend, holiday, make_up, exception. `note`: its name, Chinese and English."""

    hours: Hours
    why: str = ""
    note: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Piece:
    """A stretch of time: work, night, break, weekend, holiday or exception (with the day's name)."""

    start: datetime
    end: datetime
    why: str
    note: tuple[str, str] = ("", "")


class Working:
    """Hours of a week with holidays and exceptions, in one time zone. Days are worked out once and kept."""

    def __init__(self, week: Sequence[Sequence[Sequence[int]]], zone: ZoneInfo, holidays: bool = False, days: Mapping[date, Day] | None = None):
        self.week: tuple[Hours, ...] = tuple(tuple((a, b) for a, b in hours) for hours in week)
        self.zone, self.holidays, self.exceptions = zone, holidays, dict(days or {})
        self.usual = next((hours for hours in self.week if hours), ())
        self._days: dict[date, Day] = {}
        self._spans: dict[date, list[tuple[datetime, datetime]]] = {}

    def day(self, on: date) -> Day:
        found = self._days.get(on)
        if found is None:
            found = self._days[on] = self._worked_out(on)
        return found

    def _worked_out(self, on: date) -> Day:
        if on in self.exceptions:
            entered = self.exceptions[on]
            return Day(entered.hours or self.week[on.weekday()] or self.usual, entered.why, entered.note) if entered.why == "make_up" else entered
        hours = self.week[on.weekday()]
        if self.holidays:
            year = statutory.of(on.year)
            if on in year.off:
                return Day((), "holiday", year.off[on])
            if on in year.worked:
                return Day(hours or self.usual, "make_up")
        return Day(hours, "" if hours else "weekend")

    def spans(self, on: date) -> list[tuple[datetime, datetime]]:
        """The day's working hours as moments (UTC)."""
        found = self._spans.get(on)
        if found is None:
            found = self._spans[on] = [(self._moment(on, a), self._moment(on, b)) for a, b in self.day(on).hours]
        return found

    def _moment(self, on: date, minute: int) -> datetime:
        if minute >= 1440:
            on, minute = on + ONE_DAY, minute - 1440
        return datetime.combine(on, time(minute // 60, minute % 60), self.zone).astimezone(UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; nothing when the clock was moved back."""
        total, on, last = timedelta(0), start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while on <= last:
            for a, b in self.spans(on):
                if a < end and b > start:
                    total += min(b, end) - max(a, start)
            on += ONE_DAY
        return total

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The first moment at which `span` of working time has gone by since `start`."""
        if span <= timedelta(0):
            return start
        on = start.astimezone(self.zone).date()
        for n in range(MOST_DAYS):
            for a, b in self.spans(on + ONE_DAY * n if n else on):
                a = max(a, start)
                if b - a >= span:
                    return a + span
                if b > a:
                    span -= b - a
        return start + ONE_DAY * MOST_DAYS

    def opens(self, at: datetime) -> datetime:
        """`at` itself in working time, else the next opening."""
        on = at.astimezone(self.zone).date()
        for n in range(MOST_DAYS):
            for a, b in self.spans(on + ONE_DAY * n):
                if b > at:
                    return max(a, at)
        return at

    def days_after(self, start: date, number: int) -> date:
        """The n-th working day after a day."""
        on = start
        for _n in range(MOST_DAYS):
            on += ONE_DAY
            number -= bool(self.day(on).hours)
            if number <= 0:
                break
        return on

    def ends(self, on: date) -> datetime | None:
        """When work ends on a day; None when nobody works."""
        return self.spans(on)[-1][1] if self.spans(on) else None

    def pieces(self, start: datetime, end: datetime) -> Iterator[Piece]:
        """What the time from `start` to `end` consists of, in order, without gaps."""
        waiting: Piece | None = None
        for piece in self._all_pieces(start, end):
            if waiting and (waiting.why, waiting.note, waiting.end) == (piece.why, piece.note, piece.start):
                waiting = Piece(waiting.start, piece.end, piece.why, piece.note)
                continue
            if waiting:
                yield waiting
            waiting = piece
        if waiting:
            yield waiting

    def _all_pieces(self, start: datetime, end: datetime) -> Iterator[Piece]:
        on, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while on <= last:
            for piece in self._day_pieces(on):
                if piece.end > start and piece.start < end:
                    yield Piece(max(piece.start, start), min(piece.end, end), piece.why, piece.note)
            on += ONE_DAY

    def _day_pieces(self, on: date) -> Iterator[Piece]:
        day, spans = self.day(on), self.spans(on)
        here, last = self._moment(on, 0), self._moment(on, 1440)
        if not spans:
            yield Piece(here, last, day.why, day.note)
            return
        for n, (a, b) in enumerate(spans):
            if a > here:
                yield Piece(here, a, "break" if n else "night")
            yield Piece(a, b, "work", day.note if day.why else ("", ""))
            here = b
        if here < last:
            yield Piece(here, last, "night")


class Always(Working):
    """Round the clock, every day."""

    def __init__(self) -> None:
        super().__init__([[[0, 1440]]] * 7, ZoneInfo("UTC"))

    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(end - start, timedelta(0))

    def after(self, start: datetime, span: timedelta) -> datetime:
        return start + max(span, timedelta(0))

    def opens(self, at: datetime) -> datetime:
        return at

    def pieces(self, start: datetime, end: datetime) -> Iterator[Piece]:
        if end > start:
            yield Piece(start, end, "work")


ALWAYS = Always()
