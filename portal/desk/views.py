from __future__ import annotations

from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from portal.accounts import queries as accounts
from portal.core import idempotency, pages
from portal.core.access import me, needs
from portal.core.errors import Conflict, Forbidden, NotFound, Refused
from portal.desk import actions, arranging, bp, queries, rules, suggesting
from portal.desk.forms import LookForm, ViewForm
from portal.desk.models import Density
from portal.tickets import neighbours, showing
from portal.tickets import queries as tickets


@bp.get("/views/")
@needs(rules.VIEWS)
def views():
    return pages.page("desk/views.html", views=queries.views_of(me()), page_name=_("Saved views"))


@bp.route("/views/new", methods=["GET", "POST"])
@needs(rules.VIEWS)
@idempotency.once
def save():
    """The values of the address are the list."""
    form, person = ViewForm.of_request(), me()
    form.team_id.choices = [("", _("Only me")), *((t.id, _("The team %(name)s", name=t.word)) for t in accounts.teams_by_id(person.team_ids))]
    query = urlencode(neighbours.around(request.args) or {"view": "all"})
    if pages.is_post() and form.validate():
        team = next((t for t in accounts.teams_by_id(person.team_ids) if t.id == form.team_id.data), None)
        actions.save_view(form.name.data, query, by=person, team=team)
        pages.say(_("The view stands in the menu now."))
        return pages.back("tickets.index", **neighbours.around(request.args))
    return pages.page("desk/save.html", status=422 if pages.is_post() else 200, form=form, query=query, has_errors=form.has_errors, page_name=_("Save this view"))


@bp.post("/views/<int:view_id>/drop")
@needs(rules.VIEWS)
def drop_view(view_id: int):
    actions.drop_view(queries.find_view(me(), view_id), by=me())
    return pages.back("desk.views")


@bp.route("/look", methods=["GET", "POST"])
@needs(rules.VIEWS)
def look():
    """Columns and density of the queue, per person."""
    form, row = LookForm.of_request(), queries.look_of(me())
    if pages.is_post() and form.validate():
        hidden = [name for name in arranging.COLUMNS if name not in (form.shown.data or [])]
        actions.arrange(Density(form.density.data), hidden, by=me())
        pages.say(_("Saved."))
        return pages.back("tickets.index")
    if not pages.is_post():
        form.density.data = (row.density if row else Density.CALM).value
        form.shown.data = [name for name in arranging.COLUMNS if row is None or name not in row.hidden.split()]
    return pages.page("desk/look.html", status=422 if pages.is_post() else 200, form=form, has_errors=form.has_errors, page_name=_("Columns and density"))


@bp.get("/next")
@needs(rules.CLAIM)
def next_one():
    """What comes next, and why it and no other."""
    ticket = queries.next_for(me())
    return pages.page("desk/next.html", ticket=ticket, shape=showing.shape_of(ticket) if ticket else None, clocks=showing.clocks_of(ticket, detail=True) if ticket else [],
                      own=ticket is not None and ticket.team_id in me().team_ids, page_name=_("Next ticket"))


@bp.post("/next")
@needs(rules.CLAIM)
def claim_next():
    ticket = actions.claim_next(by=me())
    if ticket is None:
        return pages.back("desk.next_one")
    pages.say(_("%(number)s is yours now.", number=ticket.number))
    return pages.back("tickets.show", ticket_id=ticket.id)


@bp.get("/suggest/<int:ticket_id>")
@needs(rules.SUGGEST)
def suggest(ticket_id: int):
    """Who should have it, with the reasons: a panel of the assign page, or a page."""
    ticket = tickets.find_for(me(), ticket_id)
    return pages.page("desk/suggest.html", blocks=("panel",), ticket=ticket, choices=suggesting.for_ticket(ticket)[:8], page_name=_("Who should have %(number)s?", number=ticket.number))


@bp.post("/suggest/<int:ticket_id>")
@needs(rules.SUGGEST)
def assign_best(ticket_id: int):
    found = actions.assign_best(tickets.find_for(me(), ticket_id, lock=True), by=me())
    if found is None:
        pages.say(_("Nobody is here to take it. It stays unassigned, and the supervisor is told."), "warn")
    else:
        pages.say(_("%(name)s follows it up now.", name=found.name))
    return pages.back("tickets.show", ticket_id=ticket_id)


def refused_in(form, field: str, act) -> bool:
    """Do it; a refusal becomes the sentence beside the field. True when it is done."""
    try:
        act()
    except (Conflict, Forbidden, NotFound):
        raise
    except Refused as refused:
        form.refuse(field, refused.sentence)
        return False
    return True


from portal.desk import passing_views, similar_views  # noqa: E402,F401
