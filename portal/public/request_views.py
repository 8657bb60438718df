"""/request: what happened, a look at it, sent."""

from __future__ import annotations

from flask import g, request, url_for
from flask_babel import gettext as _

from portal.core import access, db, files
from portal.core.errors import Refused
from portal.core.forms import is_key
from portal.core.pages import back, page
from portal.public import actions, bp, choices, links, progress, queries
from portal.public.forms import RequestForm, SendForm
from portal.public.guards import counted, counted_gently, photos_first, unlisted
from portal.tickets import tracking
from portal.tickets.models import ClockKind, Ticket


@bp.route("/request")
@access.public
@unlisted
def request_form():
    site, service = links.read(request.args.get("k", ""))
    again = request.args.get("pending", "")
    held = queries.pending_behind(again) if again else None
    form = RequestForm.of_request(data=held.values if held else None)
    form.k.data = request.args.get("k", "") if site or service else ""
    form.pending.data = again
    if held:
        form.key.data, form.k.data = held.form_key, held.values.get("k", "")
        site, service = links.read(form.k.data)
    return _asked(form.offer(site), site, service)


def _asked(form: RequestForm, site, service, status: int = 200, problem: object = None):
    held = _held(form)
    return page(
        "public/request.html", status=status, form=form, site=site, service=service, problem=problem, has_errors=form.has_errors,
        icons=choices.icons(), kind_texts=choices.KIND_TEXTS, photos=_pictures(held) if held else [],
    )


def _held(form: RequestForm):
    try:
        return queries.pending_behind(form.pending.data) if form.pending.data else None
    except queries.Gone:
        return None


def _pictures(held) -> list[dict]:
    rows = []
    for file in queries.photos_of(held):
        url = url_for("public.request_photo", token=held.token, file_id=file.id)
        rows.append({"url": url, "thumb_url": url + "?thumb=1", "name": file.name, "badge": None})
    return rows


@bp.route("/request/check", methods=["POST"])
@access.public
@unlisted
@counted_gently
@photos_first
def check():
    site, service = links.read(request.form.get("k", ""))
    form = RequestForm.of_request().offer(site)
    if g.too_many:
        return _asked(form, site, service, 429, g.too_many)
    right = form.validate()
    if g.photo_problem:
        form.refuse("photos", g.photo_problem)
    if right and not g.photo_problem:
        held = actions.hold(form.kept(), g.photos, _key(form))
        return back("public.checked", token=held.token)
    if g.photos and not form.website.errors and not form.stamp.errors:
        form.pending.data = actions.hold(form.kept(), g.photos, _key(form)).token
        db.keep_changes()
    return _asked(form, site, service, 422)


def _key(form: RequestForm) -> str:
    """The page's one-time key; Refused when it has none."""
    if not is_key(form.key.data):
        raise Refused(_("This page is not complete. Open it anew."))
    return form.key.data


@bp.route("/request/check/<token>")
@access.public
@unlisted
def checked(token: str):
    held = queries.pending_behind(token)
    if held.ticket_id:
        return _to_sent(held)
    site, service = links.read(held.values.get("k", ""))
    problems = dict(choices.problems())
    form = SendForm(token=token)
    return page(
        "public/check.html", joined=progress.joined, held=held, values=held.values, form=form, site=site, photos=_pictures(held), kinds=choices.KINDS,
        problem=problems.get(held.values["problem"], ""), preferred=choices.time_words(held.values["preferred"]),
        district=dict(choices.districts()).get(held.values.get("region", ""), ""),
    )


@bp.route("/request/check/<token>/photos/<int:file_id>")
@access.public
@unlisted
def request_photo(token: str, file_id: int):
    held = queries.pending_behind(token)
    found = next((f for f in queries.photos_of(held) if f.id == file_id), None)
    if found is None:
        raise queries.Gone()
    return files.send(found, thumb=bool(request.args.get("thumb")))


@bp.route("/request/send", methods=["POST"])
@access.public
@unlisted
@counted
def send():
    held = queries.pending_behind(request.form.get("token", ""), lock=True)
    actions.send(held)
    return _to_sent(held)


def _to_sent(held):
    ticket = db.db.session.get(Ticket, held.ticket_id)
    return back("public.sent", token=tracking.link_of(ticket).token)


@bp.route("/request/sent/<token>")
@access.public
@unlisted
def sent(token: str):
    ticket, _link = queries.ticket_behind(token)
    promise = next((c.due_at for c in ticket.clocks if c.clock is ClockKind.FIRST_RESPONSE and c.due_at), None)
    return page("public/sent.html", ticket=ticket, token=token, url=tracking.url_of(ticket), promise=promise)


@bp.route("/privacy")
@access.public
def privacy():
    return page("public/privacy.html")
