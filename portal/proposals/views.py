from __future__ import annotations

from flask import redirect, request
from flask_babel import gettext as _

from portal.core import access, files, idempotency, pages
from portal.core.access import ANONYMOUS, Role, me
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.files import StoredFile
from portal.proposals import actions, bp, queries, rules, showing, similar
from portal.proposals.forms import ProposalForm, WordsForm
from portal.proposals.models import Naming, Proposal, Source
from portal.surveys import queries as surveys
from portal.surveys.models import Survey
from portal.tickets import queries as tickets
from portal.tickets import tracking

MOST_PHOTOS = 6


@bp.get("/proposals/new")
@access.needs(rules.SUBMIT)
def new():
    form = ProposalForm.of_request()
    form.token.data = "".join(tracking.new_token())
    form.problem.data = request.args.get("problem", "")[:2000]
    form.stage.data = request.args.get("stage", type=int)
    return _new_page(form)


@bp.post("/proposals/new")
@access.needs(rules.SUBMIT)
@idempotency.once
def submit():
    form = ProposalForm.of_request()
    if not form.validate():
        return _new_page(form, 422)
    photos = files.receive(request.files.getlist("photos"), most=MOST_PHOTOS)
    proposal = actions.submit(
        **form.words(), by=me(), naming=Naming(form.naming.data), source=Source.STAFF, tickets=_evidence(), survey=_answer(), files=photos,
    )
    pages.say(_("Proposal %(number)s handed in. You are told what becomes of it.", number=proposal.number))
    return pages.back("proposals.show", proposal_id=proposal.id)


@bp.post("/proposals/anonymous")
@access.nameless
def submit_anonymously():
    """The same form's other button. Nothing here looks at the session, an address or a device."""
    form = WordsForm.of_request()
    if not form.validate():
        return pages.page("proposals/anonymous.html", status=422, form=form, page_name=_("Propose an improvement"), has_errors=True)
    proposal = actions.submit(**form.words(), by=ANONYMOUS, naming=Naming.ANONYMOUS, source=Source.STAFF, token=form.token.data or "")
    return redirect(f"/suggest/{proposal.token}", 303)


@bp.route("/proposals/similar", methods=["GET", "POST"])
@access.needs(rules.SEE)
def similar_ones():
    """What looks alike, for the form while somebody types. Sent as a POST, so that no address on the way holds the words."""
    words = " ".join(request.values.get(name, "") for name in ("title", "problem", "suggestion"))
    found = similar.similar_to(words)
    return pages.page("proposals/_similar.html", alike=found, voted=queries.voted_by(me(), [p.id for p in found]))


def _new_page(form: ProposalForm, status: int = 200):
    found = similar.similar_to(f"{form.problem.data or ''} {form.suggestion.data or ''}") if form.problem.data else []
    return pages.page(
        "proposals/new.html", status=status, form=form, tickets=_evidence(), survey=_answer(), alike=found, page_name=_("Propose an improvement"),
        voted=queries.voted_by(me(), [p.id for p in found]), has_errors=form.has_errors,
    )


def _evidence() -> list:
    """The tickets that the address names and this person may see."""
    ids = [int(i) for i in request.values.getlist("ticket")[:20] if i.isascii() and i.isdecimal() and len(i) < 12]
    return [tickets.find_for(me(), i) for i in ids]


def _answer() -> Survey | None:
    """The survey answer that the address names, if this person may read it."""
    return surveys.find_for(me(), request.values["survey"]) if "survey" in request.values else None


@bp.get("/proposals/<int:proposal_id>")
@access.needs(rules.SEE)
def show(proposal_id: int):
    proposal = queries.read_for(me(), proposal_id)
    if request.args.get("step") not in showing.ASKING:
        return pages.page("proposals/show.html", **showing.page_facts(proposal, me()))
    return pages.page("proposals/show.html", **showing.page_facts(proposal, me(), step=request.args["step"]))


@bp.get("/proposals/<int:proposal_id>/files/<int:file_id>")
@access.needs(rules.SEE)
def photo(proposal_id: int, file_id: int):
    proposal = queries.find_for(me(), proposal_id)
    file = db.session.get(StoredFile, file_id)
    if file is None or (file.subject_type, file.subject_id) != (Proposal.__tablename__, proposal.id):
        raise NotFound()
    return files.send(file, thumb="thumb" in request.args)


@bp.route("/proposals/<int:proposal_id>/edit", methods=["GET", "POST"])
@access.needs(rules.SEE)
def edit(proposal_id: int):
    proposal = queries.find_for(me(), proposal_id, lock=pages.is_post())
    showing.check(proposal, "edit", me())
    form = WordsForm.of_request()
    if not pages.is_post():
        showing.fill(form, proposal)
    elif form.validate():
        actions.edit(proposal, by=me(), **form.words())
        pages.say(_("Saved. What stood there before is kept in the record."))
        return pages.back("proposals.show", proposal_id=proposal.id)
    return pages.page(
        "proposals/edit.html", status=422 if pages.is_post() else 200, form=form, proposal=proposal, has_errors=form.has_errors,
        page_name=_("Change %(number)s", number=proposal.number), is_reviewer=Role.SUPERVISOR in me().roles,
    )


from portal.proposals import judging_views, listing_views, standing_views, step_views  # noqa: E402,F401 - the buttons' addresses
