"""The technician's pages: today, and one visit from accepting to finishing."""

from __future__ import annotations

from typing import Any, Callable

from flask import request, url_for
from flask_babel import gettext as _

from portal.core import access, files, forms, idempotency, live, options
from portal.core.access import me, needs
from portal.core.clock import now
from portal.core.db import release
from portal.core.errors import NotFound, Refused
from portal.core.pages import back, page, say
from portal.customers import actions as customers
from portal.tickets.models import Ticket
from portal.visits import accounting, actions, bp, contact, messages, outbox, proof, queries, reporting, rules, showing, signing_rule, undoing
from portal.visits.field_forms import ArriveForm, ExtraForm, PartForm, PaymentForm, SignForm
from portal.visits.forms import AnswerForm, FinishForm, ReasonForm
from portal.visits.models import FINISHED, Visit, VisitItem, VisitStatus
from portal.visits.options import UNDO_MINUTES

TOLD = {VisitStatus.ACCEPTED: "set_off", VisitStatus.ON_THE_WAY: "arrived"}
"""In which status the next step tells the customer, and with which words."""


@bp.get("/today")
@needs(rules.WORK)
def today():
    """The next visit with one button; later ones, tomorrow, done ones. The list asks again by itself."""
    tag = live.tag(me().id, address=url_for("visits.today", block="visits"))
    same = live.unchanged(tag)
    return same if same is not None else live.tagged(_today(tag), tag)


def _today(tag: str):
    day = showing.day_of(queries.days_of(me()))
    return page(
        "visits/today.html", blocks=("visits",), tag=tag, day=day, act=_first_act(day.current), show=showing, key=forms.new_key(),
        photos=queries.photo_counts([v.id for v in day.done]), message=_preview(day.current) if _leads(day.current) else None,
    )


def _leads(visit: Visit | None) -> bool:
    return visit is not None and visit.technician_id == me().id


def _first_act(visit: Visit | None) -> showing.NextAct | None:
    """The one button of today; whoever comes along opens the visit."""
    if visit is None:
        return None
    return showing.next_act(visit) if _leads(visit) else showing.look_at(visit)


def _preview(visit: Visit) -> str | None:
    """The message that the next step sends, shown before it is sent."""
    step = TOLD.get(visit.status)
    return messages.words_for(step, visit) if step else None


@bp.get("/<int:visit_id>")
@needs(rules.VIEW)
def show(visit_id: int):
    """The technician's own visit to work on; for everybody else a page to read."""
    return show_again(queries.find_for(me(), visit_id))


def show_again(visit: Visit, wrong: dict[str, Any] | None = None, typed: dict[int, str] | None = None, **typed_forms: Any):
    """`wrong`: place (slot or item-id) → sentence of what was refused; `typed`: words of an item that were not stored."""
    photos = queries.photos_of(visit)
    gap = proof.gap(visit, photos)
    mine, leads = access.may(me(), rules.DOCUMENT, visit), access.may(me(), rules.WORK, visit)
    wrong = wrong or {name: "" for name, form in typed_forms.items() if form.has_errors}
    return page(
        "visits/work.html" if mine else "visits/show.html", status=422 if wrong else 200, visit=visit, ticket=visit.ticket, gap=gap, leads=leads,
        show=showing, steps=showing.steps(visit, gap, signing_rule.lacks_signature(visit)), act=showing.next_act(visit, gap, signing_rule.lacks_signature(visit)), checks=proof.checks(visit), photos=photos,
        slots=showing.slots(visit, photos), item_slot=proof.item_slot, in_slot=proof.in_slot, wrong=wrong or {}, typed=typed or {},
        has_errors=bool(wrong), key=forms.new_key(), message=_preview(visit), clock=showing.nearest_clock(visit.ticket),
        number=contact.revealed_to(me(), visit.ticket) if mine else None, words=_description(visit.ticket), **_field_facts(visit, typed_forms),
    )


