from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

SEE = permit("reports.see", _l("See the dashboard and the tickets behind its figures"), Role.SUPERVISOR, Role.ANALYST)
