"""Call-backs and handing over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _

from portal.accounts import queries as accounts
from portal.core import activity, idempotency, limits, pages
from portal.core.access import me, needs
from portal.core.activity import Audience
from portal.core.errors import NotFound, Refused, TooMany
from portal.core.paging import page_of
from portal.customers import phones
from portal.customers import queries as customers
from portal.desk import actions, bp, passing, queries, rules
from portal.desk.forms import CallForm, HandoverForm
from portal.desk.models import CallBack
from portal.tickets import queries as tickets


@bp.get("/calls/")
@needs(rules.CALL)
def calls():
    view = "done" if request.args.get("view") == "done" else "due"
    return _calls(view)


def _calls(view: str, shown: tuple[int, str] | None = None):
    late = view == "done"
    rows = page_of(queries.calls(view), [(CallBack.at, late), (CallBack.id, late)], lambda r: (r[0].at, r[0].id))
    tabs = [{"label": word, "href": url_for("desk.calls", view=name), "current": name == view} for name, word in (("due", _("To be called")), ("done", _("Those that are over")))]
    return pages.page("desk/calls.html", rows=rows, tabs_of_views=tabs, view=view, shown=shown, page_name=_("Call-backs"))


@bp.route("/calls/new", methods=["GET", "POST"])
@needs(rules.CALL)
@idempotency.once
def new_call():
    """`ticket`: the call is about it; number and name are its customer's."""
    form, ticket = CallForm.of_request(), _about()
    if ticket is not None and not pages.is_post():
        form.name.data = ticket.caller_name
    if ticket is not None and ticket.phone is not None and not (form.phone.data or "").strip():
        form.phone.raw_data, form.phone.data = [ticket.phone.e164], ticket.phone.e164
    if pages.is_post() and form.validate():
        known = ticket.customer if ticket else next(iter(customers.by_phone(form.phone.data, 1)), None)
        actions.add_call(form.number, form.moment(), by=me(), name=form.name.data or "", words=form.words.data or "", missed=form.missed.data, customer=known, ticket=ticket)
        pages.say(_("The call stands in the list."))
        return pages.back("tickets.show", ticket_id=ticket.id) if ticket else pages.back("desk.calls")
    if ticket is not None and not pages.is_post():
        form.phone.data = ""
    return pages.page("desk/new_call.html", status=422 if pages.is_post() else 200, form=form, ticket=ticket, has_errors=form.has_errors, page_name=_("Note a call-back"))


def _about() -> Any:
    wanted = request.args.get("ticket", "")
    return tickets.find_for(me(), int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None


@bp.post("/calls/<int:call_id>/<any(reached,not_reached,drop):outcome>")
@needs(rules.CALL)
def called(call_id: int, outcome: str):
    actions.called(queries.find_call(call_id, lock=True), outcome, by=me())
    pages.say({"reached": _("The call is done."), "not_reached": _("It comes up again in half an hour."), "drop": _("The call is off the list.")}[outcome])
    return pages.back("desk.calls")


@bp.post("/calls/<int:call_id>/number")
@needs(rules.CALL)
def number(call_id: int):
    """The whole number on this one answer; counted and recorded like every reveal."""
    call = queries.find_call(call_id)
    if limits.count("reveal", str(me().id), timedelta(hours=1)) >= current_app.config["REVEALS"]:
        raise TooMany(_("That is more personal data than one person may reveal in an hour. Wait, or ask your supervisor."))
    limits.hit("reveal", str(me().id))
    activity.record("customer.revealed", call.customer or call, by=me(), audience=Audience.AUDIT, what="phone")
    return _calls("due", (call.id, phones.spaced(call.number)))


@bp.get("/handover/")
@needs(rules.HAND_OVER)
def handovers():
    return pages.page("desk/handovers.html", handovers=queries.handovers(me()), page_name=_("Handover"))


@bp.route("/handover/new", methods=["GET", "POST"])
@needs(rules.HAND_OVER)
@idempotency.once
def hand_over():
    """`from_id`: a person; what they have open is counted before anything moves."""
    form = HandoverForm.of_request().offer(queries.desk_people(me()))
    if not pages.is_post() and request.args.get("from_id", "").isdigit():
        form.from_id.data = int(request.args["from_id"][:9])
    if pages.is_post() and form.validate():
        person, to = accounts.find_person(form.from_id.data), accounts.find_person(form.to_id.data) if form.to_id.data else None
        try:
            made = actions.hand_over(person, to, form.reason.data, by=me(), back=form.back.data)
            pages.say(_("%(count)s things of %(name)s are handed over.", count=len(made.moved), name=person.name))
            return pages.back("desk.handovers")
        except (NotFound, Refused) as refused:
            form.refuse("to_id", refused.sentence)
    person = accounts.find_person(form.from_id.data) if form.from_id.data else None
    counts = {kind: len(rows) for kind, rows in passing.open_work(person, me()).items()} if person and queries.oversees(me(), person) else None
    return pages.page("desk/hand_over.html", blocks=("counts",), status=422 if pages.is_post() else 200, form=form, counts=counts, has_errors=form.has_errors, page_name=_("Hand over an absent person's work"))


@bp.post("/handover/<int:handover_id>/back")
@needs(rules.HAND_OVER)
def bring_back(handover_id: int):
    count = actions.bring_back(queries.find_handover(me(), handover_id), by=me())
    pages.say(_("%(count)s things are back.", count=count))
    return pages.back("desk.handovers")
