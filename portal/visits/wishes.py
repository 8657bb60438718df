"""When the customer would like somebody to come, read from what was written down: 明天上午, 周六下午三点后, Tue 24 Nov afternoon."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from portal.core import clock, options
from portal.visits.options import FIRST_HOUR

_DAYS = (("后天", 2), ("明天", 1), ("明早", 1), ("今天", 0), ("今晚", 0), ("the day after tomorrow", 2), ("tomorrow", 1), ("today", 0))
_HALVES = (("傍晚", 17), ("晚上", 18), ("今晚", 18), ("evening", 18), ("下午", 14), ("afternoon", 14), ("中午", 12), ("noon", 12))
_MORNING = ("上午", "早上", "明早", "morning")
_LATER = ("下午", "傍晚", "晚上", "今晚", "pm", "afternoon", "evening")
_CHINESE = {word: n for n, word in enumerate(("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), 1)} | {"两": 2}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(_MONTHS)})")
_WEEKDAY = re.compile(rf"(下)?(?:周|星期|礼拜)([一二三四五六日天])|\b({'|'.join(_WEEKDAYS)})(?:day|sday|nesday|rsday|urday)?\b")
_HOUR = re.compile(r"(\d{1,2})[:：](\d{2})|(\d{1,2}|十[一二]?|[一二两三四五六七八九])\s*[点时](半)?|\b(\d{1,2})\s*[ap]m\b")
_HALF_DAY = timedelta(hours=4)


def start_of(words: str, asked_at: datetime, not_before: datetime) -> datetime | None:
    """The moment that the words ask for, on the wall clock, if it is still to come; 明天 counts from the day on which it was said.

    `not_before`: the earliest that somebody can come; a half day that has begun starts then.
    """
    words = words.casefold()
    day, hour = _day(words, clock.local(asked_at).date()), _hour(words)
    if day is None and hour is None:
        return None
    first = clock.local(not_before).date()
    days = [day] if day else [first, first + timedelta(days=1)]
    begins = (_begin(clock.moment(d, hour or time(options.value(FIRST_HOUR))), not_before, exact=bool(_HOUR.search(words))) for d in days)
    return next((clock.local(moment) for moment in begins if moment), None)


def _begin(moment: datetime, not_before: datetime, exact: bool) -> datetime | None:
    if moment >= not_before:
        return moment
    return not_before if not exact and not_before < moment + _HALF_DAY else None


def _day(words: str, asked_on: date) -> date | None:
    for word, days in _DAYS:
        if word in words:
            return asked_on + timedelta(days=days)
    return _dated(words, asked_on) or _weekday(words, asked_on)


def _dated(words: str, asked_on: date) -> date | None:
    try:
        if found := _ISO.search(words):
            return date(*map(int, found.groups()))
        if found := _MONTH_DAY.search(words):
            return _in_year(int(found[1]), int(found[2]), asked_on)
        if found := _DAY_MONTH.search(words):
            return _in_year(_MONTHS.index(found[2]) + 1, int(found[1]), asked_on)
    except ValueError:
        pass
    return None


def _in_year(month: int, day: int, asked_on: date) -> date:
    """The next such day: in December the 3rd of January is in the new year."""
    found = date(asked_on.year, month, day)
    return found if found >= asked_on else date(asked_on.year + 1, month, day)


def _weekday(words: str, asked_on: date) -> date | None:
    found = _WEEKDAY.search(words)
    if found is None:
        return None
    number = "一二三四五六日".find(found[2].replace("天", "日")) if found[2] else _WEEKDAYS.index(found[3])
    if found[1]:
        return asked_on + timedelta(days=7 - asked_on.weekday() + number)
    return asked_on + timedelta(days=(number - asked_on.weekday()) % 7)


def _hour(words: str) -> time | None:
    found = _HOUR.search(words)
    if found is None:
        if any(word in words for word in _MORNING):
            return time(options.value(FIRST_HOUR))
        return next((time(hour) for word, hour in _HALVES if word in words), None)
    text = found[1] or found[3] or found[5]
    hour, minute = _CHINESE.get(text) or int(text), int(found[2] or (30 if found[4] else 0))
    hour += 12 if hour < 12 and any(word in words for word in _LATER) else 0
    return time(hour, minute) if hour < 24 and minute < 60 else None
