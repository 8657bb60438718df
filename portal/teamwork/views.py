"""What stands around a ticket: one panel with its small forms."""

from __future__ import annotations

from typing import Any, Callable

from flask import redirect, request, url_for
from flask_babel import gettext as _

from portal.catalogue.models import Category
from portal.core import forms, idempotency, pages
from portal.core.access import may, me, needs
from portal.core.db import db
from portal.core.errors import Conflict, Forbidden, NotFound, Refused
from portal.teamwork import actions, bp, queries, rules
from portal.teamwork.forms import SplitForm, later
from portal.tickets import queries as tickets
from portal.tickets import rules as ticket_rules
from portal.tickets.models import Ticket


@bp.get("/tickets/<int:ticket_id>/around")
@needs(ticket_rules.VIEW)
def around(ticket_id: int):
    ticket, person = tickets.find_for(me(), ticket_id), me()
    return pages.page(
        "teamwork/around.html", blocks=("panel",), ticket=ticket, tags=queries.tags_of(ticket), known=queries.all_tags() if may(person, rules.TAG) else [],
        tasks=queries.tasks_of(ticket), linked=queries.linked(ticket, person), watching=queries.watch_of(ticket, person) is not None,
        followers=queries.watchers(ticket.id), reminders=queries.reminders_of(person, ticket) if may(person, rules.REMIND) else [],
        page_name=_("Around %(number)s", number=ticket.number),
    )


def _act(ticket_id: int, act: Callable[[Ticket], Any]):
    """Do it; a refusal is said in a toast. Back to the ticket, or to the panel that asked."""
    ticket = tickets.find_for(me(), ticket_id, lock=True)
    try:
        act(ticket)
    except (Conflict, Forbidden, NotFound):
        raise
    except Refused as refused:
        pages.say(refused.sentence, "danger")
    wanted = request.args.get("back", "")
    return redirect(wanted if pages.is_own_path(wanted) else url_for("tickets.show", ticket_id=ticket_id), 303)


@bp.post("/tickets/<int:ticket_id>/tags")
@needs(rules.TAG)
def tag(ticket_id: int):
    """`add`: words parted by commas or blanks; `remove`: one tag."""
    def act(ticket: Ticket) -> None:
        for name in forms.tidy(request.form.get("add", "")).replace("，", ",").replace("、", ",").split(",")[:10]:
            if name.strip():
                actions.tag(ticket, name, by=me())
        if request.form.get("remove"):
            actions.untag(ticket, request.form["remove"], by=me())
    return _act(ticket_id, act)


@bp.post("/tickets/<int:ticket_id>/links")
@needs(rules.TAG)
def link(ticket_id: int):
    """`number`: the other ticket."""
    def act(ticket: Ticket) -> None:
        try:
            other = tickets.find_by_number(me(), forms.tidy(request.form.get("number", ""))[:20])
        except NotFound:
            raise Refused(_("There is no such ticket. Check the number.")) from None
        actions.link(ticket, other, by=me())
    return _act(ticket_id, act)


@bp.post("/tickets/<int:ticket_id>/links/<int:link_id>/remove")
@needs(rules.TAG)
def unlink(ticket_id: int, link_id: int):
    return _act(ticket_id, lambda ticket: actions.unlink(ticket, queries.find_link(ticket, link_id), by=me()))


@bp.post("/tickets/<int:ticket_id>/<any(watch,unwatch):verb>")
@needs(rules.WATCH)
def watch(ticket_id: int, verb: str):
    return _act(ticket_id, lambda ticket: (actions.watch if verb == "watch" else actions.unwatch)(ticket, by=me()))


@bp.post("/tickets/<int:ticket_id>/remind")
@needs(rules.REMIND)
def snooze(ticket_id: int):
    """`when`: one of the quick choices."""
    def act(ticket: Ticket) -> None:
        moment = later(request.form.get("when", ""))
        if moment is None:
            raise Refused(_("Choose a moment."))
        actions.remind(moment, by=me(), ticket=ticket, words=forms.tidy(request.form.get("words", "")))
    return _act(ticket_id, act)


@bp.route("/tickets/<int:ticket_id>/split", methods=["GET", "POST"])
@needs(rules.TAG)
@idempotency.once
def split(ticket_id: int):
    ticket = tickets.find_for(me(), ticket_id, lock=pages.is_post())
    form = SplitForm.of_request()
    if pages.is_post() and form.validate():
        category = db.session.get(Category, form.category_id.data) if form.category_id.data else None
        made = actions.split(ticket, form.words.data, by=me(), category=category)
        pages.say(_("%(number)s is split off.", number=made.number))
        return pages.back("tickets.show", ticket_id=made.id)
    return pages.page("teamwork/ask.html", status=422 if pages.is_post() else 200, form=form, ticket=ticket, word=_("Split off"),
                      lead=_("Same customer and home, clocks of its own, linked with this one."), has_errors=form.has_errors,
                      page_name=_("Split %(number)s", number=ticket.number))


@bp.get("/tickets/<int:ticket_id>/colleagues")
@needs(ticket_rules.NOTE)
def colleagues(ticket_id: int):
    """Who can be named in a note: whoever may see the ticket."""
    ticket = tickets.find_for(me(), ticket_id)
    people = [p for p in queries.who_may_be_named(ticket) if p.id != me().id]
    return pages.page("teamwork/colleagues.html", blocks=("panel",), people=people, ticket=ticket, page_name=_("Name a colleague"))


from portal.teamwork import task_views  # noqa: E402,F401
