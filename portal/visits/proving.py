"""What is brought back from a visit: signature, parts, extra work, payment, the place of check-in; and the word that one runs late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.files import Received, store
from portal.core.i18n import money, time_of_day
from portal.visits import accounting
from portal.visits.field_models import CheckIn, Extra, PaidBy, Part, Payer, Payment, Signature, Unsigned
from portal.visits.models import Visit
from portal.visits.workflow import VISIT

SIGNATURE, AGREEMENT = "signature", "agreement"
MOST_PARTS = 40


def sign(visit: Visit, words: str, picture: Received | None, name: str = "", unsigned: Unsigned | None = None, note: str = "", *, by: Any) -> Signature:
    """Keep the signature under what was shown, or the reason why there is none. Raises Refused."""
    VISIT.check(visit, "sign", by)
    if not words.strip():
        raise Refused(_l("Write down what was done; the customer signs these words."))
    if picture is None and unsigned is None:
        raise Refused(_l("Let the customer sign, or say why not."))
    row = _record("visit.signed" if picture else "visit.unsigned", visit, by, name=name, reason=str(unsigned.word) if unsigned and not picture else "")
    file = _keep(picture, visit, SIGNATURE, row.id, by)
    made = Signature(
        visit_id=visit.id, words=words, name=name, file_id=file.id if file else None, unsigned=None if file else unsigned, note=note, person_id=by.id, at=clock.now(),
    )
    return _added(made)


def use_part(visit: Visit, name: str, quantity: int, cents: int, payer: Payer, *, by: Any) -> Part:
    """Material used, its price for one, and who pays."""
    VISIT.check(visit, "use_part", by)
    if len(accounting.parts_of(visit)) >= MOST_PARTS:
        raise Refused(_l("At most 40 lines of parts. Put the rest together."))
    made = _added(Part(visit_id=visit.id, name=name, quantity=quantity, cents=cents, payer=payer, person_id=by.id, at=clock.now()))
    _record("visit.part_used", visit, by, name=name, number=quantity, amount=money(made.total), payer=payer.value)
    return made


def take_back(part: Part, visit: Visit, *, by: Any) -> None:
    """A part that was not used after all."""
    VISIT.check(visit, "use_part", by)
    _record("visit.part_removed", visit, by, name=part.name, number=part.quantity, amount=money(part.total))
    db.session.delete(part)


def agree(visit: Visit, words: str, cents: int, name: str, picture: Received | None, *, by: Any) -> Extra:
    """Extra work with its price, agreed by the customer with name and signature before it is done. Raises Refused."""
    VISIT.check(visit, "agree", by)
    if picture is None:
        raise Refused(_l("Extra work needs the customer's signature before it is done. Without it, plan another visit."))
    row = _record("visit.extra_agreed", visit, by, Audience.PUBLIC, words=words, amount=money(cents), name=name)
    file = _keep(picture, visit, AGREEMENT, row.id, by)
    return _added(Extra(visit_id=visit.id, words=words, cents=cents, agreed_by=name, file_id=file.id, person_id=by.id, agreed_at=clock.now()))


def settle(visit: Visit, paid: int, way: PaidBy, *, by: Any) -> Payment:
    """What the customer owes by parts and extra work, what was paid and how."""
    VISIT.check(visit, "settle", by)
    due = accounting.due_of(visit)
    if way in (PaidBy.NOTHING, PaidBy.LATER) and paid:
        raise Refused(_l("Say how it was paid."))
    made = _added(Payment(visit_id=visit.id, due=due, paid=paid, way=way, person_id=by.id, at=clock.now()))
    _record("visit.settled", visit, by, due=money(due), paid=money(paid), way=str(way.word))
    return made


def check_in(visit: Visit, latitude: float, longitude: float, accuracy: int, *, by: Any) -> None:
    """The place of arrival, with its accuracy in metres; only what the phone's owner agreed to, and only once."""
    if db.session.get(CheckIn, visit.id) is None:
        db.session.add(CheckIn(visit_id=visit.id, latitude=latitude, longitude=longitude, accuracy=accuracy, at=clock.now()))
        record("visit.checked_in", visit, by=by, ticket=visit.ticket, audience=Audience.AUDIT, accuracy=accuracy)


def run_late(visit: Visit, minutes: int, *, by: Any) -> None:
    """A new time of arrival: so many minutes after now or the planned start, whichever is later. Customer and desk are told."""
    VISIT.check(visit, "run_late", by)
    visit.expected_at = max(visit.starts_at, clock.now()) + timedelta(minutes=minutes)
    _record("visit.late", visit, by, Audience.PUBLIC, at=time_of_day(visit.expected_at), minutes=minutes)


def _keep(picture: Received | None, visit: Visit, slot: str, activity_id: int, by: Any):
    return store(picture, visit, by=by, ticket_id=visit.ticket_id, slot=slot, activity_id=activity_id) if picture else None


def _record(verb: str, visit: Visit, by: Any, audience: Audience = Audience.INTERNAL, **data: Any):
    return record(verb, visit, by=by, ticket=visit.ticket, audience=audience, **data)


def _added(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row
