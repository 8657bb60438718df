"""The desk's pages: the visits of a day, plan, move, cancel, the panel of a ticket."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import queries as accounts
from portal.core import clock, idempotency, paging
from portal.core.access import Role, me, needs
from portal.core.activity import Activity
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.pages import back, here, page, say
from portal.tickets import queries as tickets
from portal.visits import actions, board_views, bp, candidates, messages, planning, queries, rules, series, telling  # noqa: F401 - telling names the verbs, board_views has addresses
from portal.visits.booking import BadWindow
from portal.visits.candidates import Candidate, Job
from portal.visits.forms import CancelForm, PlanForm, RepeatForm, plan_preset
from portal.visits.models import Visit, VisitStatus

LARGEST_ID = 2**63 - 1


@bp.get("/")
@needs(rules.LIST)
def index():
    """The visits of one day, by time."""
    day, status = _day_asked(), _status_asked()
    people = accounts.people_with(Role.TECHNICIAN)
    chosen = next((p for p in people if str(p.id) == request.args.get("technician")), None)
    query = queries.on_day(me(), day, chosen.id if chosen else None, status)
    rows = paging.page_of(query, [(Visit.starts_at, False), (Visit.id, False)], lambda row: (row[0].starts_at, row[0].id))
    return page(
        "visits/index.html", day=day, today=clock.today(), visits=[row[0] for row in rows.rows], rows=rows, chosen=chosen, state=status,
        technicians=[_option("technician", p.id, p.name, p is chosen) for p in people],
        statuses=[_option("status", s.value, s.word, s is status) for s in VisitStatus], earlier=_day_link(day, -1), later=_day_link(day, 1),
    )


def _option(name: str, value: Any, label: str, current: bool) -> dict[str, Any]:
    return {"label": label, "href": here(**{name: value, "at": None}), "current": current}


def _day_asked() -> date:
    try:
        found = date.fromisoformat(request.args.get("day", ""))
        return found if 2000 <= found.year <= 9000 else clock.today()
    except ValueError:
        return clock.today()


def _status_asked() -> VisitStatus | None:
    return next((s for s in VisitStatus if s.value == request.args.get("status")), None)


def _day_link(day: date, days: int) -> str:
    return here(day=(day + timedelta(days=days)).isoformat(), at=None)


@bp.route("/new", methods=["GET", "POST"])
@needs(rules.PLAN)
@idempotency.once
def new():
    """Plan a visit for a ticket."""
    ticket = tickets.find_for(me(), _id_asked("ticket"), lock=request.method == "POST")
    form, people = _opened(ticket)
    if request.method == "POST" and form.validate():
        try:
            visit = actions.plan(
                ticket, _chosen(form.technician, people), form.starts_at, form.ends_at, by=me(), bring=form.bring.data,
                despite=form.despite.data or "", second=_chosen(form.second, people) if form.second.data else None,
            )
            say(_("Dispatched to %(name)s; technician and customer are told.", name=visit.technician.name))
            return back("tickets.show", ticket_id=ticket.id)
        except BadWindow as refusal:
            _refuse(form, refusal)
    return _plan_page(form, ticket, None, people)


@bp.route("/<int:visit_id>/move", methods=["GET", "POST"])
@needs(rules.PLAN)
@idempotency.once
def move(visit_id: int):
    """Another time or technician. A change made meanwhile is shown beside what was typed."""
    visit = queries.find_for(me(), visit_id, lock=request.method == "POST")
    form = PlanForm.asked_again(**(plan_preset(visit) | planning.asked_for(visit)))
    people = _offer(form, visit.ticket, visit)
    stale = request.method == "POST" and form.version.data != visit.version
    if request.method == "POST" and not stale and form.validate():
        try:
            actions.move(
                visit, _chosen(form.technician, people), form.starts_at, form.ends_at, by=me(), bring=form.bring.data,
                despite=form.despite.data or "", second=_chosen(form.second, people) if form.second.data else None,
            )
            say(_("The visit is moved; technician and customer are told."))
            return back("tickets.show", ticket_id=visit.ticket_id)
        except BadWindow as refusal:
            _refuse(form, refusal)
    return _plan_page(form, visit.ticket, visit, people, stale)


def _opened(ticket: Any) -> tuple[PlanForm, list[Candidate]]:
    """The form and whom it offers. Where neither the customer nor whoever plans has named a time, it opens at one at which somebody can come."""
    form = PlanForm.asked_again(**planning.proposal(ticket))
    people = _offer(form, ticket)
    if request.method == "POST" or ticket.preferred or candidates.recommended(people) or not {"day", "start"}.isdisjoint(request.args):
        return form, people
    slot = candidates.soonest(Job.of(ticket, planning.length_of(ticket)), form.day.data)
    if slot is None:
        return form, people
    form = PlanForm.asked_again(**planning.proposal(ticket) | planning.as_typed(slot.starts_at, slot.ends_at))
    return form, _offer(form, ticket)


def _offer(form: PlanForm, ticket: Any, visit: Visit | None = None) -> list[Candidate]:
    """Put everybody into the form, whoever fits best first; on a fresh form the best one is chosen."""
    window = form.window if form.window and form.ends_at > form.starts_at else None
    job = Job.of(ticket, window[1] - window[0] if window else planning.length_of(ticket), visit.id if visit else None)
    people = candidates.for_day(job, form.day.data or clock.today(), window)
    form.offer(people)
    best = candidates.recommended(people)
    if request.method == "GET" and form.technician.data is None and best:
        form.technician.data = best.person.id
    return people


def _chosen(field: Any, people: list[Candidate]) -> Any:
    for candidate in people:
        if candidate.person.id == field.data:
            return candidate.person
    raise BadWindow(field.name, _("Choose who comes."))


def _refuse(form: PlanForm, refusal: BadWindow) -> None:
    """Beside its field; what may be overruled asks for a reason as well."""
    form.refuse(refusal.field, refusal.sentence)
    if refusal.soft:
        form.refuse("despite", _("Only with a reason."))


def _plan_page(form: PlanForm, ticket: Any, visit: Visit | None, people: list, stale: bool = False):
    changed = db.session.get(Activity, visit.changed_id) if stale and visit else None
    if stale:
        form.version.raw_data, form.version.data = None, visit.version
    status = 409 if stale else 422 if form.has_errors else 200
    return page(
        "visits/plan.html", blocks=("technicians",), status=status, form=form, ticket=ticket, visit=visit, people=people,
        changed=changed, day=form.day.data or clock.today(), today=clock.today(), has_errors=status != 200,
        texts={str(c.person.id): c.words for c in people}, best=candidates.recommended(people),
    )


@bp.route("/<int:visit_id>/cancel", methods=["GET", "POST"])
@needs(rules.PLAN)
@idempotency.once
def cancel(visit_id: int):
    visit = queries.find_for(me(), visit_id, lock=request.method == "POST")
    form, later = CancelForm.of_request(), series.later_of(visit)
    if request.method == "POST" and form.validate():
        actions.cancel(visit, form.reason.data, by=me())
        if form.later.data:
            series.cancel_later(visit, form.reason.data, by=me())
        say(_("The visit is cancelled; technician and customer are told."))
        return back("tickets.show", ticket_id=visit.ticket_id)
    return page(
        "visits/cancel.html", status=422 if form.has_errors else 200, form=form, visit=visit, has_errors=form.has_errors, later=later,
        message=messages.words_for("cancelled", visit),
    )


@bp.route("/<int:visit_id>/repeat", methods=["GET", "POST"])
@needs(rules.PLAN)
@idempotency.once
def repeat(visit_id: int):
    """Make a planned visit come again."""
    visit = queries.find_for(me(), visit_id, lock=request.method == "POST")
    form = RepeatForm.of_request()
    if request.method == "POST" and form.validate():
        made = series.repeat(visit, form.weeks.data, form.times.data, by=me())
        left = sum(v.technician_id is None for v in made)
        say(_("Planned; technician and customer are told.") if not left else ngettext("%(num)d of them has to be planned by hand.", "%(num)d of them have to be planned by hand.", left))
        return back("tickets.show", ticket_id=visit.ticket_id)
    return page("visits/repeat.html", status=422 if form.has_errors else 200, form=form, visit=visit, has_errors=form.has_errors)


@bp.get("/of-ticket/<int:ticket_id>")
@needs(rules.VIEW)
def of_ticket(ticket_id: int):
    """The visits of one ticket: a panel of the ticket page, and a page of its own."""
    ticket = tickets.find_for(me(), ticket_id)
    visits = [v for v in queries.of_ticket(ticket) if _may_see(v)]
    return page("visits/of_ticket.html", blocks=("visits_panel",), ticket=ticket, visits=visits)


def _may_see(visit: Visit) -> bool:
    return rules.is_along(me(), visit) or bool(me().roles & {Role.AGENT, Role.SUPERVISOR, Role.ANALYST})


def _id_asked(name: str) -> int:
    """An id from the address or the form. Raises NotFound for anything else."""
    text = request.values.get(name, "")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= LARGEST_ID):
        raise NotFound()
    return int(text)
