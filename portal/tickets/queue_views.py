"""Addresses of the queue: the list and its live answer, preview, presence, claim, hand-over, search, the panel of a customer."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.core import access, clock, direct, forms, live, pages
from portal.core.access import me
from portal.core.activity import newest_at_start
from portal.core.errors import Conflict, NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language, time_of_day
from portal.tickets import actions, asking, bp, drafts, finding, looks, neighbours, newcomers, preview, presence, queries, queue, queue_drawing, queue_filters, queue_rows, reading, rules
from portal.tickets.models import Ticket
from portal.tickets.queue import Wish
from portal.tickets.queue_live import Shown, Tag, unless_idle


SEARCHES = "searches"  # where the recent ones are kept, among the person's drafts


def _list_ahead(person: Person) -> tuple:
    """Who is where for a live answer; nothing for a tag, of which is asked first how many tickets have it."""
    wish = Wish.of(request.args)
    if "block" in request.args:
        return (presence.asking(person),)
    return () if wish.tag else (queue_rows.listing(wish, person)[:2],)


@bp.get("/")
@unless_idle
@access.needs(rules.LIST)
@direct.asks(_list_ahead)
def index():
    wish, person = Wish.of(request.args), me()
    if request.args.get("block") == "live":
        return _live(wish, person)
    as_of = newest_at_start()
    page = queue_rows.page_for(wish, person)
    shown = Shown.of(page, wish, as_of, first="at" not in request.args)
    address = shown.address(wish)
    facts = _facts(wish, person, shown.groups_of(page.rows), shown, waiting=0)
    facts.update(  # what only the whole page shows
        live_url=address, tag=Tag.of(as_of, language(), address, person.id, presence.mark_in(queue_rows.present(page.rows), shown.ids, person.id)).text,
        **queue_filters.drawn(wish, facts["views"]),
        previous=page.previous, next=page.next, peek=preview.of(person, request.args.get("preview"), wish.address()),
        loaded_at=time_of_day(clock.now()), page_name=wish.view.word, look=looks.classes_for(person),
    )
    facts["list"].chosen = facts["peek"].ticket.id if facts["peek"] else None
    return pages.page("tickets/index.html", **facts)


def _live(wish: Wish, person: Person):
    """The rows shown as they are now, counts and the pill; 304 when all of it is still right. Never another row, never another order.

    Rows of whoever sees every ticket stay where they are: within one minute only those that changed since the last answer are sent.
    """
    shown = Shown.of_request(request.args)
    tag = Tag.of(newest_at_start(), language(), request.full_path, person.id, presence.mark_of(shown.ids, person))
    same = live.unchanged(tag.text)
    if same is not None:
        return same
    since = tag.shown_since(request.headers.get("HX-PTag", "")) if shown.ids and queries.sees_all(person) else None
    besides = newcomers.asking(wish, person, shown.ids, shown.as_of, shown.whole), *queue.asking(wish, person)
    found = queue_rows.rows_by_id(shown.ids, wish, person, shown.as_of, since, besides)
    waiting = newcomers.count(wish, person, shown.ids, shown.as_of, shown.whole)
    groups = shown.groups_from(found) if since is None else [(None, list(found.values()))]
    body = render_template("tickets/_live.html", whole=since is None, own_counts=looks.counts_for(person), **_facts(wish, person, groups, shown, waiting))
    return live.tagged(body, tag.text)


def _facts(wish: Wish, person: Person, groups: list, shown: Shown, waiting: int) -> dict[str, Any]:
    counts = queue.group_counts(wish, person)
    return {
        "wish": wish, "groups": groups, "counts": counts, "views": queue.view_counts(person), "View": queue.View, "waiting": waiting,
        "total": queue.total_of(counts), "pressing": counts[queue.Due.OVERDUE] + counts[queue.Due.TWO_HOURS],
        "count_text": queue.count_text, "list": _list(wish, person, shown), "hiding": lambda: queue_filters.hiding(wish),
    }


def _list(wish: Wish, person: Person, shown: Shown) -> SimpleNamespace:
    """What every row needs to know of the list it stands in."""
    listed = SimpleNamespace(
        base=url_for("tickets.index"), plain_query=urlencode(wish.address()), row_query=urlencode(wish.address(as_of=shown.as_of)),
        may_claim=access.may(person, rules.ACCEPT), may_reply=access.may(person, rules.REPLY), chosen=None,
    )
    listed.draw = queue_drawing.drawer(listed)
    return listed


@bp.get("/<int:ticket_id>/row")
@access.needs(rules.LIST)
def row(ticket_id: int):
    """One row of the list after an action on it, with the toast that tells of it."""
    wish, person = Wish.of(request.args), me()
    shown = Shown.of_request(request.args)
    found = queue_rows.rows_by_id([ticket_id], wish, person, shown.as_of)
    if not found:
        raise NotFound()
    return pages.page(
        "tickets/row.html", blocks=("row",), row=found[ticket_id], page_name=found[ticket_id].number,
        list=_list(wish, person, shown),
    )


@bp.get("/<int:ticket_id>/preview")
@access.needs(rules.VIEW)
def peek(ticket_id: int):
    shown = preview.of(me(), ticket_id, neighbours.around(request.args))
    if shown is None:
        raise NotFound()
    tag = live.tag(me().id, presence.mark_of([ticket_id], me()))
    same = live.unchanged(tag) if "block" in request.args else None
    return same or live.tagged(pages.page("tickets/preview.html", blocks=("preview",), peek=shown, page_name=shown.ticket.number), tag)


@bp.post("/<int:ticket_id>/presence")
@access.needs(rules.VIEW)
def beat(ticket_id: int):
    """A sign of life of somebody who looks at the ticket; what they see counts as read. No activity."""
    ticket = queries.find_for(me(), ticket_id)
    state = request.form.get("state", "watching")
    if state not in presence.STATES:
        raise Refused()
    presence.beat(ticket.id, me(), state)
    reading.mark(ticket, me())
    return "", 204


@bp.post("/<int:ticket_id>/claim")
@access.needs(rules.ACCEPT)
def claim(ticket_id: int):
    ticket = queries.find_for(me(), ticket_id, lock=True)
    try:
        actions.claim(ticket, by=me())
        pages.say(_("%(number)s is yours now.", number=ticket.number))
    except Conflict as taken:
        pages.say(taken.sentence, "danger")
    return _back(ticket)


@bp.post("/<int:ticket_id>/owner")
@access.needs(rules.ASSIGN)
def hand_over(ticket_id: int):
    """Assign from the queue. `owner`: a person's id, or nothing."""
    ticket = queries.find_for(me(), ticket_id, lock=True)
    wanted = request.form.get("owner", "")
    owner = accounts.find_person(int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else None
    if wanted and owner is None:
        raise NotFound()
    actions.assign(ticket, owner, by=me())
    pages.say(_("%(name)s follows up %(number)s now.", name=owner.name, number=ticket.number) if owner
              else _("%(number)s has no owner now.", number=ticket.number))
    return _back(ticket)


def _back(ticket: Ticket):
    """303 to where the person came from (own addresses only), else to the ticket. What one has just done is read."""
    reading.mark(ticket, me())
    wanted = request.args.get("back") or request.form.get("back", "")
    return redirect(wanted if pages.is_own_path(wanted) else url_for("tickets.show", ticket_id=ticket.id), 303)


@bp.get("/of-customer/<int:customer_id>")
@access.needs(rules.VIEW)
def of_customer(customer_id: int):
    """The customer's tickets that this person may see: a panel of the customer's page, open ones on top."""
    rows = queue_rows.newest_of(Ticket.customer_id == customer_id, me(), 50)
    return pages.page("tickets/of_customer.html", blocks=("panel",), rows=rows, page_name=_("Tickets of this customer"))


@access.needs(rules.VIEW)
def search():
    """Tickets and customers that this person may see, grouped. A number is counted and limited by the customers' slice."""
    words = forms.tidy("".join(c for c in request.args.get("q", "") if c.isprintable()))[:finding.LONGEST]
    found = finding.search(words, me()) if words else None
    plain = asking.read(words, me()).words if words else ""
    recent = [] if words else drafts.text_of(me(), SEARCHES).splitlines()
    return pages.page("tickets/search.html", found=found, words=words, mark=finding.marker(plain), recent=recent, page_name=_("Search"))


@bp.post("/searched")
@access.needs(rules.VIEW)
def searched():
    """Remember a search for its own person, the newest first; without words forget them all. Numbers of phones are not kept."""
    words = forms.tidy("".join(c for c in request.args.get("q", "") if c.isprintable()))[: finding.LONGEST]
    if not words:
        drafts.clear(me(), SEARCHES)
        return redirect(url_for("tickets.search"), 303)
    if not re.search(r"\d{3}", words) or "-" in words:
        before = [line for line in drafts.text_of(me(), SEARCHES).splitlines() if line != words]
        drafts.keep(me(), SEARCHES, "\n".join([words, *before][:8]))
    return "", 204


bp.record(lambda state: state.app.add_url_rule("/search", "tickets.search", search))
