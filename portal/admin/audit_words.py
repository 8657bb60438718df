"""The rows of the audit trail in words."""

from __future__ import annotations

from typing import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.accounts.models import Area, Person, Team
from portal.core.activity import Activity
from portal.core.db import db
from portal.customers import masking
from portal.customers.models import Customer
from portal.tickets.models import Ticket

VERBS = {
    "person.signed_in": _l("signed in"), "person.signed_out": _l("signed out"), "person.signed_out_others": _l("signed out all other devices"),
    "person.added": _l("added the person"), "person.changed": _l("changed the person"), "person.disabled": _l("disabled the person"),
    "person.enabled": _l("enabled the person"), "person.reset_link_made": _l("made a link for a new password"),
    "person.password_changed": _l("changed the own password"), "person.password_reset": _l("set a new password by link"),
    "company.set_up": _l("set up the portal"), "team.added": _l("added the team"), "team.changed": _l("changed the team"),
    "area.added": _l("added the area"), "area.changed": _l("changed the area"), "customer.revealed": _l("revealed"),
    "import.checked": _l("checked an import"), "import.done": _l("imported"), "option.changed": _l("changed an option"),
    "catalogue.added": _l("added to the catalogue"), "catalogue.changed": _l("changed the catalogue"),
    "catalogue.moved": _l("put the catalogue in another order"), "catalogue.priority_changed": _l("changed a priority"),
    "calendar.added": _l("added the calendar"), "calendar.changed": _l("changed the calendar"), "calendar.day_set": _l("entered a day of the calendar"),
    "calendar.day_dropped": _l("removed a day of the calendar"), "calendar.year_missing": _l("missed the make-up workdays of a year"),
    "policy.added": _l("added a time limit"), "policy.changed": _l("changed a time limit"), "policy.moved": _l("put the time limits in another order"),
    "message.muted": _l("held back all messages"), "message.unmuted": _l("switched sending on"), "message.dropped": _l("gave up a message"),
    "message.retried": _l("sent a message again"), "message.parked": _l("could not deliver a message"), "visit.answered": _l("answered a check of a visit"),
    "proposal.voted": _l("voted for a proposal"), "proposal.unvoted": _l("took back a vote"), "proposal.followed": _l("followed a proposal"),
    "reply_template.added": _l("added a reply template"), "reply_template.changed": _l("changed a reply template"),
    "roster.hours_set": _l("set working hours"), "roster.most_set": _l("set the most visits a day"), "leave.added": _l("entered leave"),
    "leave.withdrawn": _l("withdrew leave"), "roster.skill_granted": _l("entered a skill"), "roster.skill_revoked": _l("took back a skill"),
    "skill.added": _l("added to the list of skills"), "skill.changed": _l("changed the list of skills"),
    "macro.added": _l("added a macro"), "macro.changed": _l("changed a macro"),
    "proposal.unfollowed": _l("stopped following a proposal"),
}


def verb(row: Activity) -> str:
    return str(VERBS.get(row.verb, row.verb))


def subjects(rows: Iterable[Activity]) -> dict[tuple[str, int], str]:
    """(type, id) → what the record is called; customers shortened. One query a type."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.subject_type, set()).add(row.subject_id)
    return {(kind, i): words for kind, ids in wanted.items() for i, words in _named(kind, ids).items()}


def _named(kind: str, ids: set[int]) -> dict[int, str]:
    columns = {"person": (Person, Person.name), "team": (Team, Team.name), "area": (Area, Area.name), "ticket": (Ticket, Ticket.number), "customer": (Customer, Customer.name)}
    if kind not in columns:
        return {}
    model, column = columns[kind]
    found = dict(db.session.execute(select(model.id, column).where(model.id.in_(ids))).all())
    return {i: masking.name(n) for i, n in found.items()} if kind == "customer" else found
