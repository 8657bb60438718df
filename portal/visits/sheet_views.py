"""The sheet of a visit: to look at and print, as PDF, and sent to the customer once more."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.core import idempotency
from portal.core.access import me, needs
from portal.core.forms import new_key
from portal.core.pages import back, page, say
from portal.visits import bp, queries, rules, sheet


@bp.get("/<int:visit_id>/sheet")
@needs(rules.SHEET)
def show_sheet(visit_id: int):
    visit = queries.find_for(me(), visit_id)
    return page("visits/sheet.html", **sheet.facts_of(visit), code=sheet.progress_code(visit), can_pdf=sheet.can_pdf(), why=sheet.NoPdf.sentence, key=new_key())


@bp.get("/<int:visit_id>/sheet.pdf")
@needs(rules.SHEET)
def pdf_sheet(visit_id: int):
    visit = queries.find_for(me(), visit_id)
    answer = Response(sheet.pdf(visit), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{visit.ticket.number}-{visit.id}.pdf"'
    return answer


@bp.post("/<int:visit_id>/send_sheet")
@needs(rules.SHEET)
@idempotency.once
def send_sheet(visit_id: int):
    sheet.send_again(queries.find_for(me(), visit_id, lock=True), by=me())
    say(_("The customer gets the link once more"))
    return back("visits.show_sheet", visit_id=visit_id)
