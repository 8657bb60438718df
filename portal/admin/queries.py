from __future__ import annotations

from datetime import date

from sqlalchemy import Select, or_, select

from portal.core import clock
from portal.core.activity import Activity, Audience

DATA = ("customer.revealed", "%.exported", "import.%")
PEOPLE = ("person.added", "person.changed", "person.disabled", "person.enabled", "person.reset_link_made", "team.%", "area.%", "company.%")
SIGN_INS = ("person.signed%", "person.password%")
KINDS = {"data": DATA, "people": PEOPLE, "sign_ins": SIGN_INS, "options": ("option.%", "catalogue.%", "calendar.%", "policy.%", "message.%")}


def audit(actor_id: int | None = None, kind: str = "", first: date | None = None, last: date | None = None) -> Select:
    """What is on the audit trail, or moves data out: whose deeds, which kind, between two days (both included)."""
    everything = or_(Activity.audience == Audience.AUDIT, *(Activity.verb.like(v) for verbs in KINDS.values() for v in verbs))
    query = select(Activity).where(everything)
    if actor_id is not None:
        query = query.where(Activity.actor_id == actor_id)
    if kind in KINDS:
        query = query.where(or_(*(Activity.verb.like(v) for v in KINDS[kind])))
    if first is not None:
        query = query.where(Activity.at >= clock.day_bounds(first)[0])
    if last is not None:
        query = query.where(Activity.at < clock.day_bounds(last)[1])
    return query
