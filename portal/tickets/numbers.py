"""Running numbers by month: S2611-0384."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite

from portal.core import clock
from portal.core.db import db, is_sqlite
from portal.tickets.models import NumberSeries


def next_number(prefix: str) -> str:
    """The next number of `prefix` this month; the row lock makes two at once impossible."""
    name = f"{prefix}{clock.local(clock.now()):%y%m}"
    dialect = sqlite if is_sqlite() else postgresql
    give = (
        dialect.insert(NumberSeries).values(name=name, last=1)
        .on_conflict_do_update(index_elements=["name"], set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    )
    return f"{name}-{db.session.execute(give).scalar_one():04d}"
