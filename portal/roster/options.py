from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

DAILY_VISITS = option(
    "roster.daily_visits", 8, _l("Most visits a technician has a day"), kind="whole", low=1, high=40,
    why=_l("More is only planned with a reason. A technician may have another number."),
)
WARN_DAYS = option(
    "roster.warn_days", 30, _l("Days before a certificate expires that it is marked"), kind="whole", low=0, high=365,
    why=_l("Long enough to renew it. An expired one bars its holder from visits that need it."),
)
