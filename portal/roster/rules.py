from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit


def leads_them(person, technician) -> bool:
    """A supervisor looks after the technicians of their teams, and after those without a team; company-wide ones after all."""
    return person.company_wide or not technician.team_ids or bool(person.led_team_ids & technician.team_ids)


LOOK = permit("roster.look", _l("See technicians' hours, leave and skills"), Role.AGENT, Role.SUPERVISOR)
KEEP = permit("roster.keep", _l("Keep technicians' hours, leave and skills"), Role.SUPERVISOR, when=leads_them)
SKILLS = permit("roster.skills", _l("Keep the list of skills and what services need"), Role.SUPERVISOR)
