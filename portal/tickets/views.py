from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select

from portal.core import access, direct, files, idempotency, pages
from portal.core.access import me
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.files import StoredFile
from portal.tickets import actions, drafts, meanwhile, neighbours, presence, queries, rules, showing, timeline, tracking
from portal.tickets import bp
from portal.tickets.forms import ReplyForm
from portal.tickets.models import Status, Ticket
from portal.tickets.workflow import TICKET

PLAIN = {"accept": actions.accept, "start": actions.start, "resume": actions.resume, "close": actions.close, "claim": actions.claim}
MODES = ("public", "internal")


def _asked_of(person: Any, ticket_id: int) -> tuple:
    told = timeline.asking(ticket_id, request.args.get("part", ""), "all" in request.args)
    return (*queries.asking(person, ticket_id), told, drafts.asking(person, _place(ticket_id, _mode(person))), presence.asking(person, ticket_id))


@bp.get("/<int:ticket_id>")
@access.needs(rules.VIEW)
@direct.asks(_asked_of)
def show(ticket_id: int):
    ticket = queries.find_shown(me(), ticket_id)
    if ticket.status is Status.RESOLVED:
        direct.ahead(*(question(ticket) for question in actions.close_questions))
    if ticket.merged_into_id:
        pages.say(_("%(number)s was merged into this ticket.", number=ticket.number))
    return pages.page("tickets/show.html", blocks=("timeline",), **facts(ticket))


def facts(ticket: Ticket, form: ReplyForm | None = None, answered: list = ()) -> dict:
    """What the ticket page shows; a refused reply comes back as `form`, with what others `answered` meanwhile."""
    person, part = me(), request.args.get("part", "")
    mode = form.mode.data if form else _mode(person)
    told = timeline.read(ticket, part, "all" in request.args)
    if form is None:
        form = ReplyForm.fresh(mode, drafts.text_of(person, _place(ticket.id, mode)), meanwhile.newest(ticket, told.verbs))
    previous, following = neighbours.of(ticket, request.args, person)
    blocked = actions.blocks_closing(ticket) if ticket.status is Status.RESOLVED else []
    return {
        "around": neighbours.around(request.args), "previous": previous, "following": following, "answered": answered,
        "ticket": ticket, "entries": timeline.drawn(ticket, told, person), "part": part,
        "counts": timeline.counts(ticket, told), "steps": TICKET.possible(ticket, person, waiting=("close",) if blocked else ()), "loop": showing.loop_steps(ticket),
        "clocks": showing.clocks_of(ticket, detail=True), "shape": showing.shape_of(ticket), "form": form, "mode": mode,
        "others": presence.others(ticket.id, person), "page_name": f"{ticket.number} {ticket.title}",
        "has_errors": form.has_errors, "blocked": blocked,
    }


def _mode(person: Any) -> str:
    """Public first, unless this person may only write notes or is reading the notes; never carried over from another ticket."""
    wanted = request.args.get("mode") or ("internal" if request.args.get("part") == "internal" else "public")
    return wanted if wanted in MODES and access.may(person, rules.REPLY) else "internal"


def _place(ticket_id: int, mode: str) -> str:
    return f"ticket:{ticket_id}:{mode}"


@bp.post("/<int:ticket_id>/reply")
@access.needs(rules.NOTE)
@idempotency.once
def reply(ticket_id: int):
    ticket = queries.find_for(me(), ticket_id, lock=True)
    form = ReplyForm.of_request()
    if not form.validate() or not form.take_files():
        return pages.page("tickets/show.html", status=422, **facts(ticket, form))
    if form.received:  # nothing was held while they were looked at
        ticket = queries.find_for(me(), ticket_id, lock=True)
    public = form.mode.data == "public"
    answered = meanwhile.since(ticket, form.seen.data or "", me()) if public else []
    if answered:
        form.seen.data = str(answered[-1].id)
        return pages.page("tickets/show.html", status=409, **facts(ticket, form, answered))
    _previous, following = neighbours.of(ticket, request.args, me())
    (actions.reply if public else actions.note)(ticket, form.words.data, form.received, by=me())
    drafts.clear(me(), _place(ticket.id, form.mode.data))
    if form.then.data == "wait" and TICKET.can(ticket, "wait", me()):
        actions.wait(ticket, _("answer to our question"), by=me())
    return _onward(ticket, form, following)


