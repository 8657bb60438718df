from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.activity import BigId
from portal.core.db import Moment, db


class PendingRequest(db.Model):
    """A request on its check page, with its photos; found by an unguessable token, swept after a day.

    `form_key`: the one-time key of the page it was typed on. `sent_hash`: of the words once sent, so that two tabs make one ticket.
    """

    __tablename__ = "pending_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    values: Mapped[dict] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    ticket_id: Mapped[int | None] = mapped_column(BigId)
    sent_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
