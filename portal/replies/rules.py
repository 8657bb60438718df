from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

EDIT = permit("replies.edit", _l("Change the reply templates"), Role.ADMINISTRATOR, Role.SUPERVISOR)
USE = permit("replies.use", _l("Use the reply templates"), Role.AGENT, Role.SUPERVISOR)
