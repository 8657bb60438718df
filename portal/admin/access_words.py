"""Who may do what, in words; and why somebody sees a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.accounts.models import Person
from portal.core.access import PERMITS, STAFF, Permit, Role, may
from portal.core.db import db
from portal.tickets import queries, rules
from portal.tickets.models import Ticket
from portal.visits.models import Visit

COLUMNS = (*STAFF, Role.CUSTOMER)
PARTS = {
    "account": _l("Own account"), "notifications": _l("Messages"), "customers": _l("Customers"), "catalogue": _l("Catalogue"), "calendars": _l("Working hours"),
    "tickets": _l("Tickets"), "visits": _l("Visits"), "surveys": _l("Ratings"), "followups": _l("Follow-ups"), "figures": _l("Figures"),
    "reports": _l("Reports"), "proposals": _l("Proposals"), "public": _l("Customer's pages"), "people": _l("People"), "teams": _l("Teams"),
    "admin": _l("Administration"),
}


@dataclass(frozen=True)
class Group:
    words: Any
    permits: list[Permit]


def table() -> list[Group]:
    """Permits by part; what only the system does is left out."""
    shown = [p for p in PERMITS.values() if p.roles & set(COLUMNS)]
    parts = list(dict.fromkeys([*PARTS, *(p.name.split(".")[0] for p in shown)]))
    groups = [Group(PARTS.get(part, part), [p for p in shown if p.name.split(".")[0] == part]) for part in parts]
    return [g for g in groups if g.permits]


def why(person: Person, ticket: Ticket) -> tuple[bool, list[str]]:
    """Does the person see the ticket, and the sentences that say why (or why not). The lists' own rule decides."""
    if not person.active:
        return False, [_("%(name)s is disabled and cannot come in.", name=person.name)]
    if not may(person, rules.VIEW):
        return False, [_("None of the roles of %(name)s opens tickets.", name=person.name)]
    sees = db.session.scalar(select(Ticket.id).where(Ticket.id == ticket.id, queries.scope(person))) is not None
    if not sees:
        return False, [_not_why(person, ticket)]
    return True, _reasons(person, ticket) or [_("A rule of another part of the portal shows it.")]


def _reasons(person: Person, ticket: Ticket) -> list[str]:
    found = [_every(role) for role in (Role.AGENT, Role.ANALYST) if role in person.roles]
    if Role.SUPERVISOR in person.roles:
        found += _of_supervisor(person, ticket)
    if Role.TECHNICIAN in person.roles and _has_visit(person, ticket):
        found.append(_("The technician has a visit for this ticket."))
    return found


def _every(role: Role) -> str:
    return _("Agents see every ticket.") if role is Role.AGENT else _("Analysts see every ticket, but change and reveal nothing.")


def _of_supervisor(person: Person, ticket: Ticket) -> list[str]:
    if person.company_wide:
        return [_("The supervisor oversees the whole company.")]
    found = []
    if ticket.team_id is None:
        found.append(_("The ticket belongs to no team yet; every supervisor sees such tickets."))
    elif ticket.team_id in person.led_team_ids:
        found.append(_("The supervisor oversees the team of this ticket, %(team)s.", team=ticket.team.word))
    if ticket.owner_id == person.id:
        found.append(_("The supervisor owns the ticket."))
    return found


def _has_visit(person: Person, ticket: Ticket) -> bool:
    return db.session.scalar(select(Visit.id).where(Visit.ticket_id == ticket.id, Visit.technician_id == person.id).limit(1)) is not None


def _not_why(person: Person, ticket: Ticket) -> str:
    if Role.SUPERVISOR in person.roles:
        return _("The ticket belongs to a team that %(name)s does not oversee.", name=person.name)
    return _("%(name)s has no visit for this ticket.", name=person.name)
