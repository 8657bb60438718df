"""What time it is: one function, settable for stories and tests."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from flask import current_app

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    """The present moment, aware, UTC, to the microsecond."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime):
    """Tell everything inside that it is `moment` (aware). Used by the sample company and by replayed histories."""
    token = _told.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _told.reset(token)


def zone() -> ZoneInfo:
    """The company's time zone."""
    return _named(current_app.config["TIME_ZONE"])


_named = cache(ZoneInfo)  # its own look-up takes as long as all else that a moment on the wall clock does


def local(moment: datetime) -> datetime:
    return moment.astimezone(zone())


def today() -> date:
    return local(now()).date()


def moment(day: date, at: time) -> datetime:
    """A day and a time on the company's wall clock, as UTC."""
    return datetime.combine(day, at, zone()).astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Start (included) and end (excluded) of a local day, in UTC."""
    return moment(day, time()), moment(day + timedelta(days=1), time())
