"""Chinese statutory holidays and make-up workdays, as the State Council announces them, from the `holidays` library."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

ONE_DAY = timedelta(days=1)
NOT_NAMES = ("（", "(")  # "Labour Day (observed)", "day off (in exchange for …)": another day of the same holiday has the name


@dataclass(frozen=True)
class Year:
    """Days off with their names (Chinese, English), and weekend days that are worked. Without the latter the announcement is missing."""

    off: dict[date, tuple[str, str]]
    worked: frozenset[date]

    @property
    def complete(self) -> bool:
        return bool(self.worked)


@lru_cache(maxsize=32)
def of(year: int) -> Year:
    chinese, english = (holidays.country_holidays("CN", years=[year], language=code) for code in ("zh_CN", "en_US"))
    worked = frozenset(day for day in chinese.weekend_workdays if day.year == year)
    off: dict[date, tuple[str, str]] = {}
    for block in _blocks(sorted(day for day in chinese if day.year == year), worked):
        name = _name(block, chinese), _name(block, english)
        off.update(dict.fromkeys(block, name))
    return Year(off, worked)


def _blocks(days: list[date], worked: frozenset[date]) -> list[list[date]]:
    """Runs of days off, with the weekend days that lie between or beside them."""
    rest = set(days)
    for day in days:
        for step in (ONE_DAY, -ONE_DAY):
            beside = day + step
            while beside.year == day.year and beside.weekday() >= 5 and beside not in worked:
                rest.add(beside)
                beside += step
    runs: list[list[date]] = []
    for day in sorted(rest):
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _name(block: list[date], names: dict[date, str]) -> str:
    """What most days of the run are called."""
    told = [names[day] for day in block if day in names]
    plain = [name for name in told if not any(mark in name.removesuffix("(Spring Festival)") for mark in NOT_NAMES)]
    return Counter(plain or told).most_common(1)[0][0]
