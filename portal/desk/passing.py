"""The open work of a person: what there is, and how each kind changes hands through its own actions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person
from portal.core.db import db
from portal.followups import actions as followups
from portal.followups.models import PENDING as CALLS
from portal.followups.models import FollowUp
from portal.teamwork import actions as teamwork
from portal.teamwork.models import PENDING as TASKS
from portal.teamwork.models import Reminder, Task
from portal.tickets import actions as tickets
from portal.tickets import queries
from portal.tickets.models import WORKING, Ticket

MOST = 2000


def open_work(person: Person, by: Any) -> dict[str, list]:
    """Kind → rows, of the tickets that `by` may see."""
    own = queries.visible_to(by).where(Ticket.owner_id == person.id, Ticket.status.in_(WORKING)).order_by(Ticket.id).limit(MOST)
    seen = select(Ticket.id).where(queries.scope(by))
    return {
        "ticket": list(db.session.scalars(own).unique()),
        "follow_up": _of(FollowUp, FollowUp.owner_id == person.id, FollowUp.state.in_(CALLS), FollowUp.ticket_id.in_(seen)),
        "task": _of(Task, Task.owner_id == person.id, Task.status.in_(TASKS), Task.ticket_id.in_(seen)),
        "reminder": _of(Reminder, Reminder.person_id == person.id, Reminder.done_at.is_(None), Reminder.ticket_id.in_(seen)),
    }


def _of(model: Any, *conditions: Any) -> list:
    return list(db.session.scalars(select(model).where(*conditions).order_by(model.id).limit(MOST)).unique())


def move_all(person: Person, to: Person | None, reason: str, by: Any) -> list[dict]:
    """Returns {kind, id} of everything that moved. Reminders need somebody: with nobody they stay."""
    moved = []
    for kind, rows in open_work(person, by).items():
        for row in rows:
            if kind != "reminder" or to is not None:
                _GIVE[kind](row, to, reason, by)
                moved.append({"kind": kind, "id": row.id})
    return moved


def return_all(handover: Any, by: Any) -> int:
    """What the stand-in still has goes back; the rest has moved on and stays."""
    returned = 0
    for one in handover.moved:
        row = db.session.get(_MODELS[one["kind"]], one["id"])
        if row is not None and _holder(row) == handover.to_id and _is_open(row):
            _GIVE[one["kind"]](row, handover.from_, handover.reason, by)
            returned += 1
    return returned


def _holder(row: Any) -> int | None:
    return row.person_id if isinstance(row, Reminder) else row.owner_id


def _is_open(row: Any) -> bool:
    if isinstance(row, Reminder):
        return row.done_at is None
    return row.state in CALLS if isinstance(row, FollowUp) else row.status in (TASKS if isinstance(row, Task) else WORKING)


_MODELS = {"ticket": Ticket, "follow_up": FollowUp, "task": Task, "reminder": Reminder}
_GIVE = {
    "ticket": lambda row, to, reason, by: tickets.assign(row, to, by=by, reason=reason),
    "follow_up": lambda row, to, reason, by: followups.give(row, to, by=by, reason=reason),
    "task": lambda row, to, reason, by: teamwork.pass_on(row, to, by=by, reason=reason),
    "reminder": lambda row, to, reason, by: teamwork.pass_reminder(row, to, by=by),
}
