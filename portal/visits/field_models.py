"""What a technician brings back from a visit: signatures, parts, extra work, money, the place of check-in, and every report of a phone."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Person
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db, reference
from portal.core.labels import Label
from portal.visits.models import Visit


class Unsigned(Label):
    """Why there is no signature."""

    ABSENT = "absent", _l("The customer is absent")
    UNWILLING = "unwilling", _l("The customer does not wish to sign")
    NO_WAY = "no_way", _l("This phone cannot take a signature")


class Payer(Label):
    CUSTOMER = "customer", _l("Customer pays")
    COMPANY = "company", _l("Company pays")
    WARRANTY = "warranty", _l("Under warranty")


class PaidBy(Label):
    NOTHING = "nothing", _l("Nothing to pay"), "ok"
    WECHAT = "wechat", _l("WeChat"), "ok"
    ALIPAY = "alipay", _l("Alipay"), "ok"
    CASH = "cash", _l("Cash"), "ok"
    CARD = "card", _l("Card"), "ok"
    LATER = "later", _l("Not paid yet"), "warn"


class Signature(db.Model):
    """The customer's name under words that were shown in large letters; or the reason why there is none."""

    __tablename__ = "visit_signature"
    __table_args__ = (CheckConstraint("file_id IS NOT NULL OR unsigned IS NOT NULL", name="signed_or_reason"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(40), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    unsigned: Mapped[Unsigned | None] = mapped_column(LabelType(Unsigned))
    note: Mapped[str] = mapped_column(String(200), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)


class Part(db.Model):
    """Material used. Hundredths of a yuan for one piece."""

    __tablename__ = "visit_part"
    __table_args__ = (CheckConstraint("quantity > 0 AND cents >= 0", name="amounts"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    quantity: Mapped[int] = mapped_column()
    cents: Mapped[int] = mapped_column()
    payer: Mapped[Payer] = mapped_column(LabelType(Payer))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    @property
    def total(self) -> int:
        return self.quantity * self.cents


class Extra(db.Model):
    """Work beyond the request, priced and agreed by the customer before it is done."""

    __tablename__ = "visit_extra"
    __table_args__ = (CheckConstraint("cents >= 0", name="amount"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    words: Mapped[str] = mapped_column(String(200))
    cents: Mapped[int] = mapped_column()
    agreed_by: Mapped[str] = mapped_column(String(40))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime] = mapped_column(Moment)


class Payment(db.Model):
    """What was due and how it was paid; a later row replaces an earlier one."""

    __tablename__ = "visit_payment"
    __table_args__ = (CheckConstraint("due >= 0 AND paid >= 0", name="amounts"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    due: Mapped[int] = mapped_column()
    paid: Mapped[int] = mapped_column()
    way: Mapped[PaidBy] = mapped_column(LabelType(PaidBy))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)


class CheckIn(db.Model):
    """Where the phone was on arrival, if its owner agreed. Only then, and never a condition."""

    __tablename__ = "visit_check_in"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    accuracy: Mapped[int] = mapped_column()  # metres
    at: Mapped[datetime] = mapped_column(Moment)


class ReportState(Label):
    DONE = "done", _l("Carried out"), "ok"
    CONFLICT = "conflict", _l("Needs a look"), "warn"
    SETTLED = "settled", _l("Settled"), ""


class FieldReport(db.Model):
    """One item of a phone's outbox as it arrived. Kept whatever became of it; only its state and who settled it are added."""

    __tablename__ = "field_report"
    __table_args__ = (Index("ix_field_report_state", "state", "id"), Index("ix_field_report_person", "person_id", "state", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict] = mapped_column(JSON, default=dict)
    device_at: Mapped[datetime] = mapped_column(Moment)
    happened_at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime] = mapped_column(Moment)
    skew: Mapped[int] = mapped_column()  # seconds that the phone's clock is ahead
    state: Mapped[ReportState] = mapped_column(LabelType(ReportState))
    reason: Mapped[str] = mapped_column(String(300), default="")
    was: Mapped[dict] = mapped_column(JSON, default=dict)  # the visit as it stood here
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = reference(person_id)
    settled_by: Mapped[Person | None] = reference(settled_by_id)
    visit: Mapped[Visit] = reference(visit_id)
