"""What the buttons of a proposal's page do."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.accounts.models import Area, Person, Team
from portal.core import access, idempotency, pages
from portal.core.access import me
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.proposals import actions, bp, queries, rules, showing
from portal.proposals.buttons import held, pressed
from portal.proposals.deciding import Trial
from portal.proposals.forms import ANSWERS, CommentForm, DecideForm, DuplicateForm, FindingForm
from portal.proposals.models import Proposal
from portal.proposals.workflow import PROPOSAL

PLAIN = {
    "screen": actions.screen, "review": actions.start_review, "withdraw": actions.withdraw, "start": actions.start,
    "finish": actions.finish,
}
FOLLOWED = {"follow": _l("You are told what becomes of it."), "unfollow": _l("You are no longer told.")}
MARKS = {"vote": actions.vote, "unvote": actions.withdraw_vote, "follow": actions.follow, "unfollow": actions.unfollow}
BESIDE = {actions.Unowned: "owner", actions.Undated: "due_on", actions.Untried: "place"}
PLACES = {"team": Team, "area": Area}


@bp.post("/proposals/<int:proposal_id>/decide")
@access.needs(rules.DECIDE)
def decide(proposal_id: int):
    proposal = held(proposal_id, rules.DECIDE)
    form = DecideForm.of_request(proposal=proposal, person=me())
    if form.seen.data != proposal.status.value:
        raise WrongState(_("Somebody has decided on this meanwhile. Look at the present state first."))
    return pressed(proposal, "decide", form, _decided, _("Decided. The reason has been sent to the proposer."))


def _decided(proposal: Proposal, form: DecideForm) -> bool:
    try:
        actions.decide(
            proposal, form.outcome.data, form.reason.data, by=me(), owner=_active(Person, form.owner.data), due_on=form.due_on.data,
            until=form.until.data, trial=_trial(form),
        )
    except (actions.Unowned, actions.Undated, actions.Untried) as refusal:
        form.refuse(_beside(form, refusal), refusal.sentence)
        return False
    return True


def _beside(form: DecideForm, refusal: Refused) -> str:
    """The field that is to be mended."""
    if form.outcome.data == "defer":
        return "until"
    if not isinstance(refusal, actions.Untried) or not form.place.data:
        return BESIDE[type(refusal)]
    missing = [field.name for field in (form.starts_on, form.ends_on) if field.data is None]
    return missing[0] if missing else "ends_on" if form.ends_on.data < form.starts_on.data else "control"


def _trial(form: DecideForm) -> Trial | None:
    place = _place(form.place.data)
    if form.outcome.data != "trial" or not (place and form.starts_on.data and form.ends_on.data):
        return None
    days = form.starts_on.data, form.ends_on.data
    return Trial(place, *days, _place(form.control.data), tuple(form.figures.data or ()), form.only_stage.data, form.only_category.data)


def _place(value: str | None) -> Any:
    """team-3, area-2: that team or area, if it is at work."""
    kind, _dash, number = (value or "").partition("-")
    return _active(PLACES[kind], int(number)) if kind in PLACES and number.isdecimal() else None


def _active(model: Any, record_id: int | None) -> Any:
    return db.session.scalars(select(model).where(model.id == record_id, model.active)).first() if record_id else None


@bp.post("/proposals/<int:proposal_id>/verify")
@access.needs(rules.MEASURE)
def verify(proposal_id: int):
    proposal = queries.find_for(me(), proposal_id, lock=True)
    showing.check(proposal, "verify", me())
    reached = request.form.get("verdict") == "reached"
    return pressed(proposal, "finding", FindingForm.of_request(), lambda p, form: _verified(p, form, reached), _("Verified. The proposer has been told."))


def _verified(proposal: Proposal, form: FindingForm, reached: bool) -> bool:
    try:
        actions.verify(proposal, reached, form.words.data, by=me())
    except actions.Unmeasured as refusal:
        form.refuse("words", refusal.sentence)
        return False
    return True


@bp.post("/proposals/<int:proposal_id>/<any(screen,review,withdraw,start,finish):verb>")
@access.needs(rules.SEE)
def step(proposal_id: int, verb: str):
    proposal = queries.find_for(me(), proposal_id, lock=True)
    PLAIN[verb](proposal, by=me())
    pages.say(_("Done: %(step)s", step=PROPOSAL.steps[verb].word))
    return pages.back("proposals.show", proposal_id=proposal.id)


@bp.post("/proposals/<int:proposal_id>/<any(complete,appeal):verb>")
@access.needs(rules.SEE)
def answer(proposal_id: int, verb: str):
    proposal = held(proposal_id, rules.AUTHOR)
    act = {"complete": actions.complete, "appeal": actions.appeal}[verb]
    return pressed(proposal, "answer", ANSWERS[verb].of_request(), lambda p, form: act(p, form.words.data, by=me()), _("Sent to the reviewers"), step=verb)


@bp.post("/proposals/<int:proposal_id>/duplicate")
@access.needs(rules.DECIDE)
def duplicate(proposal_id: int):
    proposal = held(proposal_id, rules.DECIDE)
    form = DuplicateForm.of_request()
    if not form.validate() or not _merged(proposal, form):
        return pages.page("proposals/show.html", status=422, **showing.page_facts(proposal, me(), step="duplicate", answer=form))
    pages.say(_("Marked as a duplicate; votes and followers moved."))
    return pages.back("proposals.show", proposal_id=proposal.duplicate_of_id)


def _merged(proposal: Proposal, form: DuplicateForm) -> bool:
    other = db.session.scalars(queries.visible_to(me()).where(Proposal.number == form.number.data.upper())).first()
    try:
        if other is None:
            raise Refused(_("There is no proposal with this number."))
        actions.mark_duplicate(proposal, other, by=me())
    except WrongState:
        raise
    except Refused as refusal:
        form.refuse("number", refusal.sentence)
        return False
    return True


@bp.post("/proposals/<int:proposal_id>/<any(vote,unvote,follow,unfollow):verb>")
@access.needs(rules.SEE)
def mark(proposal_id: int, verb: str):
    proposal = queries.find_for(me(), proposal_id, lock=True)
    MARKS[verb](proposal, by=me())
    if verb in FOLLOWED:
        pages.say(str(FOLLOWED[verb]))
    return pages.back("proposals.show", proposal_id=proposal.id)


@bp.post("/proposals/<int:proposal_id>/comment")
@access.needs(rules.COMMENT)
@idempotency.once
def comment(proposal_id: int):
    proposal = held(proposal_id, rules.COMMENT)
    return pressed(proposal, "comment", CommentForm.of_request(), _commented, anchor="discussion")


def _commented(proposal: Proposal, form: CommentForm) -> None:
    actions.comment(proposal, form.words.data, by=me(), to_author=form.to_author.data and bool(proposal.token))
