"""What must not lead back to an anonymous author: numbers drawn by lot, a limit that counts proposals, news told a day later."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from portal.core import clock, options
from portal.core.activity import Activity
from portal.core.db import db
from portal.core.errors import TooMany
from portal.proposals.models import Naming, Proposal, any_id
from portal.proposals.options import ANONYMOUS_A_DAY, PREFIX

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def day_only(moment: datetime) -> datetime:
    """The same calendar day without its time."""
    return datetime.combine(clock.local(moment).date(), time(), UTC)


def any_number() -> str:
    """P2611-K7QX: outside the series, which would tell its place among the others."""
    drawn = "".join(secrets.choice(LETTERS) for _n in range(4))
    number = f"{options.value(PREFIX)}{clock.local(clock.now()):%y%m}-{drawn}"
    taken = drawn.isdecimal() or db.session.scalars(select(Proposal.id).where(Proposal.number == number)).first()
    return any_number() if taken else number


def free_id() -> int:
    """An id drawn by lot that nobody has."""
    drawn = any_id()
    return free_id() if db.session.scalars(select(Proposal.id).where(Proposal.id == drawn)).first() else drawn


def check_limit() -> None:
    """Counts the day's proposals themselves: counting tries would keep their time, counting by device the device. Raises TooMany."""
    today = select(func.count()).where(Proposal.created_at == day_only(clock.now()), Proposal.naming == Naming.ANONYMOUS)
    if db.session.execute(today).scalar_one() >= options.value(ANONYMOUS_A_DAY):
        raise TooMany(_l("Many anonymous proposals have come in today. Try again tomorrow, or write with your name."))


def place_of(proposal: Proposal) -> dict[str, list[int]]:
    """Where a row without its time belongs in the talk: behind the last row that has one, as the n-th."""
    rows = select(func.max(Activity.id), func.count()).where(
        Activity.subject_type == Proposal.__tablename__, Activity.subject_id == proposal.id
    )
    last, known = db.session.execute(rows).one()
    return {"place": [max(last or 0, 0), known]}


def in_order(rows: list[Activity]) -> list[Activity]:
    """Newest first, rows without their time where they belong."""
    return sorted(rows, key=_place, reverse=True)


def _place(row: Activity) -> tuple[int, int]:
    behind, nth = row.data.get("place", (row.id, 0))
    return behind, nth


def tell_later(proposal: Proposal, row: Any) -> bool:
    """True when the row is an anonymous author's: told by the job of the next day, else the notice would keep the time."""
    if row.actor_kind != "anonymous":
        return False
    proposal.untold, proposal.untold_on = row.verb.removeprefix("proposal."), clock.today()
    return True
