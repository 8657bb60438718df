"""The signature and the money of a visit, as they stand."""

from __future__ import annotations

from sqlalchemy import select

from portal.core.db import db
from portal.visits.field_models import CheckIn, Extra, Part, Payer, Payment, Signature
from portal.visits.models import Visit


def signature_of(visit: Visit) -> Signature | None:
    """The latest one: signed again, the earlier is kept but no longer shown."""
    query = select(Signature).where(Signature.visit_id == visit.id)
    return db.session.scalars(query.order_by(Signature.id.desc()).limit(1)).first()


def parts_of(visit: Visit) -> list[Part]:
    return list(db.session.scalars(select(Part).where(Part.visit_id == visit.id).order_by(Part.id)))


def extras_of(visit: Visit) -> list[Extra]:
    return list(db.session.scalars(select(Extra).where(Extra.visit_id == visit.id).order_by(Extra.id)))


def payment_of(visit: Visit) -> Payment | None:
    query = select(Payment).where(Payment.visit_id == visit.id)
    return db.session.scalars(query.order_by(Payment.id.desc()).limit(1)).first()


def due_of(visit: Visit) -> int:
    """Hundredths of a yuan that the customer owes: extra work, and the parts that the customer pays."""
    return sum(e.cents for e in extras_of(visit)) + sum(p.total for p in parts_of(visit) if p.payer is Payer.CUSTOMER)


def check_in_of(visit: Visit) -> CheckIn | None:
    return db.session.get(CheckIn, visit.id)
