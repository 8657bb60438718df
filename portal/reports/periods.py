"""Which days are looked at: this week, month or quarter, or from–to in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.i18n import short

NAMES = {"week": _l("This week"), "month": _l("This month"), "quarter": _l("This quarter")}
BEFORE = {"week": _l("last week"), "month": _l("last month"), "quarter": _l("last quarter"), "": _l("the days before")}
LONGEST = timedelta(days=800)


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included, and the day on which the period before begins."""

    name: str
    before: date
    first: date
    last: date

    @property
    def edges(self) -> list[datetime]:
        """Start of the period before, start, end (excluded)."""
        return [clock.day_bounds(day)[0] for day in (self.before, self.first, self.last + timedelta(days=1))]

    @property
    def words(self) -> str:
        return _("%(first)s – %(last)s", first=short(self.first), last=short(min(self.last, clock.today())))

    @property
    def before_words(self) -> Any:
        return BEFORE[self.name]

    @property
    def query(self) -> dict[str, str]:
        """Values of the address."""
        return {"period": self.name} if self.name else {"from": self.first.isoformat(), "to": self.last.isoformat()}


def asked(args: Mapping[str, str]) -> Period:
    """From the address; nonsense means this month."""
    first, last = _day(args.get("from")), _day(args.get("to"))
    if first and last and first <= last and last - first < LONGEST:
        return Period("", first - (last - first) - timedelta(days=1), first, last)
    name = args.get("period") if args.get("period") in NAMES else "month"
    return {"week": _week, "month": _month, "quarter": _quarter}[name](clock.today())


def _week(today: date) -> Period:
    monday = today - timedelta(days=today.weekday())
    return Period("week", monday - timedelta(days=7), monday, monday + timedelta(days=6))


def _month(today: date) -> Period:
    first = today.replace(day=1)
    return Period("month", (first - timedelta(days=1)).replace(day=1), first, _next_month(first, 1) - timedelta(days=1))


def _quarter(today: date) -> Period:
    first = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    return Period("quarter", _next_month(first, -3), first, _next_month(first, 3) - timedelta(days=1))


def _next_month(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _day(value: str | None) -> date | None:
    try:
        day = date.fromisoformat(value or "")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None