def _field_facts(visit: Visit, typed: dict[str, Any]) -> dict[str, Any]:
    """Signature, parts, money, what can be undone; the forms of the page, as they were typed where one was refused."""
    fresh = {"sign": SignForm, "part": PartForm, "extra": ExtraForm, "payment": PaymentForm, "finish": FinishForm, "decline": ReasonForm}
    signature = accounting.signature_of(visit)
    forms_ = {name: _named(typed.get(name) or kind(data=_presets(visit, signature).get(name)), name) for name, kind in fresh.items()}
    return {
        "field_forms": forms_, "signature": signature, "unsigned": signing_rule.lacks_signature(visit), "parts": accounting.parts_of(visit),
        "extras": accounting.extras_of(visit), "payment": accounting.payment_of(visit), "due": accounting.due_of(visit),
        "undoable": undoing.undoable(visit, me()), "undo_minutes": options.value(UNDO_MINUTES), "undo_words": undoing.TAKEN, "skew": reporting.skewed_by(visit), "late": {m: messages.late_words(visit, m) for m in (15, 30, 60)},
        "previews": {step: messages.words_for(step, visit) for step in ("set_off", "arrived")},
        "rendered_at": now().isoformat(), "place": accounting.check_in_of(visit),
    }


def _named(form: Any, name: str) -> Any:
    """Ids of its own for each form of the page."""
    for field in form:
        field.id = field.label.field_id = f"{name}-{field.name}"
    return form


def _presets(visit: Visit, signature: Any) -> dict[str, Any]:
    words = signature.words if signature else visit.result or ""
    return {"sign": {"words": words, "name": signature.name if signature else visit.ticket.caller_name}, "finish": {"result": words, "outcome": VisitStatus.NO_ACCESS if visit.status is VisitStatus.ON_THE_WAY else VisitStatus.DONE},
            "payment": {"paid": accounting.due_of(visit)}}


def _description(ticket: Ticket) -> str:
    """What was said, where it says more than the title."""
    return ticket.description if ticket.description.strip(" \n。.！!") != ticket.title.strip(" 。.！!") else ""


def _step(verb: str, action: Callable[..., None], said: Callable[[], str]):
    """A step that asks nothing: one address, one action."""

    @bp.post(f"/<int:visit_id>/{verb}", endpoint=verb)
    @needs(rules.WORK)
    @idempotency.once
    def taken(visit_id: int):
        action(queries.find_for(me(), visit_id, lock=True), by=me())
        say(said())
        return back("visits.show", visit_id=visit_id)

    return taken


_step("accept", actions.accept, lambda: _("Visit accepted"))
_step("set_off", actions.set_off, lambda: _("On the way; the customer is told"))
_step("undo", undoing.undo, lambda: _("Taken back"))
_step("arrive", lambda visit, by: outbox.arrive(visit, ArriveForm.of_request(), by), lambda: _("Arrived; the customer is told"))


@bp.route("/<int:visit_id>/decline", methods=["GET", "POST"])
@needs(rules.WORK)
@idempotency.once
def decline(visit_id: int):
    visit = queries.find_for(me(), visit_id, lock=request.method == "POST")
    access.require(me(), rules.WORK, visit)
    form = ReasonForm.of_request()
    if request.method == "POST" and form.validate():
        actions.decline(visit, form.reason.data, by=me())
        say(_("Declined; the desk is told"))
        return back("visits.show", visit_id=visit_id)
    return page("visits/decline.html", status=422 if form.has_errors else 200, form=form, visit=visit, has_errors=form.has_errors)


@bp.post("/<int:visit_id>/items/<int:item_id>")
@needs(rules.WORK)
def answer(visit_id: int, item_id: int):
    """Answer one line of the standard, perhaps with photos."""
    item = _item(queries.find_for(me(), visit_id), item_id)
    form, place = AnswerForm.of_request(), proof.item_slot(item)
    if not form.validate():
        sentence = next(f.errors[0] for f in form if f.errors)
        return show_again(queries.find_for(me(), visit_id), {place: sentence}, {item_id: form.note.data or ""})
    return _with_photos(visit_id, place, lambda photos: _answer(visit_id, item_id, form, photos), {item_id: form.note.data or ""})


@idempotency.once
def _answer(visit_id: int, item_id: int, form: AnswerForm, photos: list[files.Received]):
    visit = queries.find_for(me(), visit_id, lock=True)
    actions.answer(visit, _item(visit, item_id), form.answer.data, form.note.data or "", photos, by=me())
    return back("visits.show", visit_id=visit_id, _anchor=f"item-{item_id}")


@bp.post("/<int:visit_id>/photos/<slot>")
@needs(rules.WORK)
def add_photos(visit_id: int, slot: str):
    """Photos of one slot."""
    queries.find_for(me(), visit_id)
    if slot not in proof.SLOTS:
        raise NotFound()
    return _with_photos(visit_id, slot, lambda photos: _add_photos(visit_id, slot, photos))


