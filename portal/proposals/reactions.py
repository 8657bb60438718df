"""Who is told when something becomes of a proposal: the proposer always, followers, the reviewers of a new one."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts import queries as people
from portal.accounts.models import Person
from portal.core import activity
from portal.core.activity import Audience
from portal.core.db import db
from portal.core.i18n import N_, in_companys_language
from portal.notifications import actions as notifications
from portal.notifications.models import OutMessage, Way
from portal.proposals import points, rules
from portal.proposals.anonymous import tell_later
from portal.proposals.models import Proposal, ProposalFollow, ProposalStatus
from portal.proposals.queries import url_of

OUTCOMES = {
    "proposal.adopted": N_("Proposal %(number)s “%(title)s” was adopted: %(reason)s (to be carried out by %(due)s)"),
    "proposal.returned": N_("Proposal %(number)s “%(title)s” needs more: %(reason)s"),
    "proposal.trialled": N_("Proposal %(number)s “%(title)s” is being tried out: %(reason)s (until %(until)s)"),
    "proposal.deferred": N_("Proposal %(number)s “%(title)s” is deferred: %(reason)s (looked at again on %(until)s)"),
    "proposal.declined": N_("Proposal %(number)s “%(title)s” was declined: %(reason)s"),
    "proposal.duplicated": N_("Proposal %(number)s “%(title)s” says the same as %(reason)s; its votes count there."),
    "proposal.finished": N_("Proposal %(number)s “%(title)s” has been carried out."),
    "proposal.verified": N_("Proposal %(number)s “%(title)s” reached its effect: %(reason)s"),
    "proposal.not_reached": N_("Proposal %(number)s “%(title)s” has not reached its effect: %(reason)s"),
}
WITHOUT_DAY = (  # notices that were written before the day stood in them
    N_("Proposal %(number)s “%(title)s” was adopted: %(reason)s"), N_("Proposal %(number)s “%(title)s” is being tried out: %(reason)s"),
    N_("Proposal %(number)s “%(title)s” is deferred: %(reason)s"),
)
SAME = N_("Your suggestion %(mine)s goes on in another one that says the same. It stands at “%(status)s”: %(reason)s")
WITHDRAWN = N_("Proposal %(number)s “%(title)s” was withdrawn by whoever proposed it.")
HANDED_UP = N_("Proposal %(number)s “%(title)s” is more than the team may decide on; it waits for you")
ARRIVED = N_("New proposal %(number)s “%(title)s”")
BACK = N_("Proposal %(number)s “%(title)s” is back for review")
YOURS = N_("You carry out proposal %(number)s “%(title)s” until %(due)s")
COMMENTED = N_("New words on proposal %(number)s “%(title)s”")
MENTIONED = N_("%(name)s mentions you on proposal %(number)s “%(title)s”")
CHANGED = N_("Proposal %(number)s “%(title)s” was changed while under review")
MENTION = re.compile(r"@([\w·]{2,20})")
_MOBILE = re.compile(r"^(?:\+?86)?(1[3-9]\d{9})$")


@activity.on(*OUTCOMES)
def tell_proposer_and_followers(row: Any, proposal: Proposal, by: Any) -> None:
    words = OUTCOMES[row.verb]
    if proposal.author_id is None:
        _send(proposal, words, row)
    for other in _said_the_same(proposal):
        _send(other, SAME, row, mine=other.number, status=proposal.status._word, reason=proposal.reason)
    for person_id in (_followers(proposal) | {proposal.author_id}) - {by.id, None}:
        _tell(person_id, words, proposal, row)
    if row.verb == "proposal.not_reached" and proposal.owner_id not in (by.id, proposal.author_id):
        _tell(proposal.owner_id, words, proposal, row)
    if row.verb == "proposal.adopted" and proposal.owner_id != by.id:
        _tell(proposal.owner_id, YOURS, proposal, row)


@activity.on("proposal.submitted", "proposal.completed", "proposal.appealed")
def tell_reviewers(row: Any, proposal: Proposal, by: Any) -> None:
    if not tell_later(proposal, row):
        _tell_leaders(ARRIVED if row.verb == "proposal.submitted" else BACK, proposal, row, by)


@activity.on("proposal.withdrawn")
def tell_of_withdrawal(row: Any, proposal: Proposal, by: Any) -> None:
    if not tell_later(proposal, row):
        tell_followers(proposal, WITHDRAWN, "/proposals/", leave_out=by.id)


def tell_followers(proposal: Proposal, words: str, url: str, leave_out: int | None = None) -> None:
    for person_id in (_followers(proposal) | {proposal.author_id}) - {leave_out, None}:
        notifications.tell(person_id, words, _facts(proposal), url=url)


@activity.on("proposal.reviewing")
def tell_of_a_deferred_one(row: Any, proposal: Proposal, by: Any) -> None:
    """On its day it is back: reviewers, the proposer and followers hear of it."""
    if row.data.get("before") == ProposalStatus.DEFERRED.value:
        tell_followers(proposal, BACK, f"/proposals/{proposal.id}", leave_out=by.id)
        _tell_leaders(BACK, proposal, row, by)


@activity.on("proposal.edited")
def tell_of_a_late_change(row: Any, proposal: Proposal, by: Any) -> None:
    if proposal.status == ProposalStatus.REVIEW and not tell_later(proposal, row):
        _tell_leaders(CHANGED, proposal, row, by)


def _tell_leaders(words: str, proposal: Proposal, row: Any, by: Any) -> None:
    for person in people.leaders_of(proposal.team_id):
        if person.id not in (proposal.author_id, by.id):
            _tell(person.id, words, proposal, row)


@activity.on("proposal.commented")
def tell_readers(row: Any, proposal: Proposal, by: Any) -> None:
    """Whoever is named with @, author and followers; an author without an account reads it behind the status link."""
    if tell_later(proposal, row):
        return
    named = mentioned(row.body or "") if by.kind == "person" else set()
    for person_id in named - {by.id}:
        _tell(person_id, MENTIONED, proposal, row, name=row.actor_name)
    for person_id in (_followers(proposal) | {proposal.author_id}) - named - {by.id, None}:
        _tell(person_id, COMMENTED, proposal, row)
    if row.audience is Audience.PUBLIC and proposal.author_id is None:
        _send(proposal, COMMENTED, row)
    if by.kind != "person":
        _tell_leaders(COMMENTED, proposal, row, by)


@activity.on("proposal.submitted", "proposal.adopted", "proposal.verified")
def give_points(row: Any, proposal: Proposal, by: Any) -> None:
    why = {"proposal.submitted": "submitted", "proposal.adopted": "adopted", "proposal.verified": "reached"}[row.verb]
    points.give(proposal, proposal.author_id, why)


@activity.on("proposal.adopted", "proposal.returned", "proposal.trialled", "proposal.deferred", "proposal.declined")
def give_points_to_the_reviewer(row: Any, proposal: Proposal, by: Any) -> None:
    if proposal.answer_by is not None and row.at <= proposal.answer_by:
        points.give(proposal, by.id, "reviewed")


@activity.on("proposal.priced")
def hand_up(row: Any, proposal: Proposal, by: Any) -> None:
    """What has become too dear for the team's supervisor goes to the company-wide ones."""
    if rules.is_dear(proposal) and not by.company_wide:
        for person in people.supervisors():
            if person.company_wide and person.id not in (by.id, proposal.author_id):
                _tell(person.id, HANDED_UP, proposal, row)


