from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

PREFIX = option("tickets.prefix", "S", _l("First letter of ticket numbers"), why=_l("S gives S2611-0384: year, month, running number."))
LINK_DAYS = option(
    "tickets.link_days", 30, _l("Days a customer's link lives after closing"), kind="whole", low=1, high=365,
    why=_l("Links that never die are a way in; after this time the page offers the hotline."),
)
SIMILAR_DAYS = option("tickets.similar_days", 30, _l("Days in which a similar ticket is offered at intake"), kind="whole", low=1, high=365)
REOPEN_DAYS = option("tickets.reopen_days", 30, _l("Days in which a customer may reopen"), kind="whole", low=0, high=365)
RISK_SHARE = option(
    "clocks.risk_share", 0.8, _l("Share of the time limit after which a clock is at risk"), kind="share",
    why=_l("A warning at 80 % leaves time to act."),
)
SUPERVISOR_AFTER = option(
    "clocks.supervisor_after", 30, _l("Working minutes after the limit until the team's supervisor is told"), kind="whole", low=0, high=10_080,
    why=_l("The owner is told at once; who oversees the team a little later. Urgent tickets count at any hour."),
)
COMPANY_AFTER = option(
    "clocks.company_after", 240, _l("Working minutes after the limit until the company-wide supervisors are told"), kind="whole", low=0, high=10_080,
    why=_l("The last step of the ladder. The same time as the step before tells both at once."),
)
