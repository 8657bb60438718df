"""My proposals and what became of them, the month's boards, the certificate, funnel and exports, publishing."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.core import access, clock, pages, paging
from portal.core.access import Role, me
from portal.core.errors import NotFound
from portal.core.i18n import language
from portal.proposals import actions, bp, cards, chart, exporting, funnel, listing, points, queries, rules
from portal.proposals.buttons import held, pressed
from portal.proposals.forms import PublicWordsForm
from portal.proposals.models import AGREED, WAITING, Proposal

KINDS = {"csv": ("text/csv; charset=utf-8", exporting.as_csv),
         "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", exporting.as_xlsx)}


@bp.get("/proposals/mine")
@access.needs(rules.SEE)
def mine():
    query = listing.with_names(queries.visible_to(me()).where(Proposal.author_id == me().id))
    order = [(Proposal.created_at, True), (Proposal.id, True)]
    rows = paging.page_of(query, order, lambda row: (row[0].created_at, row[0].id))
    return pages.page(
        "proposals/mine.html", rows=rows, numbers=queries.numbers_of(me()), points=points.of_person(me(), funnel.since_new_year()),
        points_on=points.are_on(), agreed=AGREED, still_open=WAITING, page_name=_("My proposals"),
    )


@bp.get("/proposals/boards")
@access.needs(rules.SEE)
def boards():
    """Who and which team gave most this month."""
    if not points.are_on():
        raise NotFound()
    month = _month(request.args.get("month", ""))
    return pages.page(
        "proposals/boards.html", month=month, people=points.people_of(month, me()), teams=points.teams_of(month, me()), page_name=_("Boards"),
        before=_earlier(month), after=_later(month) if _later(month) <= clock.today() else None,
    )


def _month(text: str) -> date:
    try:
        found = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        found = clock.today().replace(day=1)
    return found if 2000 <= found.year < 2100 else clock.today().replace(day=1)


def _earlier(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _later(month: date) -> date:
    return date(month.year + (month.month == 12), month.month % 12 + 1, 1)


@bp.get("/proposals/<int:proposal_id>/certificate")
@access.needs(rules.SEE)
def certificate(proposal_id: int):
    """For the author, or printed by a supervisor; only what was adopted."""
    proposal = queries.find_for(me(), proposal_id)
    may_print = rules.is_own(me(), proposal) or (Role.SUPERVISOR in me().roles and rules.knows_author(me(), proposal))
    if not may_print or proposal.status not in AGREED:
        raise NotFound()
    return pages.page("proposals/certificate.html", proposal=proposal, page_name=_("Certificate"))


@bp.get("/proposals/figures")
@access.needs(rules.FIGURES)
def figures():
    asked, is_strip = funnel.this_year(request.args), request.args.get("block") == "strip"
    found = cards.while_unchanged(asked.kept(me(), "strip" if is_strip else "figures", language()), lambda: (_strip if is_strip else _figures)(asked))
    if is_strip:
        return pages.page("proposals/_strip.html", asked=asked, **found)
    return pages.page("proposals/figures.html", asked=asked, years=listing.years(), page_name=_("Proposals in figures"), **found)


def _strip(asked: listing.Asked) -> dict[str, Any]:
    rows = funnel.steps(asked, me())
    return {"steps": rows, "answer": funnel.answer_time(asked, me()), "participation": funnel.participation(asked, me()), "goals": funnel.goals(rows)}


def _figures(asked: listing.Asked) -> dict[str, Any]:
    rows, months = funnel.steps(asked, me()), funnel.months(asked, me())
    return {
        "steps": rows, "places": funnel.where_they_are(asked, me()), "goals": funnel.goals(rows), "months": months, "chart": chart.bars(months),
        "groups": [(words, one, funnel.groups(asked, me(), name)) for name, (words, one, _c, _m) in funnel.GROUPS.items()],
        "participation": funnel.participation(asked, me()),
    }


@bp.post("/proposals/export/<any(csv,xlsx):kind>")
@access.needs(rules.EXPORT)
def export(kind: str):
    mimetype, write = KINDS[kind]
    content = write(exporting.table(listing.Asked.by(request.args), by=me(), kind=kind))
    name = f"proposals-{clock.today().isoformat()}.{kind}"
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.post("/proposals/<int:proposal_id>/<any(publish,hide):verb>")
@access.needs(rules.PUBLISH)
def publish(proposal_id: int, verb: str):
    proposal = held(proposal_id, rules.PUBLISH)
    if verb == "publish":
        return pressed(proposal, "public", PublicWordsForm.of_request(), lambda p, form: actions.publish(p, form.words.data, by=me()))
    actions.hide(proposal, by=me())
    return pages.back("proposals.show", proposal_id=proposal.id)