@idempotency.once
def _add_photos(visit_id: int, slot: str, photos: list[files.Received]):
    actions.add_photos(queries.find_for(me(), visit_id, lock=True), slot, photos, by=me())
    return back("visits.show", visit_id=visit_id, _anchor=f"slot-{slot}")


def _with_photos(visit_id: int, place: str, keep: Callable[[list[files.Received]], Any], typed: dict[int, str] | None = None):
    """Re-encode the sent photos outside of any transaction, then keep them; a refusal is said at its place."""
    try:
        release()
        return keep(files.receive(request.files.getlist("photos"), most=actions.MOST_PHOTOS))
    except Refused as refusal:
        if refusal.status != 422:
            raise
        release()
        return show_again(queries.find_for(me(), visit_id), {place: refusal.sentence}, typed)


def _item(visit: Visit, item_id: int) -> VisitItem:
    for item in proof.checks(visit):
        if item.id == item_id:
            return item
    raise NotFound()


@bp.get("/<int:visit_id>/photos/<int:file_id>")
@needs(rules.VIEW)
def photo(visit_id: int, file_id: int):
    file = queries.find_photo(queries.find_for(me(), visit_id), file_id)
    return files.send(file, thumb=bool(request.args.get("thumb")))


@bp.route("/<int:visit_id>/finish", methods=["GET", "POST"])
@needs(rules.WORK)
@idempotency.once
def finish(visit_id: int):
    """How it ended. Locked for "done" while the standard lacks something; the page says what."""
    door, refused = _door_photos()
    visit = queries.find_for(me(), visit_id, lock=request.method == "POST")
    access.require(me(), rules.WORK, visit)
    gap = proof.gap(visit, queries.photos_of(visit))
    form = FinishForm.of_request(data=_preset(visit, gap)) if request.method == "GET" else FinishForm.of_request()
    if refused:
        form.refuse("photos", refused)
    elif request.method == "POST" and form.validate() and form.check_outcome(door):
        try:
            signing_rule.refuse_unsigned(visit, form.outcome.data)
            actions.finish(visit, form.outcome.data, form.result.data, form.reason.data, form.waited.data, skill=form.wanted, photos=door, by=me())
            say(_("The visit is finished; the desk is told"))
            return back("visits.today")
        except Refused as refusal:
            if refusal.status != 422:
                raise
            form.refuse("outcome", refusal.sentence)
    return page(
        "visits/finish.html", status=422 if form.has_errors else 200, form=form, visit=visit, gap=gap, has_errors=form.has_errors,
        steps=showing.steps(visit), show=showing, unsigned=signing_rule.lacks_signature(visit),
    )


def _door_photos() -> tuple[list[files.Received], Any]:
    """(photos, why not): made small outside of any transaction."""
    try:
        release()
        return files.receive(request.files.getlist("photos"), most=actions.MOST_PHOTOS), None
    except Refused as refusal:
        return [], refusal.sentence


def _preset(visit: Visit, gap: proof.Gap) -> dict[str, Any]:
    asked = request.args.get("outcome")
    known = {o.value: o for o in FINISHED}
    signature = accounting.signature_of(visit)
    if visit.status is VisitStatus.ON_THE_WAY:
        return {"outcome": VisitStatus.NO_ACCESS}
    return {"result": signature.words if signature else "", "outcome": known.get(asked) or (VisitStatus.PARTLY_DONE if gap else VisitStatus.DONE)}


@bp.post("/<int:visit_id>/call")
@needs(rules.WORK)
@idempotency.once
def call(visit_id: int):
    """Show the number to call for a while; the reveal is recorded."""
    visit = queries.find_for(me(), visit_id, lock=True)
    access.require(me(), rules.DOCUMENT, visit)
    phone = contact.phone_of(visit.ticket)
    if phone is None:
        raise Refused(_("There is no number to call. Ask the desk."))
    customers.reveal(visit.ticket.customer, f"phone:{phone.id}", by=me(), ticket=visit.ticket)
    return back("visits.show", visit_id=visit_id, _anchor="contact")


from portal.visits import field_views, outbox_views, phone_views, sheet_views  # noqa: E402,F401 - their addresses stand on the same blueprints
