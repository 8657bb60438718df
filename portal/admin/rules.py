from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

SEE = permit("admin.see", _l("Open the administration and the table of access"), Role.ADMINISTRATOR)
AUDIT = permit("admin.audit", _l("Read the audit trail"), Role.ADMINISTRATOR)
OPTIONS = permit("admin.options", _l("Change the options of the business"), Role.ADMINISTRATOR)
