"""What every form of a proposal's page has in common: find, ask permission, validate, act; or the page again with all that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.core import access, pages
from portal.core.access import me
from portal.proposals import queries, showing
from portal.proposals.models import Proposal

Act = Callable[[Proposal, Any], Any]


def held(proposal_id: int, permit: str) -> Proposal:
    """The proposal, held until the commit. Raises NotFound, Forbidden."""
    proposal = queries.find_for(me(), proposal_id, lock=True)
    access.require(me(), permit, proposal)
    return proposal


def pressed(proposal: Proposal, name: str, form: Any, act: Act, said: str = "", *, step: str = "", anchor: str | None = None):
    """`act` answers False when it has refused something beside a field. `name`: how the page knows the form."""
    if not form.validate() or act(proposal, form) is False:
        return pages.page("proposals/show.html", status=422, **showing.page_facts(proposal, me(), step=step, **{name: form}))
    if said:
        pages.say(said)
    return pages.back("proposals.show", proposal_id=proposal.id, _anchor=anchor)
