from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, Date, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Area
from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db
from portal.core.labels import Label


class CustomerClass(Label):
    NORMAL = "normal", _l("Ordinary")
    CONTRACT = "contract", _l("Yearly contract"), "accent"
    KEY = "key", _l("Key customer"), "accent"
    AT_RISK = "at_risk", _l("At risk"), "warn"


class Customer(db.Model):
    """Who is served. A doubled one is merged: it stays, points to the other and is hidden from lists."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_changed", "changed_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    initials: Mapped[str] = mapped_column(String(40), default="", index=True)
    salutation: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str | None] = mapped_column(String(200))
    class_: Mapped[CustomerClass] = mapped_column("class", LabelType(CustomerClass), default=CustomerClass.NORMAL)
    note: Mapped[str] = mapped_column(String(500), default="")
    preference: Mapped[str] = mapped_column(String(200), default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_id: Mapped[int | None] = mapped_column(BigId)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    phones: Mapped[list[CustomerPhone]] = relationship(
        back_populates="customer", order_by="CustomerPhone.position", cascade="all, delete-orphan"
    )
    sites: Mapped[list[Site]] = relationship(back_populates="customer", order_by="Site.id", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}


class CustomerPhone(db.Model):
    """A number that reaches the customer or one of several callers of a site. `digits`: as dialled in the country."""

    __tablename__ = "customer_phone"
    __table_args__ = (
        UniqueConstraint("customer_id", "e164", "extension"),
        Index("ix_customer_phone_e164", "e164"),
        Index("ix_customer_phone_digits", "digits"),
        Index("ix_customer_phone_last4", "last4"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="SET NULL"))
    caller: Mapped[str] = mapped_column(String(60), default="")
    raw: Mapped[str] = mapped_column(String(40))
    e164: Mapped[str] = mapped_column(String(20))
    extension: Mapped[str] = mapped_column(String(10), default="")
    digits: Mapped[str] = mapped_column(String(20))
    last4: Mapped[str] = mapped_column(String(4))
    position: Mapped[int] = mapped_column(default=0)
    customer: Mapped[Customer] = relationship(back_populates="phones")


class Site(db.Model):
    """Premises: where the work is done."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    region_code: Mapped[str] = mapped_column(String(6), default="")
    estate: Mapped[str] = mapped_column(String(60), default="")
    detail: Mapped[str] = mapped_column(String(120))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    layout: Mapped[str] = mapped_column(String(40), default="")
    size: Mapped[float | None] = mapped_column(Numeric(8, 1, asdecimal=False))
    access_notes: Mapped[str] = mapped_column(String(300), default="")
    reminder: Mapped[str] = mapped_column(String(300), default="")
    handover_on: Mapped[date | None] = mapped_column(Date)
    warranty_until: Mapped[date | None] = mapped_column(Date)
    served_at: Mapped[datetime | None] = mapped_column(Moment)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    customer: Mapped[Customer] = relationship(back_populates="sites")
    area: Mapped[Area | None] = relationship(lazy="joined")
    __mapper_args__ = {"version_id_col": version}


class ImportBatch(db.Model):
    """A checked table of customers, sites or staff that waits for a person's yes. Rows: {"line", "values", "problem"}."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    rows: Mapped[list] = mapped_column(JSON)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
