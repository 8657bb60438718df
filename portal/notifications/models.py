from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.activity import BigId
from portal.core.db import LabelType, Moment, db
from portal.core.labels import Label


class Way(Label):
    EMAIL = "email", _l("E-mail")
    SMS = "sms", _l("Text message")
    CHAT = "chat", _l("Enterprise chat")


class Delivery(Label):
    QUEUED = "queued", _l("Waiting to be sent"), "quiet"
    SENT = "sent", _l("Delivered"), "ok"
    FAILED = "failed", _l("Not delivered, will be tried again"), "warn"
    PARKED = "parked", _l("Not delivered"), "danger"
    MUTED = "muted", _l("Held back: sending is switched off"), "warn"
    DROPPED = "dropped", _l("Not sent"), "quiet"


class Notice(db.Model):
    """One line in a person's inbox. `words` is an English msgid, `data` its values; translated when read."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_inbox", "person_id", "read_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    words: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict] = mapped_column(JSON, default=dict)
    url: Mapped[str] = mapped_column(String(200), default="")
    tone: Mapped[str] = mapped_column(String(10), default="")
    activity_id: Mapped[int | None] = mapped_column(BigId)
    read_at: Mapped[datetime | None] = mapped_column(Moment)


class OutMessage(db.Model):
    """One outgoing message, written in the effect's transaction and sent by a job after commit."""

    __tablename__ = "out_message"
    __table_args__ = (Index("ix_out_message_due", "state", "next_at"), Index("ix_out_message_ticket", "ticket_id"), Index("ix_out_message_to", "to", "queued_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    way: Mapped[Way] = mapped_column(LabelType(Way))
    to: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[Delivery] = mapped_column(LabelType(Delivery), default=Delivery.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Moment)
    queued_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(String(300), default="")
    once_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(BigId)
    activity_id: Mapped[int | None] = mapped_column(BigId, index=True)
