from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

SATISFACTION = option(
    "figures.satisfaction", 0.85, _l("Target: satisfaction"), kind="share", why=_l("Of the company's plans: 85 % or more.")
)
RESOLUTION = option(
    "figures.resolution", 0.90, _l("Target: resolution rate"), kind="share", why=_l("Of the company's plans: 90 % or more.")
)
RESPONSE_24H = option(
    "figures.response_24h", 0.95, _l("Target: answered within 24 hours"), kind="share", why=_l("Of the company's plans: 95 % or more.")
)
FIRST_RESPONSE = option(
    "figures.first_response", 60, _l("Target: median minutes to the first response"), kind="whole", low=1, high=10080,
    why=_l("The urgent tier answers within an hour."),
)
