"""/suggest: a suggestion from anybody, and what became of it."""

from __future__ import annotations

from flask import g, request
from flask_babel import gettext as _

from portal.core import access, options, paging
from portal.core.access import ANONYMOUS, customer_actor
from portal.core.errors import NotFound
from portal.core.pages import back, page, say
from portal.proposals import actions as proposals
from portal.proposals import queries as known
from portal.proposals import similar, talk
from portal.proposals.cards import is_late
from portal.proposals.models import WAITING, Naming, Proposal, Source
from portal.proposals.options import PUBLIC_PAGE
from portal.public import bp, links, queries
from portal.public.forms import AnswerForm, ChangeForm, SuggestForm
from portal.public.guards import count_address, counted, photos_first, unlisted
from portal.tickets import tracking


@bp.route("/suggest")
@access.nameless
def suggest_form():
    return _form_page(_fresh())


def _fresh() -> SuggestForm:
    form = SuggestForm.of_request()
    form.token.data = "".join(tracking.new_token())
    return form


def _form_page(form: SuggestForm, status: int = 200, **about):
    return page("public/suggest.html", status=status, form=form, alike=[], has_errors=form.has_errors, **{"ticket": None, "survey": None, **about})


@bp.route("/suggest/similar", methods=["POST"])
@access.nameless
@unlisted
def similar_suggestions():
    """Published ones that look alike, while somebody types."""
    words = " ".join(request.form.get(name, "") for name in ("problem", "suggestion"))
    return page("public/_similar.html", alike=similar.similar_to(words, published=True))


@bp.route("/suggest", methods=["POST"])
@access.nameless
@unlisted
@photos_first
def suggest():
    form = SuggestForm.of_request()
    anonymous = form.naming.data == Naming.ANONYMOUS.value
    if not anonymous:
        count_address()
    right = form.validate()
    if not _contact_is_there(form) or not right:  # all that is missing is said at once
        return _form_page(form, 422)
    return _handed_in(form, Naming(form.naming.data), form.name.data or "")


@bp.route("/<any(t,s):way>/<token>/suggest")
@access.public
@unlisted
def suggest_form_about(way: str, token: str):
    """The same form from the page of a request or a rating, which is attached as evidence."""
    ticket, survey = queries.evidence_behind(way, token)
    return _form_page(_fresh(), ticket=ticket, survey=survey)


@bp.route("/<any(t,s):way>/<token>/suggest", methods=["POST"])
@access.public
@unlisted
@counted
@photos_first
def suggest_about(way: str, token: str):
    """Never anonymous: whoever wants that is led to the other page, which knows of no request."""
    ticket, survey = queries.evidence_behind(way, token)
    form = SuggestForm.of_request()
    form.naming.data = Naming.NAMED.value
    form.name.data = form.name.data or ticket.contact_name or ticket.customer.name
    if not form.validate() or not _contact_is_there(form):
        return _form_page(form, 422, ticket=ticket, survey=survey)
    return _handed_in(form, Naming.NAMED, form.name.data, tickets=[ticket], survey=survey)


def _handed_in(form: SuggestForm, naming: Naming, name: str, **evidence):
    made = proposals.submit(
        "", form.problem.data, form.suggestion.data, by=ANONYMOUS if naming is Naming.ANONYMOUS else customer_actor(name), source=Source.CUSTOMER,
        naming=naming, customer_name=name, customer_contact=form.contact.data or "", token=form.token.data, files=g.photos, **evidence,
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


@bp.route("/improvements")
@access.nameless
def improvements():
    """You said, we did: what reviewers have published."""
    if not options.value(PUBLIC_PAGE):
        raise NotFound()
    rows = paging.page_of(known.published(), [(Proposal.changed_at, True), (Proposal.id, True)], lambda row: (row[0].changed_at, row[0].id), size=20)
    return page("public/improvements.html", rows=rows)


@bp.route("/suggest/<token>")
@access.nameless
@unlisted
def suggestion(token: str):
    return _shown(queries.proposal_of(token), token, AnswerForm.of_request())


def _shown(proposal, token: str, form: AnswerForm, status: int = 200):
    return page(
        "public/suggestion.html", status=status, proposal=proposal, token=token, form=form, url=known.url_of(proposal),
        verbs=talk.verbs_of(proposal), still_open=WAITING, late=is_late(proposal), rows=talk.rows_of(proposal), has_errors=form.has_errors,
    )


@bp.route("/suggest/<token>/<any(answer,say,appeal):verb>", methods=["POST"])
@access.nameless
@unlisted
def answer_suggestion(token: str, verb: str):
    """Words of whoever holds the link: what was missing, an appeal, or something else."""
    proposal = _asked_for(token)
    form = AnswerForm.of_request()
    if not form.validate():
        return _shown(proposal, token, form, 422)
    act = {"answer": proposals.complete, "say": proposals.comment, "appeal": proposals.appeal}[verb]
    act(proposal, form.words.data, by=_author(proposal))
    say(_("We have your answer."))
    return back("public.suggestion", token=token)


@bp.route("/suggest/<token>/withdraw", methods=["POST"])
@access.nameless
@unlisted
def withdraw_suggestion(token: str):
    proposal = _asked_for(token)
    proposals.withdraw(proposal, by=_author(proposal))
    say(_("Withdrawn. Nobody works on it any more."))
    return back("public.suggestion", token=token)


@bp.route("/suggest/<token>/change", methods=["GET", "POST"])
@access.nameless
@unlisted
def change_suggestion(token: str):
    """Other words for it; what stood there before is kept."""
    proposal = _asked_for(token) if request.method == "POST" else queries.proposal_of(token)
    form = ChangeForm.of_request()
    if request.method != "POST":
        form.problem.data, form.suggestion.data = proposal.problem, proposal.suggestion
    elif form.validate():
        proposals.edit(proposal, by=_author(proposal), problem=form.problem.data, suggestion=form.suggestion.data)
        return back("public.suggestion", token=token)
    status = 422 if form.has_errors else 200
    return page("public/suggestion_change.html", status=status, form=form, token=token, has_errors=form.has_errors)


def _asked_for(token: str):
    """The proposal, held; tries are counted by address, but never those of an anonymous author."""
    proposal = queries.proposal_of(token, lock=True)
    if proposal.naming != Naming.ANONYMOUS:
        count_address()
        proposal = queries.proposal_of(token, lock=True)
    return proposal


def _author(proposal):
    return ANONYMOUS if proposal.naming == Naming.ANONYMOUS else customer_actor(proposal.customer_name)


@bp.route("/suggest/<token>/qr.svg")
@access.nameless
@unlisted
def suggestion_qr(token: str):
    return links.qr(known.url_of(queries.proposal_of(token)))
