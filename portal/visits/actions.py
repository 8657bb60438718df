"""What can be done with a visit: plan, move and cancel it at the desk; accept, set off, arrive, prove and finish it on the phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts.models import Person
from portal.catalogue.models import ItemKind
from portal.core import clock
from portal.core.access import SYSTEM, require
from portal.core.activity import Activity, Audience, record
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.core.files import Received, StoredFile, store
from portal.core.i18n import short, time_of_day
from portal.roster.models import Skill
from portal.tickets import actions as tickets
from portal.tickets.models import ENDED, Status, Ticket
from portal.visits import booking, needing, planning, proof, queries, rules
from portal.visits.models import AHEAD, Answer, Visit, VisitItem, VisitStatus
from portal.visits.workflow import TO_COME, VISIT

MOST_PHOTOS = 12  # a slot
_PROOF = ("visit.answered", "visit.photographed")  # the visit stays where it is
PUBLIC, INTERNAL = Audience.PUBLIC, Audience.INTERNAL


def plan(
    ticket: Ticket, technician: Person, starts_at: datetime, ends_at: datetime, *, by: Any, bring: str = "", despite: str = "", second: Person | None = None,
) -> Visit:
    """Give a technician an appointment and dispatch the ticket. The service's standard is copied. Raises BadWindow, WrongState.

    `despite`: why it has to be against lunch, hours, skill or the most visits a day. `second`: who comes along.
    """
    require(by, rules.PLAN, ticket)
    if ticket.status in (*ENDED, Status.RESOLVED):
        raise WrongState()
    overruled = _check(technician, second, starts_at, ends_at, ticket, despite)
    visit = made(ticket, starts_at, ends_at, by, bring or (ticket.service.bring if ticket.service else ""))
    visit.technician, visit.second, visit.status = technician, second, VisitStatus.SCHEDULED
    copy_standard(visit)
    booking.book(visit)
    _record("visit.planned", visit, by, PUBLIC, technician=technician.name, window=window(visit))
    _record_overruling(visit, overruled, despite, by)
    _dispatch(visit, by)
    return visit


def _check(technician: Person, second: Person | None, starts_at: datetime, ends_at: datetime, ticket: Ticket, despite: str, but: int | None = None) -> str:
    """What was overruled, in words. The second one needs no skill of their own. Raises BadWindow."""
    overruled = [planning.check(technician, starts_at, ends_at, but, needs=needing.needs_of(ticket), despite=despite)]
    if second is not None:
        if second.id == technician.id:
            raise booking.BadWindow("second", _l("Two different people come."))
        overruled.append(planning.check(second, starts_at, ends_at, but, despite=despite))
    return _(", ").join(filter(None, overruled))


def _record_overruling(visit: Visit, overruled: str, despite: str, by: Any) -> None:
    if overruled:
        _record("visit.overruled", visit, by, obstacle=overruled, reason=despite)


def made(ticket: Ticket, starts_at: datetime, ends_at: datetime, by: Any, bring: str) -> Visit:
    now = clock.now()
    visit = Visit(
        ticket=ticket, service=ticket.service, starts_at=starts_at, ends_at=ends_at, bring=bring, planned_by_id=by.id,
        created_at=now, changed_at=now,
    )
    db.session.add(visit)
    return visit


def copy_standard(visit: Visit) -> None:
    standard = [i for i in visit.service.items if i.active] if visit.service else []
    visit.items = [
        VisitItem(
            position=n, item_id=i.id, kind=i.kind.value, slot=i.slot.value if i.slot else "", words=i.name, words_en=i.name_en,
            required=i.required, minimum=i.minimum,
        )
        for n, i in enumerate(standard)
    ]


def _dispatch(visit: Visit, by: Any) -> None:
    if visit.ticket.status is not Status.DISPATCHED:
        tickets.dispatch(visit.ticket, by=by, technician=visit.technician.name, window=window(visit))


def dispatch_again(visit: Visit, *, by: Any) -> None:
    """A visit that was finished by mistake goes on: a ticket that went back to the desk is dispatched once more."""
    if visit.ticket.status in (Status.NEW, Status.ACCEPTED):
        _dispatch(visit, by)


def window(visit: Visit) -> str:
    """11-22 10:45–12:00: the same in records and messages, whenever they are read."""
    return f"{short(visit.starts_at)} {time_of_day(visit.starts_at)}–{time_of_day(visit.ends_at)}"


def _record(verb: str, visit: Visit, by: Any, audience: Audience = INTERNAL, body: str | None = None, **data: Any) -> Activity:
    row = record(verb, visit, by=by, ticket=visit.ticket, audience=audience, body=body, **data)
    if verb not in _PROOF:
        keep_visit_state(visit)
    return row


def keep_visit_state(visit: Visit) -> None:
    """What the queue and the customer's page read of its ticket: planned, on the way, on site."""
    ticket, statuses = visit.ticket, queries.statuses_with(visit)
    if VisitStatus.ON_SITE in statuses:
        ticket.visit_state = "on_site"
    elif VisitStatus.ON_THE_WAY in statuses:
        ticket.visit_state = "on_the_way"
    else:
        ticket.visit_state = "planned" if statuses & set(AHEAD) else ""


