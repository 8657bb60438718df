"""/t/<token>: the customer's page of one request."""

from __future__ import annotations

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from portal.core import access, db, files, idempotency, options
from portal.core.access import customer_actor
from portal.core.errors import Refused, WrongState
from portal.core.forms import new_key
from portal.core.pages import back, page, say
from portal.customers import phones
from portal.public import actions, bp, links, progress, queries
from portal.public.forms import CallOffForm, ReopenForm, TimeForm, WordsForm
from portal.public.guards import counted, photos_first, unlisted
from portal.surveys import queries as surveys
from portal.tickets import actions as tickets
from portal.tickets.models import ENDED, Status, Ticket
from portal.tickets.options import LINK_DAYS
from portal.visits import answering
from portal.visits import queries as visits
from portal.visits.workflow import TO_COME


@bp.route("/t/<token>")
@access.public
@unlisted
def track(token: str):
    ticket, link = queries.ticket_behind(token)
    return _shown(ticket, token, opened=link.opened_at is not None)


def _shown(ticket: Ticket, token: str, status: int = 200, opened: bool = True, more=None, other=None, again=None, off=None):
    more, other, again = more or _fresh(WordsForm), other or _fresh(TimeForm).offer(), again or _fresh(ReopenForm)
    off = off or _fresh(CallOffForm)
    visit = visits.next_of(ticket) if ticket.status not in ENDED else None
    steps = progress.steps_of(ticket, visit)
    return page(
        "public/track.html", status=status, ticket=ticket, token=token, visit=visit, opened=opened, answer=progress.answer_of(ticket, visit),
        steps=steps, ring=progress.ring_of(ticket), said=queries.conversation(ticket), pictures=_pictures(ticket, token),
        survey=surveys.latest_of(ticket), solved=ticket.status in (Status.RESOLVED, Status.CLOSED), ended=ticket.status in ENDED,
        phone=phones.masked(ticket.phone.e164) if ticket.phone else "", title_of=progress.technician_title, joined=progress.joined,
        more=more, other=other, again=again, off=off, has_errors=any(f.has_errors for f in (more, other, again, off)),
        sheets=queries.finished_visits(ticket), to_come=visit is not None and visit.status in TO_COME, confirm_key=new_key(),
        days=options.value(LINK_DAYS),
    )


def _fresh(kind):
    form = kind()
    form.key.data = new_key()
    return form


def _pictures(ticket: Ticket, token: str) -> list[dict]:
    made = []
    for file in queries.public_files(ticket):
        url = url_for("public.ticket_file", token=token, file_id=file.id)
        made.append({"url": url, "thumb_url": url + "?thumb=1", "name": file.name, "badge": None})
    return made


def _actor(ticket: Ticket):
    return customer_actor(ticket.contact_name or _("Customer"))


@bp.route("/t/<token>/opened", methods=["POST"])
@access.public
@unlisted
def opened(token: str):
    ticket, link = queries.ticket_behind(token)
    actions.open_link(ticket, link, by=_actor(ticket))
    return "", 204


@bp.route("/t/<token>/words", methods=["POST"])
@access.public
@unlisted
@counted
@photos_first
@idempotency.once
def add_words(token: str):
    ticket, _link = queries.ticket_behind(token)
    form = WordsForm.of_request()
    valid = form.validate()
    if g.photo_problem:
        form.refuse("photos", g.photo_problem)
    elif valid and not form.words.data and not g.photos:
        form.refuse("words", _("Write something or add a photo."))
    if form.has_errors:
        return _shown(ticket, token, 422, more=form)
    try:
        tickets.customer_words(ticket, form.words.data or "", g.photos, by=_actor(ticket))
    except Refused as refusal:
        form.refuse("words", refusal.sentence)
        return _shown(ticket, token, 422, more=form)
    say(_("Added. Your agent sees it at once."))
    return back("public.track", token=token)


@bp.route("/t/<token>/time", methods=["POST"])
@access.public
@unlisted
@counted
@idempotency.once
def other_time(token: str):
    ticket, _link = queries.ticket_behind(token)
    form = TimeForm.of_request().offer()
    if not form.validate():
        return _shown(ticket, token, 422, other=form)
    wish, more = form.wish
    words = _("I would like another time: %(time)s. %(words)s", time=wish, words=more).strip()
    tickets.customer_words(ticket, words, by=_actor(ticket))
    visit = visits.next_of(ticket)
    if visit is not None and visit.status in TO_COME:
        answering.ask_other_time(visit, wish, more, by=_actor(ticket))
    say(_("We have your wish and call you to confirm it. The old time holds until then."))
    return back("public.track", token=token)


@bp.route("/t/<token>/confirm", methods=["POST"])
@access.public
@unlisted
@counted
@idempotency.once
def confirm_visit(token: str):
    """The time of the visit that is shown suits the customer."""
    ticket, _link = queries.ticket_behind(token)
    answering.confirm(_visit_shown(ticket), by=_actor(ticket))
    say(_("Thank you. We come at this time."))
    return back("public.track", token=token)


@bp.route("/t/<token>/call-off", methods=["POST"])
@access.public
@unlisted
@counted
@idempotency.once
def call_off(token: str):
    """Nobody need come; the request itself stays open, and the desk calls."""
    ticket, _link = queries.ticket_behind(token)
    form = CallOffForm.of_request()
    visit = _visit_shown(ticket)
    if not form.validate():
        return _shown(ticket, token, 422, off=form)
    answering.call_off(visit, form.words.data or "", by=_actor(ticket))
    say(_("Nobody comes at this time. Your request stays open; we call you."))
    return back("public.track", token=token)


def _visit_shown(ticket: Ticket):
    """The visit that the form was about, if it is still to come and has not moved since. Raises WrongState."""
    visit = visits.next_of(ticket)
    if visit is None or str(visit.id) != request.form.get("visit") or str(visit.version) != request.form.get("version"):
        raise WrongState(_("The time of the visit has changed. Look at this page again."))
    return visit


@bp.route("/t/<token>/reopen", methods=["POST"])
@access.public
@unlisted
@counted
@idempotency.once
def reopen(token: str):
    ticket, _link = queries.ticket_behind(token)
    form = ReopenForm.of_request()
    if not form.validate():
        return _shown(ticket, token, 422, again=form)
    tickets.reopen(ticket, form.words.data[:300], by=_actor(ticket))
    say(_("Your request is open again. We call you."))
    return back("public.track", token=token)


@bp.route("/t/<token>/files/<int:file_id>")
@access.public
@unlisted
def ticket_file(token: str, file_id: int):
    ticket, _link = queries.ticket_behind(token)
    return files.send(queries.public_file(ticket, file_id), thumb=bool(request.args.get("thumb")))


@bp.route("/t/<token>/qr.svg")
@access.public
@unlisted
def ticket_qr(token: str):
    queries.ticket_behind(token)
    return links.qr(f"{current_app.config['PUBLIC_BASE']}/t/{token}")


@bp.errorhandler(queries.Gone)
def gone(error):
    """One answer for every link that does not work."""
    db.release()
    return page("public/gone.html", status=404)
