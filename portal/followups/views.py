from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from portal.core import access, idempotency
from portal.core.errors import Refused
from portal.core.forms import new_key
from portal.core.pages import back, page, say
from portal.core.paging import page_of
from portal.customers import actions as customers
from portal.followups import actions, bp, queries
from portal.followups.forms import AttemptForm
from portal.followups.models import PENDING, FollowUp, FollowUpState
from portal.tickets import queries as tickets

VIEWS = ("mine", "due", "done")


@bp.route("/")
@access.needs("followups.list")
def index():
    view = request.args.get("view") if request.args.get("view") in VIEWS else "due"
    column = FollowUp.ended_at if view == "done" else FollowUp.due_at
    rows = page_of(queries.listed(access.me(), view), [(column, view == "done"), (FollowUp.id, True)], lambda row: (getattr(row[0], column.key), row[0].id))
    return page("followups/index.html", rows=rows, view=view, views=_views(view))


def _views(view: str) -> list[dict]:
    words = {"mine": _("Mine"), "due": _("All due"), "done": _("Calls done")}
    return [{"label": word, "href": url_for("followups.index", view=name), "current": view == name} for name, word in words.items()]


@bp.route("/<int:follow_up_id>")
@access.needs("followups.list")
def show(follow_up_id: int):
    return _shown(queries.find_for(access.me(), follow_up_id), AttemptForm.of_request())


def _shown(follow_up: FollowUp, form: AttemptForm, status: int = 200, number: str = ""):
    return page(
        "followups/show.html", status=status, follow_up=follow_up, ticket=follow_up.ticket, form=form, has_errors=form.has_errors,
        names=queries.names_of([follow_up]), pending=follow_up.state in PENDING, number=number,
    )


@bp.route("/<int:follow_up_id>/reveal", methods=["POST"])
@access.needs("customers.reveal")
def reveal(follow_up_id: int):
    """Shows the number on this one answer; recorded and limited."""
    follow_up = queries.find_for(access.me(), follow_up_id)
    ticket = follow_up.ticket
    number = customers.reveal(ticket.customer, f"phone:{ticket.phone_id}", by=access.me(), ticket=ticket)
    form = AttemptForm()
    form.key.data = new_key()
    return _shown(follow_up, form, number=number)


@bp.route("/<int:follow_up_id>/attempt", methods=["POST"])
@access.needs("followups.call")
@idempotency.once
def attempt(follow_up_id: int):
    follow_up = queries.find_for(access.me(), follow_up_id, lock=True)
    form = AttemptForm.of_request()
    if not form.validate():
        return _shown(follow_up, form, 422)
    try:
        actions.attempt(follow_up, **form.made(), by=access.me())
    except Refused as refusal:
        if refusal.status != 422:
            raise
        form.refuse("satisfied" if form.satisfied.data is None else "words", refusal.sentence)
        return _shown(follow_up, form, 422)
    say(_said(follow_up))
    return back("followups.index")


def _said(follow_up: FollowUp) -> str:
    number = follow_up.ticket.number
    if follow_up.state is FollowUpState.NOT_SATISFIED:
        return _("%(number)s is open again.", number=number)
    if follow_up.state is FollowUpState.ATTEMPTED:
        return _("%(number)s comes up again later.", number=number)
    return _("The follow-up of %(number)s is done.", number=number)


@bp.route("/<int:follow_up_id>/take", methods=["POST"])
@access.needs("followups.call")
def take(follow_up_id: int):
    actions.take(queries.find_for(access.me(), follow_up_id, lock=True), by=access.me())
    return back("followups.show", follow_up_id=follow_up_id)


@bp.route("/of-ticket/<int:ticket_id>")
@access.needs("followups.list")
def of_ticket(ticket_id: int):
    ticket = tickets.find_for(access.me(), ticket_id)
    follow_ups = queries.of_ticket(ticket)
    return page("followups/of_ticket.html", blocks=("follow_up_panel",), ticket=ticket, follow_ups=follow_ups, names=queries.names_of(follow_ups), PENDING=PENDING)
