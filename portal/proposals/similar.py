"""Similar proposals, found by the rarest character pairs that two texts share: the same cost at any number of rows."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, delete, func, insert, select, union_all

from portal.core import direct, search
from portal.core.db import db
from portal.core.places import Places
from portal.core.planner import few
from portal.proposals.models import Proposal, ProposalStatus, ProposalToken

FIRST_WORDS = 80
ASKED, STEP = 40, 8  # so many pairs of a text; a statement for each eight, not for each number
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


class Alike(NamedTuple):
    id: int
    title: str
    status: ProposalStatus
    votes: int


def similar_to(words: str, most: int = 3, leave_out: int | None = None, published: bool = False) -> list[Alike]:
    """Proposals that share the most of the text's rare pairs, at least two and a quarter of them; best first."""
    wanted = _rarest(pairs(words[:400])[:ASKED])
    if len(wanted) < 2:
        return []
    least = max(2, (len(wanted) + 3) // 4)
    more = _RARE.filled(wanted) | {"least": least, "leave_out": leave_out or 0, "most": most}
    return [Alike(*row[:4]) for row in direct.rows(ALIKE_PUBLISHED if published else ALIKE, more)]


_TOKENS = Places("token", String, ASKED, empty="")
_RARE = Places("token", String, RAREST, empty="")
_shared = func.count().label("shared")
_columns = [getattr(Proposal.__table__.c, name) for name in Alike._fields]
ALIKE = (
    select(*_columns, _shared)
    .join(ProposalToken.__table__, ProposalToken.proposal_id == Proposal.__table__.c.id)
    .where(ProposalToken.token.in_(_RARE), Proposal.status.not_in(HIDDEN), Proposal.id != bindparam("leave_out"))
    .group_by(*_columns).having(_shared >= bindparam("least"))
    .order_by(_shared.desc(), Proposal.id.desc()).limit(bindparam("most"))
)
ALIKE_PUBLISHED = ALIKE.where(Proposal.published.is_(True))


def _rarest(wanted: list[str]) -> list[str]:
    """The pairs that occur at all, rarest first; one query, counting each no further than COMMON."""
    if not wanted:
        return []
    number = -(-len(wanted) // STEP) * STEP
    known = [(known, token) for token, known in direct.stored(_counting(number), _TOKENS.filled(wanted)) if token and 0 < known < COMMON]
    return [token for _known, token in sorted(known)[:RAREST]]


@direct.written(32)
def _counting(number: int) -> Any:
    """The statement for so many pairs, built once."""
    return union_all(*(
        select(token.label("token"), func.count().label("known")).select_from(
            select(ProposalToken.proposal_id).where(ProposalToken.token == token).limit(few(COMMON)).subquery()
        )
        for token in _TOKENS[:number]
    ))