def _onward(ticket: Ticket, form: ReplyForm, following: int | None):
    """Where a sent reply leads: to the solution, to the next ticket of the list from which one came, else back to the ticket."""
    around, public = neighbours.around(request.args), form.mode.data == "public"
    if form.then.data == "resolve":
        return pages.back("tickets.ask", ticket_id=ticket.id, verb="resolve", after="reply", **around)
    pages.say(_("Sent to the customer") if public else _("Note saved"))
    if public and around and form.onward.data:
        pages.say(_("The next ticket of the list") if following else _("That was the last ticket of the list."))
        return pages.back("tickets.show", ticket_id=following, **around) if following else pages.back("tickets.index", **around)
    return pages.back("tickets.show", ticket_id=ticket.id, **around, _anchor="latest")


@bp.post("/<int:ticket_id>/draft")
@access.needs(rules.NOTE)
def draft(ticket_id: int):
    ticket = queries.find_for(me(), ticket_id)
    mode = request.form.get("mode", "public")
    drafts.keep(me(), _place(ticket.id, mode if mode in MODES else "public"), request.form.get("words", ""))
    return "", 204


@bp.post("/<int:ticket_id>/<any(accept,start,resume,close):verb>")
@access.needs(rules.VIEW)
def step(ticket_id: int, verb: str):
    ticket = queries.find_for(me(), ticket_id, lock=True)
    PLAIN[verb](ticket, by=me())
    pages.say(_("Done: %(step)s", step=TICKET.steps[verb].word))
    return pages.back("tickets.show", ticket_id=ticket.id)


@bp.post("/<int:ticket_id>/share")
@access.needs(rules.SHARE)
def share(ticket_id: int):
    ticket = queries.find_for(me(), ticket_id, lock=True)
    if actions.share(ticket, by=me()) is None:
        pages.say(_("There is no mobile number or e-mail address to send to. Copy the link instead."), "warn")
    else:
        pages.say(_("Link sent to the customer"))
    return pages.back("tickets.show", ticket_id=ticket.id)


@bp.get("/<int:ticket_id>/link")
@access.needs(rules.SHARE)
def link(ticket_id: int):
    """The customer's link with ready words for a chat, to copy."""
    ticket = queries.find_for(me(), ticket_id)
    return pages.page("tickets/link.html", ticket=ticket, url=tracking.url_of(ticket), page_name=_("Link for the customer"))


@bp.get("/<int:ticket_id>/files/<int:file_id>")
@access.needs(rules.VIEW)
def file(ticket_id: int, file_id: int):
    """A file of this ticket, whichever part of it the file came with."""
    ticket = queries.find_for(me(), ticket_id)
    found = db.session.scalars(select(StoredFile).where(StoredFile.id == file_id, StoredFile.ticket_id == ticket.id)).first()
    if found is None:
        raise NotFound()
    return files.send(found, thumb="thumb" in request.args)


@bp.get("/<int:ticket_id>/print")
@access.needs(rules.VIEW)
def sheet(ticket_id: int):
    """The ticket's record on paper; internal notes only when asked for."""
    ticket = queries.find_for(me(), ticket_id)
    internal = "internal" in request.args
    rows = [e for e in timeline.entries(ticket, everything=True) if internal or e.kind != "internal"]
    return pages.page("tickets/print.html", ticket=ticket, entries=rows, internal=internal, shape=showing.shape_of(ticket),
                      clocks=showing.clocks_of(ticket, detail=True), page_name=ticket.number)


from portal.tickets import intake_views, ledger_views, policy_views, queue_views, step_views, telling, waking_views  # noqa: E402,F401
