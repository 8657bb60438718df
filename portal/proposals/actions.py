from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from portal.core import activity, clock, files, options, search
from portal.core.access import ANONYMOUS, require
from portal.core.activity import Audience
from portal.core.db import db, is_sqlite
from portal.core.errors import WrongState
from portal.proposals import anonymous, rules, similar
from portal.proposals.carrying import Unmeasured, do_step, finish, plan_steps, start, undo_step, verify  # noqa: F401 - one place to import from
from portal.proposals.deciding import (  # noqa: F401 - one place to import from
    Trial,
    Undated,
    Unowned,
    Unreasoned,
    Untried,
    decide,
    mark_duplicate,
    screen,
    start_review,
)
from portal.proposals.judging import price, score  # noqa: F401 - one place to import from
from portal.proposals.models import AGREED, Naming, Proposal, ProposalFollow, ProposalStatus, ProposalVote, Source
from portal.proposals.options import PREFIX
from portal.proposals.queries import find_by_token
from portal.proposals.recording import note, promise
from portal.proposals.workflow import GONE, PROPOSAL, possible
from portal.tickets import tracking
from portal.tickets.numbers import next_number


def submit(
    title: str, problem: str, suggestion: str, *, by: Any, naming: Naming = Naming.NAMED, source: Source = Source.STAFF,
    expected: str = "", stage: Any = None, service: Any = None, category: Any = None, team: Any = None,
    customer_name: str = "", customer_contact: str = "",
    tickets: Iterable[Any] = (), survey: Any = None, files: Iterable[files.Received] = (), token: str = "",
) -> Proposal:
    """Hand in a proposal. Without an account (or anonymous) it gets a status link; `token` from the form makes a second sending harmless.

    An anonymous one forgets who acts and everything that could lead back: name, contact, evidence, files, the time of day.
    """
    require(by, rules.SUBMIT)
    if naming == Naming.ANONYMOUS:
        by, customer_name, customer_contact, tickets, survey, files = ANONYMOUS, "", "", (), None, ()
    again = find_by_token(token) if token else None
    if again is not None:
        return again
    hidden = naming == Naming.ANONYMOUS
    if hidden:
        anonymous.check_limit()
    with clock.at(anonymous.day_only(clock.now()) if hidden else clock.now()):
        proposal = Proposal(
            id=anonymous.free_id(), number=anonymous.any_number() if hidden else next_number(options.value(PREFIX)),
            title=title or first_words(suggestion or problem), problem=problem,
            suggestion=suggestion, expected=expected, source=source, naming=naming, author_id=by.id, customer_name=customer_name,
            customer_contact=customer_contact, stage=stage, service=service, category=category, team=team, tickets=list(tickets), survey=survey,
            status=ProposalStatus.SUBMITTED, created_at=clock.now(), changed_at=clock.now(),
        )
        promise(proposal)
        _give_link(proposal, token)
        db.session.add(proposal)
        row = note("proposal.submitted", proposal, by, source=source.value)
        _remember(proposal)
        _keep_files(proposal, files, row, by)
    return proposal


def first_words(text: str, most: int = 40) -> str:
    """A title made of the first sentence."""
    first = re.split(r"[。！？!?\n；;]", text.strip(), maxsplit=1)[0].strip() or text.strip()
    return first if len(first) <= most else first[: most - 1] + "…"


def edit(proposal: Proposal, *, by: Any, **values: Any) -> None:
    """The author changes the words until the review begins; what stood there before stays in the record."""
    PROPOSAL.check(proposal, "edit", by)
    values = _titled(proposal, values)
    before = {name: _plain(getattr(proposal, name)) for name in values if _plain(getattr(proposal, name)) != _plain(values[name])}
    if not before:
        return
    for name, value in values.items():
        setattr(proposal, name, value)
    proposal.edits += 1
    note("proposal.edited", proposal, by, before=before, after={name: _plain(values[name]) for name in before})
    _remember(proposal)


def _titled(proposal: Proposal, values: dict[str, Any]) -> dict[str, Any]:
    """A title that was made of the words follows them."""
    made = first_words(proposal.suggestion or proposal.problem)
    if values.get("title", proposal.title) != proposal.title or proposal.title != made:
        return values
    words = values.get("suggestion", proposal.suggestion) or values.get("problem", proposal.problem)
    return values | {"title": first_words(words)}


def withdraw(proposal: Proposal, *, by: Any) -> None:
    note("proposal.withdrawn", proposal, by, **PROPOSAL.take(proposal, "withdraw", by))
    search.forget("proposal", proposal.id)
    similar.forget(proposal)