def move(
    visit: Visit, technician: Person, starts_at: datetime, ends_at: datetime, *, by: Any, bring: str | None = None, despite: str = "", second: Person | None = None,
) -> None:
    """Another time, another technician, or both; also plans a proposed visit and replans a declined one. `second`: who comes along now."""
    VISIT.check(visit, "move", by)
    overruled = _check(technician, second, starts_at, ends_at, visit.ticket, despite, visit.id)
    if visit.status in TO_COME and not visit.wish and (visit.technician_id, visit.starts_at, visit.ends_at) == (technician.id, starts_at, ends_at):
        return _change_company(visit, second, bring, by)
    before = {"technician": visit.technician.name if visit.technician else "", "window": window(visit), "technician_id": visit.technician_id, "second_id": visit.second_id}
    moved = VISIT.take(visit, "move", by)
    visit.technician, visit.second, visit.starts_at, visit.ends_at, visit.reason = technician, second, starts_at, ends_at, ""
    visit.bring = visit.bring if bring is None else bring
    visit.accepted_at = visit.set_off_at = visit.confirmed_at = visit.expected_at = None
    visit.wish = ""
    booking.book(visit)
    _record("visit.moved", visit, by, PUBLIC, was=before, technician=technician.name, window=window(visit), **moved)
    _record_overruling(visit, overruled, despite, by)
    _dispatch(visit, by)


def _change_company(visit: Visit, second: Person | None, bring: str | None, by: Any) -> None:
    """Same time, same technician: only who comes along and what to bring. Nobody has to accept or hear of the time anew."""
    visit.bring = visit.bring if bring is None else bring
    if visit.second is second:
        return
    was, visit.second = visit.second_id, second
    booking.book(visit)
    _record("visit.second_changed", visit, by, was={"second_id": was}, second=second.name if second else _("Nobody else"))


def cancel(visit: Visit, reason: str, *, by: Any, quiet: bool = False) -> None:
    """Nobody comes. The ticket stays as it is; the desk decides what is next. `quiet`: the customer hears of it elsewhere."""
    _refuse_blank(reason, _l("Say why."))
    moved = VISIT.take(visit, "cancel", by)
    visit.reason = reason
    booking.release(visit)
    _record("visit.cancelled", visit, by, PUBLIC, reason=reason, quiet=quiet, **moved)


def accept(visit: Visit, *, by: Any) -> None:
    """The technician will come."""
    moved = VISIT.take(visit, "accept", by)
    visit.accepted_at = clock.now()
    _record("visit.accepted", visit, by, **moved)


def decline(visit: Visit, reason: str, *, by: Any) -> None:
    """The technician cannot come: the ticket goes back to the desk, which is told why."""
    _refuse_blank(reason, _l("Say why, so that the desk can find somebody else."))
    moved = VISIT.take(visit, "decline", by)
    visit.reason = reason
    booking.release(visit)
    _record("visit.declined", visit, by, reason=reason, **moved)
    _back_to_desk(visit)


def _back_to_desk(visit: Visit) -> None:
    if not visit.ticket.visit_state:
        tickets.give_back(visit.ticket, visit.reason, by=SYSTEM)


def set_off(visit: Visit, *, by: Any) -> None:
    moved = VISIT.take(visit, "set_off", by)
    visit.set_off_at = clock.now()
    _record("visit.set_off", visit, by, PUBLIC, **moved)


def arrive(visit: Visit, *, by: Any) -> None:
    """Work begins, on the ticket as well."""
    moved = VISIT.take(visit, "arrive", by)
    visit.arrived_at = clock.now()
    _record("visit.arrived", visit, by, PUBLIC, **moved)
    if visit.ticket.status is Status.WAITING:
        tickets.resume(visit.ticket, by=by)
    elif visit.ticket.status in (Status.ACCEPTED, Status.DISPATCHED):
        tickets.start(visit.ticket, by=by)


def answer(visit: Visit, item: VisitItem, given: Answer | None, note: str = "", photos: Sequence[Received] = (), *, by: Any) -> None:
    """Answer one line of the standard; None takes the answer back. A "no" needs words or a photo. Raises Refused."""
    VISIT.check(visit, "answer", by)
    if given is Answer.NO and not (note or photos or proof.in_slot(queries.photos_of(visit), proof.item_slot(item))):
        raise Refused(_l("Say why it was not possible, or add a photo."))
    if (item.answer, item.note) == (given, note) and not photos:
        return
    before, item.answer, item.note = item.answer, given, note
    item.answered_at = clock.now() if given else None
    visit.changed_at = clock.now()
    row = _record("visit.answered", visit, by, Audience.AUDIT, item=item.words, before=before.value if before else None, after=given.value if given else None, note=note)
    _keep(visit, proof.item_slot(item), photos, row, by)


