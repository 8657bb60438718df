"""/s/<token>: one tap is the answer; everything after it is optional. Looking at it stores nothing."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from portal.core import access, options
from portal.core.access import customer_actor
from portal.core.errors import Refused
from portal.core.pages import back, page
from portal.public import bp, progress, queries
from portal.public.forms import SurveyForm
from portal.public.guards import counted, unlisted
from portal.surveys import actions, words
from portal.surveys.models import Survey
from portal.surveys.options import LOW
from portal.surveys.queries import correctable
from portal.tickets import tracking
from portal.tickets.models import Status
from portal.visits import queries as visits
from portal.visits.models import FINISHED


@bp.route("/s/<token>")
@access.public
@unlisted
def survey(token: str):
    return _shown(queries.survey_of(token), token)


def _shown(row: Survey, token: str, form: SurveyForm | None = None, status: int = 200):
    form = form or SurveyForm(data=_answers(row))
    if row.overall:
        form.tags.choices = list({**words.tags_for(row.overall), **{t: words.TAGS[t] for t in row.tags}}.items())
    visit = next((one for one in visits.of_ticket(row.ticket) if one.status in FINISHED), None)
    return page(
        "public/survey.html", status=status, survey=row, token=token, form=form, scores=words.SCORES, details=words.DETAILS,
        correctable=correctable(row), visit=visit, title_of=progress.technician_title, joined=progress.joined, has_errors=form.has_errors,
    )


def _answers(row: Survey) -> dict:
    scores = {n: str(getattr(row, n)) if getattr(row, n) else None for n in words.DETAILS}
    solved = None if row.solved is None else ("yes" if row.solved else "no")
    return {**scores, "solved": solved, "tags": row.tags or [], "words": row.words}


def _actor(row: Survey):
    return customer_actor(row.ticket.contact_name or _("Customer"))


def _score() -> int:
    text = request.form.get("score", "")
    if text not in ("1", "2", "3", "4", "5"):
        raise Refused(_("Choose one of the five answers."))
    return int(text)


@bp.route("/s/<token>", methods=["POST"])
@access.public
@unlisted
@counted
def rate(token: str):
    """The first tap. A second one from an old page changes nothing."""
    row = queries.survey_of(token)
    actions.answer(row, {"overall": _score()}, by=_actor(row))
    return back("public.survey", token=token)


@bp.route("/s/<token>/correct", methods=["POST"])
@access.public
@unlisted
@counted
def correct_rating(token: str):
    row = queries.survey_of(token)
    actions.correct(row, {"overall": _score()}, by=_actor(row))
    return back("public.survey", token=token)


@bp.route("/s/<token>/more", methods=["POST"])
@access.public
@unlisted
@counted
def rate_more(token: str):
    row = queries.survey_of(token)
    form = SurveyForm.of_request()
    if not form.validate():
        return _shown(row, token, form, 422)
    actions.correct(row, form.made(), by=_actor(row))
    return back("public.thanks", token=token)


@bp.route("/s/<token>/thanks")
@access.public
@unlisted
def thanks(token: str):
    row = queries.survey_of(token)
    if row.answered_at is None:
        return back("public.survey", token=token)
    link = tracking.link_of(row.ticket)  # every ticket has one from its intake on
    return page("public/thanks.html", survey=row, ticket=row.ticket, link=link.token, over=row.ticket.status in (Status.RESOLVED, Status.CLOSED), low=row.overall <= options.value(LOW))
