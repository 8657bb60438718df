"""What a phone's outbox may send: one row a kind, with its form and what it does. The same actions as the buttons of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Sequence

from portal.core.errors import NotFound, Refused
from portal.core.files import Received
from portal.core.forms import Form
from portal.visits import accounting, actions, proof, proving, signing_rule, undoing
from portal.visits.field_forms import ArriveForm, ExtraForm, LateForm, PartForm, PartRemovedForm, PaymentForm, SignForm
from portal.visits.forms import AnswerForm, FinishForm, ReasonForm, StepForm
from portal.visits.models import Visit, VisitItem, VisitStatus

Files = Sequence[Received]


@dataclass(frozen=True)
class Kind:
    """`reaches`: the status after it, so that a step that was taken already is no conflict."""

    form: type[Form]
    carry_out: Callable[[Visit, Any, Files, Any], Any]
    reaches: VisitStatus | None = None


def arrive(visit: Visit, form: ArriveForm, by: Any) -> None:
    """Arrival, with the place where that was agreed to."""
    actions.arrive(visit, by=by)
    if form.place:
        proving.check_in(visit, *form.place, by=by)


def _answer(visit: Visit, form: Any, files: Files, by: Any) -> None:
    actions.answer(visit, item_of(visit, form), form.answer.data, form.note.data or "", files, by=by)


def item_of(visit: Visit, form: Any) -> VisitItem:
    """The line of the checklist that an answer is about. Raises NotFound."""
    found = next((i for i in proof.checks(visit) if i.id == form.item.data), None)
    if found is None:
        raise NotFound()
    return found


def _remove_part(visit: Visit, form: PartRemovedForm, files: Files, by: Any) -> None:
    """Gone already, by another page of the same technician, is as good."""
    part = next((p for p in accounting.parts_of(visit) if p.id == form.part.data), None)
    if part is not None:
        proving.take_back(part, visit, by=by)


def _finish(visit: Visit, form: FinishForm, files: Files, by: Any) -> None:
    if not form.check_outcome(files):
        raise Refused(first_error(form))
    signing_rule.refuse_unsigned(visit, form.outcome.data)
    actions.finish(visit, form.outcome.data, form.result.data, form.reason.data, form.waited.data, skill=form.wanted, photos=files, by=by)


def first_error(form: Form) -> str:
    """The first sentence beside a field."""
    return next(str(f.errors[0]) for f in form if f.errors)


KINDS: dict[str, Kind] = {
    "accept": Kind(StepForm, lambda v, f, files, by: actions.accept(v, by=by), VisitStatus.ACCEPTED),
    "set_off": Kind(StepForm, lambda v, f, files, by: actions.set_off(v, by=by), VisitStatus.ON_THE_WAY),
    "arrive": Kind(ArriveForm, lambda v, f, files, by: arrive(v, f, by), VisitStatus.ON_SITE),
    "decline": Kind(ReasonForm, lambda v, f, files, by: actions.decline(v, f.reason.data, by=by), VisitStatus.DECLINED),
    "late": Kind(LateForm, lambda v, f, files, by: proving.run_late(v, f.minutes.data, by=by)),
    "answer": Kind(AnswerForm, _answer),
    **{f"photos_{slot}": Kind(StepForm, lambda v, f, files, by, slot=slot: actions.add_photos(v, slot, files, by=by)) for slot in proof.SLOTS},
    "part": Kind(PartForm, lambda v, f, files, by: proving.use_part(v, f.name.data, f.quantity.data, f.cents.data, f.payer.data, by=by)),
    "part_removed": Kind(PartRemovedForm, _remove_part),
    "extra": Kind(ExtraForm, lambda v, f, files, by: proving.agree(v, f.words.data, f.cents.data, f.name.data, next(iter(files), None), by=by)),
    "payment": Kind(PaymentForm, lambda v, f, files, by: proving.settle(v, f.paid.data, f.way.data, by=by)),
    "sign": Kind(SignForm, lambda v, f, files, by: proving.sign(
        v, f.words.data, next(iter(files), None), f.name.data or "", f.unsigned.data, f.note.data or "", by=by)),
    "finish": Kind(FinishForm, _finish),
    "undo": Kind(StepForm, lambda v, f, files, by: undoing.undo(v, by=by)),
}
