from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

LIST = permit("followups.list", _l("See the follow-up calls"), Role.AGENT, Role.SUPERVISOR)
CALL = permit("followups.call", _l("Call the customer back and write down the answer"), Role.AGENT, Role.SUPERVISOR)
