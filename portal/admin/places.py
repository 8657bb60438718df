"""The cards of the first page: what there is to look after. A place whose page is not there, or not allowed, is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from portal.core.access import PERMITS, may


@dataclass(frozen=True)
class Place:
    label: Any
    text: Any
    icon: str
    endpoint: str
    permit: str


PLACES = (
    Place(_l("People"), _l("Who works here: roles, teams, one-time links for a new password"), "users", "admin.people", "people.manage"),
    Place(_l("Teams and areas"), _l("Who serves which part of town"), "pin", "admin.teams", "teams.manage"),
    Place(_l("Catalogue"), _l("Services with their standards, problems, causes, priorities"), "layers", "catalogue.index", "catalogue.edit"),
    Place(_l("Time limits"), _l("How soon an answer, a result and a solution are due"), "clock", "tickets.policies", "tickets.policies"),
    Place(_l("Working hours"), _l("Weekly hours, holidays and make-up workdays"), "calendar", "calendars.index", "calendars.manage"),
    Place(_l("Options"), _l("Company name, hotline, shares and limits"), "gear", "admin.options", "admin.options"),
    Place(_l("Import"), _l("Customers, homes and staff from a table"), "upload", "customers.import_table", "customers.import"),
    Place(_l("Access rights"), _l("What each role may do, and why somebody sees a ticket"), "key", "admin.access_table", "admin.see"),
    Place(_l("Audit trail"), _l("Who revealed, exported, changed or signed in, and when"), "history", "admin.audit", "admin.audit"),
    Place(_l("Outgoing messages"), _l("E-mail and text messages with their delivery"), "send", "notifications.messages", "notifications.list"),
)


def for_person(person: Any) -> list[Place]:
    return [p for p in PLACES if p.endpoint in current_app.view_functions and p.permit in PERMITS and may(person, p.permit)]