def add_photos(visit: Visit, slot: str, photos: Sequence[Received], *, by: Any) -> list[StoredFile]:
    """Photos for one slot: before, after, defect. Internal until the visit is finished. Raises Refused."""
    VISIT.check(visit, "add_photos", by)
    if not photos:
        raise Refused(_l("Choose or take at least one photo."))
    if len(proof.in_slot(queries.photos_of(visit), slot)) + len(photos) > MOST_PHOTOS:
        raise Refused(_l("At most 12 photos here."))
    row = _record("visit.photographed", visit, by, slot=slot, number=len(photos))
    return _keep(visit, slot, photos, row, by)


def _keep(visit: Visit, slot: str, photos: Sequence[Received], row: Activity, by: Any) -> list[StoredFile]:
    return [store(p, visit, by=by, ticket_id=visit.ticket_id, slot=slot, activity_id=row.id) for p in photos]


def finish(
    visit: Visit, outcome: VisitStatus, result: str, reason: str = "", waited_minutes: int | None = None, *,
    skill: Skill | None = None, photos: Sequence[Received] = (), by: Any,
) -> Visit | None:
    """Done, partly done, no access or work for a specialist. The customer sees the result with the photos; the result clock starts.

    Done stays locked while the standard lacks something. What is left over becomes a proposed visit, which is returned; without access, or
    when a specialist (`skill`) is needed, the ticket goes back to the desk. `photos`: of the closed door. Raises Refused.
    """
    VISIT.check(visit, outcome.value, by)
    shown = queries.photos_of(visit)
    _refuse_unfinished(visit, outcome, shown, result, reason, waited_minutes)
    moved = VISIT.take(visit, outcome.value, by)
    visit.result, visit.reason, visit.waited_minutes, visit.finished_at, visit.skill = result, reason, waited_minutes, clock.now(), skill
    booking.release(visit)
    row = _record("visit.finished", visit, by, PUBLIC, body=result or reason, outcome=outcome.value, reason=reason, waited=waited_minutes, **moved)
    _publish(shown, row)
    _keep(visit, proof.ACCESS, photos, row, by)
    if outcome in (VisitStatus.NO_ACCESS, VisitStatus.NEEDS_SPECIALIST):
        _back_to_desk(visit)
    return _propose_remainder(visit, by) if outcome is VisitStatus.PARTLY_DONE else None


def _refuse_unfinished(visit: Visit, outcome: VisitStatus, photos: list[StoredFile], result: str, reason: str, waited: int | None) -> None:
    missing = proof.gap(visit, photos) if outcome is VisitStatus.DONE else None
    if missing:
        raise Refused(missing.sentence)
    if outcome is VisitStatus.NO_ACCESS:
        _refuse_blank(reason, _l("Say why nobody could get in."))
        if waited is None:
            raise Refused(_l("Say how many minutes you waited."))
        return
    if outcome is VisitStatus.NEEDS_SPECIALIST:
        return _refuse_blank(reason, _l("Say why a specialist is needed."))
    _refuse_blank(result, _l("Write down what was done."))
    if outcome is VisitStatus.PARTLY_DONE:
        _refuse_blank(reason, _l("Say what is left and why."))


def _publish(photos: list[StoredFile], row: Activity) -> None:
    """Photos of the work become part of the public entry; what explains a "no" stays inside."""
    for photo in photos:
        if photo.slot in proof.SLOTS:
            photo.audience, photo.activity_id = PUBLIC, row.id


def _propose_remainder(visit: Visit, by: Any) -> Visit:
    """The rest as a visit without a technician, a day later, for the desk to plan."""
    day = timedelta(days=1)
    rest = made(visit.ticket, visit.starts_at + day, visit.ends_at + day, by, visit.bring)
    rest.status, rest.follows_id, rest.reason = VisitStatus.PROPOSED, visit.id, visit.reason
    left = [i for i in visit.items if i.kind == ItemKind.PHOTO.value or i.answer not in (Answer.YES, Answer.NOT_APPLICABLE)]
    rest.items = [
        VisitItem(position=n, item_id=i.item_id, kind=i.kind, slot=i.slot, words=i.words, words_en=i.words_en, required=i.required, minimum=i.minimum)
        for n, i in enumerate(left)
    ]
    _record("visit.proposed", rest, by, reason=visit.reason)
    return rest


def _refuse_blank(words: str, sentence: Any) -> None:
    if not words.strip():
        raise Refused(sentence)
