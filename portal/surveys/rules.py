from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

LIST = permit("surveys.list", _l("See the list of ratings"), Role.SUPERVISOR, Role.ANALYST)
VIEW = permit("surveys.view", _l("See the rating of a ticket"), Role.AGENT, Role.SUPERVISOR, Role.ANALYST)
ANSWER = permit("surveys.answer", _l("Rate the service"), Role.CUSTOMER)