def complete(proposal: Proposal, words: str, *, by: Any) -> None:
    """The author answers what was missing; the promise to answer starts anew."""
    change = PROPOSAL.take(proposal, "complete", by)
    promise(proposal)
    note("proposal.completed", proposal, by, body=words, **change)


def appeal(proposal: Proposal, words: str, *, by: Any) -> None:
    """Once, the author may ask for a second look. Raises WrongState the second time."""
    PROPOSAL.check(proposal, "appeal", by)
    if "appeal" not in {step.verb for step in possible(proposal, by)}:
        raise WrongState()
    change = PROPOSAL.take(proposal, "appeal", by)
    proposal.appealed = True
    promise(proposal)
    note("proposal.appealed", proposal, by, body=words, **change)


def vote(proposal: Proposal, *, by: Any) -> None:
    """One person, one vote; a second one changes nothing. Counted in the database."""
    require(by, rules.VOTE, proposal)
    if proposal.status in GONE:
        raise WrongState()
    if _insert_once(ProposalVote, proposal_id=proposal.id, person_id=by.id, at=clock.now()):
        proposal.votes = Proposal.votes + 1
        _insert_once(ProposalFollow, proposal_id=proposal.id, person_id=by.id)
        _counted("proposal.voted", proposal, by)


def withdraw_vote(proposal: Proposal, *, by: Any) -> None:
    require(by, rules.VOTE, proposal)
    gone = db.session.execute(delete(ProposalVote).filter_by(proposal_id=proposal.id, person_id=by.id)).rowcount
    if gone:
        proposal.votes = Proposal.votes - 1
        _counted("proposal.unvoted", proposal, by)


def _counted(verb: str, proposal: Proposal, by: Any) -> None:
    """Kept lists show another number from now on, though the record of the proposal does not name the voter."""
    proposal.changed_id = activity.record(verb, proposal, by=by, audience=Audience.AUDIT).id


def follow(proposal: Proposal, *, by: Any) -> None:
    """Be told what becomes of it."""
    require(by, rules.SEE)
    if _insert_once(ProposalFollow, proposal_id=proposal.id, person_id=by.id):
        activity.record("proposal.followed", proposal, by=by, audience=Audience.AUDIT)


def unfollow(proposal: Proposal, *, by: Any) -> None:
    require(by, rules.SEE)
    if db.session.execute(delete(ProposalFollow).filter_by(proposal_id=proposal.id, person_id=by.id)).rowcount:
        activity.record("proposal.unfollowed", proposal, by=by, audience=Audience.AUDIT)


def comment(proposal: Proposal, words: str, *, by: Any, to_author: bool = False) -> None:
    """A colleague's words among colleagues, or (`to_author`) to whoever holds the status link; or that author's own words."""
    require(by, rules.ANSWER if by.id is None else rules.COMMENT, proposal)
    if proposal.status == ProposalStatus.WITHDRAWN:
        raise WrongState()
    proposal.comments = Proposal.comments + 1
    note("proposal.commented", proposal, by, body=words, audience=Audience.PUBLIC if to_author else Audience.INTERNAL)


def publish(proposal: Proposal, words: str, *, by: Any) -> None:
    """Show it to everybody on the page of improvements, in words of the company."""
    require(by, rules.PUBLISH, proposal)
    if proposal.status not in AGREED:
        raise WrongState()
    proposal.published, proposal.public_words = True, words
    note("proposal.published", proposal, by, body=words)


def hide(proposal: Proposal, *, by: Any) -> None:
    require(by, rules.PUBLISH, proposal)
    proposal.published = False
    note("proposal.hidden", proposal, by)


def _give_link(proposal: Proposal, token: str) -> None:
    if proposal.author_id is None:
        proposal.selector, proposal.secret = tracking.split(token) or tracking.new_token()


def _remember(proposal: Proposal) -> None:
    lot = -anonymous.free_id() if proposal.naming == Naming.ANONYMOUS else None  # the entries' order would tell the time
    words = (proposal.number, proposal.title, proposal.problem, proposal.suggestion, proposal.expected)
    search.index("proposal", proposal.id, *words, entry_id=lot)
    similar.remember(proposal)


def _keep_files(proposal: Proposal, received: Iterable[files.Received], row: Any, by: Any) -> None:
    for one in received:
        files.store(one, proposal, by=by, activity_id=row.id)


def _insert_once(model: Any, **values: Any) -> bool:
    """True when the row is new: two at once cannot both be."""
    dialect = sqlite if is_sqlite() else postgresql
    insert = dialect.insert(model).values(**values).on_conflict_do_nothing().returning(*model.__table__.primary_key)
    return db.session.execute(insert).first() is not None  # PostgreSQL's driver does not count inserted rows


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else value.id

