"""/suggest: a suggestion from anybody, and what became of it."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from portal.core import access, limits, options
from portal.core.access import ANONYMOUS, customer_actor
from portal.core.errors import TooMany
from portal.core.pages import back, page, say
from portal.proposals import actions as proposals
from portal.proposals import queries as known
from portal.proposals.models import Naming, ProposalStatus, Source
from portal.proposals.options import ANONYMOUS_AN_HOUR
from portal.public import bp, links, queries
from portal.public.forms import AnswerForm, SuggestForm
from portal.public.guards import TRY_AGAIN, count_address, counted, unlisted
from portal.tickets import tracking

HOUR = timedelta(hours=1)


@bp.route("/suggest")
@access.public
def suggest_form():
    form = SuggestForm.of_request()
    form.token.data = "".join(tracking.new_token())
    return page("public/suggest.html", form=form)


@bp.route("/suggest", methods=["POST"])
@access.public
@unlisted
def suggest():
    form = SuggestForm.of_request()
    anonymous = form.naming.data == Naming.ANONYMOUS.value
    if not anonymous:
        count_address()
    if not form.validate() or not _contact_is_there(form):
        return page("public/suggest.html", status=422, form=form, has_errors=True)
    if anonymous:
        _count_together()
    made = proposals.submit(
        "", form.problem.data, form.suggestion.data, by=ANONYMOUS if anonymous else customer_actor(form.name.data), source=Source.CUSTOMER,
        naming=Naming(form.naming.data), customer_name=form.name.data or "", customer_contact=form.contact.data or "", token=form.token.data,
    )
    return back("public.suggestion", token=made.token)


def _contact_is_there(form: SuggestForm) -> bool:
    if form.naming.data == Naming.NAMED.value and not (form.name.data or "").strip():
        form.refuse("name", _("Write your name, or choose anonymous."))
        return False
    if tracking.split(form.token.data or "") is None:
        form.refuse("stamp", _("This page is not complete. Open it anew."))
        return False
    return True


def _count_together() -> None:
    """Counted for everybody together: counting by device would remember the device."""
    if limits.count("anonymous_suggestion", "", HOUR) >= options.value(ANONYMOUS_AN_HOUR):
        raise TooMany(TRY_AGAIN)
    limits.hit("anonymous_suggestion", "")


@bp.route("/suggest/<token>")
@access.public
@unlisted
def suggestion(token: str):
    return _shown(queries.proposal_of(token), token, AnswerForm.of_request())


def _shown(proposal, token: str, form: AnswerForm, status: int = 200):
    return page(
        "public/suggestion.html", status=status, proposal=proposal, token=token, form=form, url=known.url_of(proposal),
        returned=proposal.status is ProposalStatus.RETURNED, has_errors=form.has_errors,
    )


@bp.route("/suggest/<token>/answer", methods=["POST"])
@access.public
@unlisted
@counted
def answer_suggestion(token: str):
    proposal = queries.proposal_of(token, lock=True)
    form = AnswerForm.of_request()
    if not form.validate():
        return _shown(proposal, token, form, 422)
    proposals.complete(proposal, form.words.data, by=customer_actor(proposal.customer_name))
    say(_("We have your answer."))
    return back("public.suggestion", token=token)


@bp.route("/suggest/<token>/qr.svg")
@access.public
@unlisted
def suggestion_qr(token: str):
    return links.qr(known.url_of(queries.proposal_of(token)))
