"""/t/<token>/sheet/<visit>: what was done at a visit, to look at, to print and to keep as PDF; open as long as the customer's link."""

from __future__ import annotations

from flask import Response

from portal.core import access
from portal.core.pages import page
from portal.public import bp, queries
from portal.public.guards import unlisted
from portal.visits import sheet
from portal.visits.models import Visit


@bp.route("/t/<token>/sheet/<int:visit_id>")
@access.public
@unlisted
def visit_sheet(token: str, visit_id: int):
    visit = _finished(token, visit_id)
    return page("public/sheet.html", **sheet.facts_of(visit), token=token, code=sheet.progress_code(visit), can_pdf=sheet.can_pdf(), why=sheet.NoPdf.sentence)


@bp.route("/t/<token>/sheet/<int:visit_id>.pdf")
@access.public
@unlisted
def visit_sheet_pdf(token: str, visit_id: int):
    visit = _finished(token, visit_id)
    answer = Response(sheet.kept_pdf(visit), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{visit.ticket.number}-{visit.id}.pdf"'
    return answer


def _finished(token: str, visit_id: int) -> Visit:
    """Raises Gone, also for a visit that is not over or belongs to another request."""
    ticket, _link = queries.ticket_behind(token)
    return queries.finished_visit(ticket, visit_id)