def mentioned(words: str) -> set[int]:
    """Colleagues named as @name; a name may be followed by other words without a blank."""
    wanted = {text[:n] for text in MENTION.findall(words) for n in range(2, len(text) + 1)}
    return set(db.session.scalars(select(Person.id).where(Person.active, Person.name.in_(wanted)))) if wanted else set()


def _followers(proposal: Proposal) -> set[int]:
    return set(db.session.scalars(select(ProposalFollow.person_id).where(ProposalFollow.proposal_id == proposal.id)))


def _tell(person_id: int, words: str, proposal: Proposal, row: Any, **more: str) -> None:
    notifications.tell(person_id, words, _facts(proposal) | more, url=f"/proposals/{proposal.id}", activity_id=row.id)


def _facts(proposal: Proposal) -> dict[str, str]:
    until = proposal.until or (proposal.trial.ends_on if proposal.status == ProposalStatus.TRIAL else None)
    days = {"due": proposal.due_on, "until": until}
    told = {name: day.isoformat() if day else "" for name, day in days.items()}
    return {"number": proposal.number, "title": proposal.title, "reason": proposal.reason, **told}


def _said_the_same(proposal: Proposal) -> list[Proposal]:
    """Duplicates from people without an account, who can be reached."""
    query = select(Proposal).where(Proposal.duplicate_of_id == proposal.id, Proposal.author_id.is_(None), Proposal.customer_contact != "")
    return list(db.session.scalars(query))


def _send(proposal: Proposal, words: str, row: Any, **more: str) -> OutMessage | None:
    way, to = way_to(proposal.customer_contact)
    if way is None:
        return None
    with in_companys_language():
        text = _(words) % (_facts(proposal) | more)
    body = f"{text} {url_of(proposal)}"
    return notifications.send(way, to, body, subject=proposal.number, activity_id=row.id, once_key=f"proposal-{row.id}-{proposal.id}")


def way_to(contact: str) -> tuple[Way | None, str]:
    """A mobile number or an e-mail address as somebody typed it; (None, "") when it is neither."""
    mobile = _MOBILE.match(re.sub(r"[\s()-]", "", contact))
    if mobile:
        return Way.SMS, f"+86{mobile[1]}"
    return (Way.EMAIL, contact.strip()) if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", contact.strip()) else (None, "")
