from __future__ import annotations

from portal.core import access, options
from portal.core.pages import page
from portal.core.paging import page_of
from portal.surveys import bp, queries, words
from portal.surveys.forms import SurveyFilter
from portal.surveys.models import Survey
from portal.surveys.options import LOW
from portal.tickets import queries as tickets


@bp.route("/")
@access.needs("surveys.list")
def index():
    form = SurveyFilter.of_address(access.me())
    query = queries.listed(access.me(), form.score.data or "", form.team_id())
    rows = page_of(query, [(Survey.answered_at, True), (Survey.id, True)], lambda row: (row[0].answered_at, row[0].id))
    return page("surveys/index.html", form=form, rows=rows, low=options.value(LOW), words=words)


@bp.route("/of-ticket/<int:ticket_id>")
@access.needs("surveys.view")
def of_ticket(ticket_id: int):
    ticket = tickets.find_for(access.me(), ticket_id)
    answers = queries.of_ticket(access.me(), ticket_id)
    return page("surveys/of_ticket.html", blocks=("survey_panel",), ticket=ticket, answers=answers, low=options.value(LOW), words=words)
