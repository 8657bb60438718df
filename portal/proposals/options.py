from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

PREFIX = option("proposals.prefix", "P", _l("First letter of proposal numbers"), why=_l("P gives P2611-0012: year, month, running number."))
ANSWER_DAYS = option(
    "proposals.answer_days", 5, _l("Working days within which a proposal is answered"), kind="whole", low=1, high=60,
    why=_l("Proposals dry up when nobody answers; later ones turn amber and the supervisor is told."),
)
COMPANY_COST = option(
    "proposals.company_cost", 5000, _l("Cost in yuan from which a company-wide supervisor decides"), kind="whole",
    why=_l("A team's supervisor decides what the team can pay for."),
)
ANONYMOUS_A_DAY = option(
    "proposals.anonymous_a_day", 200, _l("Anonymous proposals accepted a day, from everybody together"), kind="whole", low=1, high=100000,
    why=_l("Counted together, because counting by device would remember the device."),
)
WEIGHT_WHY = _l("Reviewers score from 1 to 5; the weights say what counts how much.")
WEIGHTS = {
    "effect": option("proposals.weight_effect", 40, _l("Weight of the effect in a score"), kind="whole", high=100, why=WEIGHT_WHY),
    "cost": option("proposals.weight_cost", 20, _l("Weight of the cost in a score"), kind="whole", high=100, why=WEIGHT_WHY),
    "ease": option("proposals.weight_ease", 20, _l("Weight of the ease in a score"), kind="whole", high=100, why=WEIGHT_WHY),
    "evidence": option("proposals.weight_evidence", 20, _l("Weight of the evidence in a score"), kind="whole", high=100, why=WEIGHT_WHY),
}
NO_GOAL = _l("Empty: no goal is shown.")
GOAL_COLLECTED = option("proposals.goal_collected", None, _l("Proposals to collect this year"), kind="whole", why=NO_GOAL)
GOAL_ADOPTED = option("proposals.goal_adopted", None, _l("Proposals to adopt this year"), kind="whole", why=NO_GOAL)
POINTS = option("proposals.points", True, _l("Give points for proposals"), kind="flag")
POINTS_FOR = {
    "submitted": option("proposals.points_submitted", 1, _l("Points for handing in a proposal"), kind="whole", high=1000),
    "adopted": option("proposals.points_adopted", 5, _l("Points when a proposal is adopted"), kind="whole", high=1000),
    "reached": option("proposals.points_reached", 10, _l("Points when the effect is reached"), kind="whole", high=1000),
    "reviewed": option("proposals.points_reviewed", 1, _l("Points for an answer given in time"), kind="whole", high=1000),
}
PUBLIC_PAGE = option(
    "proposals.public_page", False, _l("Show published improvements to everybody"), kind="flag",
    why=_l("The page /improvements: you said, we did."),
)
