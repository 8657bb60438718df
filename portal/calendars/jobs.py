"""Administrators are told once when a year has no make-up workdays yet."""

from __future__ import annotations

from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.calendars import queries
from portal.core import clock
from portal.core.access import SYSTEM, Role
from portal.core.activity import Activity, Audience, record
from portal.core.db import db, unit_of_work
from portal.core.i18n import N_
from portal.notifications import actions as notifications

MISSING = N_("Make-up workdays of %(year)s are not known yet: enter them once they are announced")
VERB = "calendar.year_missing"


def warn_of_years() -> int:
    """Every day; returns how many years were new."""
    with unit_of_work():
        told = {row.get("year") for row in db.session.scalars(select(Activity.data).where(Activity.verb == VERB))}
        new = [year for year in queries.years_without_make_up_days(clock.today()) if year not in told]
        for year in new:
            record(VERB, queries.calendars()[0], by=SYSTEM, audience=Audience.AUDIT, year=year)
            for person in accounts.people_with(Role.ADMINISTRATOR):
                notifications.tell(person.id, MISSING, {"year": str(year)}, url=f"/admin/calendars/?year={year}", tone="warn")
    return len(new)
