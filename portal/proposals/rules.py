from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core import options
from portal.core.access import STAFF, Role, permit
from portal.proposals.models import Naming, Proposal
from portal.proposals.options import COMPANY_COST


def is_own(person: Any, proposal: Proposal) -> bool:
    return person.id is not None and proposal.author_id == person.id


def is_anothers(person: Any, proposal: Proposal) -> bool:
    return not is_own(person, proposal)


def decides(person: Any, proposal: Proposal) -> bool:
    """Nobody decides on their own; a team's supervisor decides for the team, a company-wide one for all and for what is dear."""
    if is_own(person, proposal):
        return False
    return person.company_wide or (leads(person, proposal) and not is_dear(proposal))


def leads(person: Any, proposal: Proposal) -> bool:
    return proposal.team_id is None or proposal.team_id in person.led_team_ids


def is_dear(proposal: Proposal) -> bool:
    """Costly, or of concern to more than one team: a company-wide supervisor decides."""
    return proposal.company_scope or proposal.cost >= options.value(COMPANY_COST) * 100


def prices(person: Any, proposal: Proposal) -> bool:
    return not is_own(person, proposal) and (person.company_wide or leads(person, proposal))


def carries(person: Any, proposal: Proposal) -> bool:
    """The owner carries it out; a supervisor may do it for them."""
    return proposal.owner_id == person.id or (Role.SUPERVISOR in person.roles and decides(person, proposal))


def proposed_it(person: Any, proposal: Proposal) -> bool:
    """The author with an account; behind a status link whoever holds it (the link was checked)."""
    return is_own(person, proposal) or (person.id is None and proposal.author_id is None)


def knows_author(person: Any, proposal: Proposal) -> bool:
    """May this person read who proposed it? A predicate of the page, not of an address."""
    if proposal.author_id is None:
        return False
    return proposal.naming == Naming.NAMED or is_own(person, proposal) or Role.SUPERVISOR in person.roles


SEE = permit("proposals.see", _l("See proposals"), *STAFF)
SUBMIT = permit("proposals.submit", _l("Hand in a proposal"), *STAFF, Role.CUSTOMER)
AUTHOR = permit("proposals.author", _l("Change, withdraw or complete one's own proposal"), *STAFF, Role.CUSTOMER, when=proposed_it)
VOTE = permit("proposals.vote", _l("Vote for a colleague's proposal"), *STAFF, when=is_anothers)
COMMENT = permit("proposals.comment", _l("Comment on a proposal"), *STAFF)
ANSWER = permit("proposals.answer", _l("Answer through the status link"), Role.CUSTOMER, when=proposed_it)
DECIDE = permit("proposals.decide", _l("Decide on proposals"), Role.SUPERVISOR, when=decides)
SCORE = permit("proposals.score", _l("Score proposals"), Role.SUPERVISOR, Role.ANALYST, when=is_anothers)
PRICE = permit("proposals.price", _l("Say what a proposal costs and whom it concerns"), Role.SUPERVISOR, when=prices)
CARRY = permit("proposals.carry", _l("Carry out a proposal"), *STAFF, when=carries)
MEASURE = permit("proposals.measure", _l("Verify the effect of a proposal"), Role.SUPERVISOR, when=decides)
FIGURES = permit("proposals.figures", _l("See funnel and participation of proposals"), Role.SUPERVISOR, Role.ANALYST)
EXPORT = permit("proposals.export", _l("Export proposals"), Role.SUPERVISOR, Role.ANALYST)
PUBLISH = permit("proposals.publish", _l("Publish a carried-out proposal"), Role.SUPERVISOR, when=is_anothers)
