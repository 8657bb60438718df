from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from portal.core import access, clock, pages, paging
from portal.core.access import me
from portal.core.errors import NotFound
from portal.core.i18n import time_of_day
from portal.figures import queries as figures
from portal.figures import showing
from portal.figures.registry import Figure, Unit
from portal.figures.shipped import FIGURES
from portal.reports import approvals, bp, periods, rules
from portal.reports import dashboard as board
from portal.reports.weak_links import weak_links
from portal.tickets.models import Ticket


@bp.get("/dashboard")
@access.needs(rules.SEE)
def dashboard():
    view = board.View.asked(me(), periods.asked(request.args), request.args)
    risks, overdue_count, overdue_url = board.risks(view)
    waiting, waiting_count = approvals.waiting_for(me())
    trend = request.args.get("trend") if request.args.get("trend") in board.CARDS else "resolution"
    return pages.page(
        "reports/dashboard.html", view=view, period=view.period, periods=periods.NAMES,
        cards=[board.card(view, name) for name in board.CARDS],
        weak=weak_links(view), risks=risks, overdue_count=overdue_count, overdue_url=overdue_url, approvals=waiting, approval_count=waiting_count, trend=trend,
        trends=board.trends(view, trend), figures=[FIGURES[name] for name in board.CARDS], limit=figures.target_of(trend),
        target=showing.target_words(FIGURES[trend]), until=time_of_day(clock.now()), page_name=_("Dashboard"),
    )


@bp.get("/dashboard/figures/<name>")
@access.needs(rules.SEE)
def figure(name: str):
    """One figure: what it counts, and the cases one by one."""
    if name not in FIGURES:
        raise NotFound()
    chosen, view = FIGURES[name], board.View.asked(me(), periods.asked(request.args), request.args)
    moment = chosen.cases().moment
    rows = paging.page_of(figures.rows_behind(name, view.scope), [(moment, True), (Ticket.id, True)], lambda row: (row.moment, row[0].id))
    measured = figures.measure(name, view.scope)
    return pages.page(
        "reports/figure.html", figure=chosen, view=view, rows=rows, period=view.period, value=showing.said(chosen, measured.value),
        verdict=showing.verdict(chosen, measured.value), target=showing.target_words(chosen), sample=showing.sample_words(measured),
        counts=lambda row: _counts(chosen, row), page_name=str(chosen.words), others=list(FIGURES.values()),
    )


def _counts(chosen: Figure, row) -> tuple[str, bool]:
    """What this case adds, in words, and whether it speaks for the figure."""
    if chosen.unit == Unit.MINUTES:
        return showing.said(chosen, row.counts / 60), figures.reaches(chosen.name, row.counts / 60) is not False
    return (_("counts") if row.counts else _("does not count")), bool(row.counts) == (chosen.better == "up")
