"""Similar proposals, found by the rarest character pairs that two texts share: the same cost at any number of rows."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, literal, select, true, union_all

from portal.core import search
from portal.core.db import db
from portal.proposals.models import Proposal, ProposalStatus, ProposalToken

FIRST_WORDS = 80
COMMON = 400  # a pair in more proposals than this tells nothing
RAREST = 8
HIDDEN = (ProposalStatus.WITHDRAWN, ProposalStatus.DUPLICATE)


def pairs(*texts: str) -> list[str]:
    """What similarity is judged by: pairs of Chinese characters and words of two letters or more."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(t for t in search.tokens(text) if len(t) > 1))
    return list(found)


def remember(proposal: Proposal) -> None:
    """Make the proposal findable as similar, in the present transaction."""
    db.session.execute(delete(ProposalToken).where(ProposalToken.proposal_id == proposal.id))
    made = pairs(proposal.title, proposal.problem[:FIRST_WORDS], proposal.suggestion[:FIRST_WORDS])
    if made:
        db.session.execute(insert(ProposalToken), [{"token": t, "proposal_id": proposal.id} for t in made])


def forget(proposal: Proposal) -> None:
    db.session.execute(delete(ProposalToken).where(ProposalToken.proposal_id == proposal.id))


def similar_to(words: str, most: int = 3, leave_out: int | None = None, published: bool = False) -> list[Proposal]:
    """Proposals that share the most of the text's rare pairs, at least two and a quarter of them; best first."""
    wanted = _rarest(pairs(words[:400])[:40])
    if len(wanted) < 2:
        return []
    least = max(2, (len(wanted) + 3) // 4)
    shared = func.count().label("shared")
    query = (
        select(ProposalToken.proposal_id, shared)
        .join(Proposal, Proposal.id == ProposalToken.proposal_id)
        .where(ProposalToken.token.in_(wanted), Proposal.status.not_in(HIDDEN), Proposal.id != (leave_out or 0))
        .where(Proposal.published.is_(True) if published else true())
        .group_by(ProposalToken.proposal_id).having(shared >= least)
        .order_by(shared.desc(), ProposalToken.proposal_id.desc()).limit(most)
    )
    ids = [row.proposal_id for row in db.session.execute(query)]
    found = {p.id: p for p in db.session.scalars(select(Proposal).where(Proposal.id.in_(ids)))} if ids else {}
    return [found[i] for i in ids]


def _rarest(wanted: list[str]) -> list[str]:
    """The pairs that occur at all, rarest first; one query, counting each no further than COMMON."""
    if not wanted:
        return []
    counts = [
        select(literal(t).label("token"), func.count().label("known")).select_from(
            select(ProposalToken.proposal_id).where(ProposalToken.token == t).limit(COMMON).subquery()
        )
        for t in wanted
    ]
    known = [(row.known, row.token) for row in db.session.execute(union_all(*counts)) if 0 < row.known < COMMON]
    return [token for _known, token in sorted(known)[:RAREST]]
