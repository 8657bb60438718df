"""Running numbers by month: S2611-0384."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db, is_sqlite
from portal.tickets.models import NumberSeries


def next_number(prefix: str) -> str:
    """The next number of `prefix` this month; the row lock makes two at once impossible."""
    name = f"{prefix}{clock.local(clock.now()):%y%m}"
    return f"{name}-{db.session.execute(_GIVE[is_sqlite()], {'name': name, 'last': 1}).scalar_one():04d}"


_series = NumberSeries.__table__
_GIVE = {
    lite: dialect.insert(_series).on_conflict_do_update(index_elements=["name"], set_={"last": _series.c.last + 1}).returning(_series.c.last)
    for lite, dialect in ((True, sqlite), (False, postgresql))
}
