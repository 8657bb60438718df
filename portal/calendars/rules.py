from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

MANAGE = permit("calendars.manage", _l("Change working hours, holidays and make-up workdays"), Role.ADMINISTRATOR)
