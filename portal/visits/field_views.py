"""What is brought back from a visit, as plain forms of the phone's page: signature, parts, extra work, payment, running late."""

from __future__ import annotations

from typing import Any, Callable

from flask import request
from flask_babel import gettext as _

from portal.core import files, idempotency
from portal.core.access import me, needs
from portal.core.db import db, release
from portal.core.errors import NotFound, Refused
from portal.core.pages import back, say
from portal.visits import bp, phone, proving, queries, rules
from portal.visits.field_forms import ExtraForm, LateForm, PartForm, PaymentForm, SignForm
from portal.visits.field_models import Part
from portal.visits.outbox import KINDS


@bp.post("/<int:visit_id>/late")
@needs(rules.WORK)
@idempotency.once
def late(visit_id: int):
    visit, form = queries.find_for(me(), visit_id, lock=True), LateForm.of_request()
    if not form.validate():
        raise Refused(form.minutes.errors[0])
    proving.run_late(visit, form.minutes.data, by=me())
    say(_("Customer and desk are told of the new time"))
    return back("visits.show", visit_id=visit_id)


def _brought(name: str, form_type: Any, place: str, said: Callable[[], str]):
    """One form of the page, carried out as the outbox does it; refused, it stands there as typed."""

    @bp.post(f"/<int:visit_id>/{name}", endpoint=name)
    @needs(rules.WORK)
    def bring(visit_id: int):
        queries.find_for(me(), visit_id)
        form = form_type.of_request()
        try:
            release()
            pictures = files.receive(request.files.getlist("picture"), most=1)
            return _carry_out(visit_id, form, pictures) if form.validate() else _again(visit_id, form)
        except Refused as refusal:
            if refusal.status != 422:
                raise
            db.session.rollback()
            form.refuse(next(f.name for f in form if f.name not in ("key", "version")), refusal.sentence)
            return _again(visit_id, form)

    @idempotency.once
    def _carry_out(visit_id: int, form: Any, pictures: list):
        KINDS[name].carry_out(queries.find_for(me(), visit_id, lock=True), form, pictures, me())
        say(said())
        return back("visits.show", visit_id=visit_id, _anchor=place)

    def _again(visit_id: int, form: Any):
        return phone.show_again(queries.find_for(me(), visit_id), **{name: form})

    return bring


_brought("sign", SignForm, "sign", lambda: _("Kept"))
_brought("part", PartForm, "parts", lambda: _("Part added"))
_brought("extra", ExtraForm, "extras", lambda: _("Extra work is agreed"))
_brought("payment", PaymentForm, "payment", lambda: _("Payment recorded"))


@bp.post("/<int:visit_id>/parts/<int:part_id>/remove")
@needs(rules.WORK)
@idempotency.once
def remove_part(visit_id: int, part_id: int):
    visit = queries.find_for(me(), visit_id, lock=True)
    part = db.session.get(Part, part_id)
    if part is None or part.visit_id != visit.id:
        raise NotFound()
    proving.take_back(part, visit, by=me())
    return back("visits.show", visit_id=visit_id, _anchor="parts")


