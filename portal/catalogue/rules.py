from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

EDIT = permit("catalogue.edit", _l("Change services, standards, problems, causes and priorities"), Role.ADMINISTRATOR)
