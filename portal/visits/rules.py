from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit


def is_theirs(person, visit) -> bool:
    """The visit is given to this technician."""
    return visit.technician_id == person.id


def is_along(person, visit) -> bool:
    """The visit is this technician's, or they come along to it."""
    return person.id in (visit.technician_id, visit.second_id)


LIST = permit("visits.list", _l("See the visits of all technicians"), Role.AGENT, Role.SUPERVISOR, Role.ANALYST)
VIEW = permit("visits.view", _l("Open a visit"), Role.AGENT, Role.SUPERVISOR, Role.ANALYST, Role.TECHNICIAN)
PLAN = permit("visits.plan", _l("Plan, move and cancel visits"), Role.AGENT, Role.SUPERVISOR)
WORK = permit("visits.work", _l("Carry out one's own visits"), Role.TECHNICIAN, when=is_theirs)
DOCUMENT = permit("visits.document", _l("Document a visit with checklist and photos"), Role.TECHNICIAN, when=is_along)
ANSWER = permit("visits.answer", _l("Confirm, ask for another time or call off a visit for the customer"), Role.CUSTOMER, Role.AGENT, Role.SUPERVISOR)
REPORTS = permit("visits.reports", _l("See the reports of phones that no longer fitted"), Role.AGENT, Role.SUPERVISOR)
SETTLE = permit("visits.settle", _l("Settle the reports of phones"), Role.AGENT, Role.SUPERVISOR)
SHEET = permit("visits.sheet", _l("Print and send the sheet of a visit"), Role.AGENT, Role.SUPERVISOR, Role.TECHNICIAN)
