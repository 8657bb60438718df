"""Working hours in words: weeks, days, the list of a year's holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.calendars import queries, statutory
from portal.calendars.models import CalendarDay
from portal.core.i18n import language

WEEKDAYS = (_l("Mondays"), _l("Tuesdays"), _l("Wednesdays"), _l("Thursdays"), _l("Fridays"), _l("Saturdays"), _l("Sundays"))


def hours_words(hours: Any) -> str:
    """[[540, 1080]] → 09:00–18:00."""
    return _(", ").join(f"{a // 60:02d}:{a % 60:02d}–{b // 60:02d}:{b % 60:02d}" for a, b in hours)


def week_words(week: Any) -> list[str]:
    """Days with the same hours together: Monday to Friday 09:00–18:00."""
    lines = []
    for hours, days in groupby(range(7), key=lambda n: week[n]):
        if hours:
            found = list(days)
            first, last = WEEKDAYS[found[0]], WEEKDAYS[found[-1]]
            name = str(first) if len(found) == 1 else _("%(first)s to %(last)s", first=first, last=last)
            lines.append(f"{name} {hours_words(hours)}")
    return lines


def note_word(note: tuple[str, str]) -> str:
    """The name of a holiday in the reader's language."""
    return note[0] if language().startswith("zh") or not note[1] else note[1]


@dataclass(frozen=True)
class Entry:
    """A line of the year: one day or a run of them, off or worked, announced or entered by hand (`row`)."""

    first: date
    last: date
    works: bool
    name: str
    row: CalendarDay | None = None
    hours: str = ""
    whose: str = ""


def year_entries(year: int, calendars: dict[int, Any]) -> list[Entry]:
    """Holidays, make-up workdays and what was entered, by date."""
    announced = statutory.of(year)
    entries = [Entry(day, day, True, _("Make-up workday")) for day in announced.worked]
    runs = groupby(enumerate(sorted(announced.off)), key=lambda pair: (pair[1].toordinal() - pair[0], announced.off[pair[1]]))
    for (_distance, name), found in runs:
        days = [day for _n, day in found]
        entries.append(Entry(days[0], days[-1], False, note_word(name)))
    for row in queries.days_of(year):
        whose = calendars[row.calendar_id].word if row.calendar_id in calendars else _("All calendars that keep holidays")
        entries.append(Entry(row.day, row.day, row.works, row.note, row, hours_words(row.hours or ()), whose))
    return sorted(entries, key=lambda e: (e.first, e.row is not None, e.row.id if e.row else 0))
