from __future__ import annotations

from zlib import crc32

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.db import LabelType, db
from portal.core.i18n import Named, language
from portal.core.labels import Label


class Urgency(Label):
    DANGER = "danger", _l("Danger, or water or power running"), "danger"
    URGENT = "urgent", _l("Urgent"), "warn"
    SOON = "soon", _l("Soon")
    CAN_WAIT = "can_wait", _l("Can wait")


class Impact(Label):
    HOME = "home", _l("Home unusable")
    SEVERAL = "several", _l("Several homes")
    ROOM = "room", _l("One room")


class Priority(Label):
    URGENT = "urgent", _l("Urgent"), "danger"
    HIGH = "high", _l("High")
    NORMAL = "normal", _l("Normal")
    LOW = "low", _l("Low")


class ServiceGroup(Label):
    INDOOR = "indoor", _l("Indoor")
    OUTDOOR = "outdoor", _l("Outdoor")
    SPECIAL = "special", _l("Special areas")
    PROPERTY = "property", _l("Property")


class ItemKind(Label):
    CHECK = "check", _l("Checklist item")
    PHOTO = "photo", _l("Photos")


class Slot(Label):
    BEFORE = "before", _l("Before the work")
    AFTER = "after", _l("After the work")
    DEFECT = "defect", _l("Defect")


class Kind(Named, db.Model):
    """Nature of a ticket. `straight`: may go from accepted to resolved; `always_follow_up`: every one is called back."""

    __tablename__ = "kind"
    seldom = True

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    straight: Mapped[bool] = mapped_column(default=False)
    grave: Mapped[bool] = mapped_column(default=False)
    always_follow_up: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    @property
    def id(self) -> int:
        """A number made of the code: the activity log names its subjects by number."""
        return crc32(self.code.encode()) & 0x7FFFFFFF


class Service(Named, db.Model):
    """Catalogue entry; its items are the standard: what "done" means."""

    __tablename__ = "service"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    group: Mapped[ServiceGroup] = mapped_column(LabelType(ServiceGroup))
    minutes: Mapped[int] = mapped_column(default=90)
    bring: Mapped[str] = mapped_column(String(200), default="")
    bring_en: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    items: Mapped[list[StandardItem]] = relationship(
        order_by="StandardItem.position", cascade="all, delete-orphan", back_populates="service"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def bring_word(self) -> str:
        """What to bring, in the reader's language."""
        return self.bring if language().startswith("zh") or not self.bring_en else self.bring_en


class StandardItem(Named, db.Model):
    """One line of a standard: something to check, or a photo slot with a minimum number."""

    __tablename__ = "standard_item"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ItemKind] = mapped_column(LabelType(ItemKind), default=ItemKind.CHECK)
    slot: Mapped[Slot | None] = mapped_column(LabelType(Slot))
    minimum: Mapped[int] = mapped_column(default=0)
    required: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    service: Mapped[Service] = relationship(back_populates="items")
    __mapper_args__ = {"version_id_col": version}


class Category(Named, db.Model):
    """Tree of problems. Roots carry the digit of the intake page and the icon; each may point to a service."""

    __tablename__ = "category"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    icon: Mapped[str] = mapped_column(String(20), default="more")
    digit: Mapped[int | None] = mapped_column()
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    kind_code: Mapped[str | None] = mapped_column(ForeignKey("kind.code"))
    urgency: Mapped[Urgency] = mapped_column(LabelType(Urgency), default=Urgency.SOON)
    impact: Mapped[Impact] = mapped_column(LabelType(Impact), default=Impact.ROOM)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    parent: Mapped[Category | None] = relationship(remote_side=[id])
    service: Mapped[Service | None] = relationship()
    __mapper_args__ = {"version_id_col": version}


class Stage(Named, db.Model):
    """Where the problem arose: before service, booking, during, after, billing."""

    __tablename__ = "stage"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class Cause(Named, db.Model):
    """Root cause, from a list, set when a ticket is resolved."""

    __tablename__ = "cause"
    seldom = True

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class PriorityRule(db.Model):
    """One cell of the urgency × impact table."""

    __tablename__ = "priority_rule"
    seldom = True
    __table_args__ = (
        UniqueConstraint("urgency", "impact"),
        CheckConstraint("priority IN ('urgent','high','normal','low')", name="priority"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    urgency: Mapped[Urgency] = mapped_column(LabelType(Urgency))
    impact: Mapped[Impact] = mapped_column(LabelType(Impact))
    priority: Mapped[Priority] = mapped_column(LabelType(Priority))
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
