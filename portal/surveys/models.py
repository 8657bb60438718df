from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.activity import BigId
from portal.core.db import Moment, db, reference
from portal.tickets.models import Ticket

DIMENSIONS = ("overall", "speed", "attitude", "quality", "tidiness")


class Survey(db.Model):
    """One invitation and its answer sheet; scores 1 (very poor) to 5 (very good)."""

    __tablename__ = "survey"
    __table_args__ = (
        Index("ix_survey_answered", "answered_at", "id"),
        *(CheckConstraint(f"{d} BETWEEN 1 AND 5", name=d) for d in DIMENSIONS),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    selector: Mapped[str] = mapped_column(String(12), unique=True)
    secret: Mapped[str] = mapped_column(String(40))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    sent_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    corrected_at: Mapped[datetime | None] = mapped_column(Moment)
    overall: Mapped[int | None] = mapped_column()
    speed: Mapped[int | None] = mapped_column()
    attitude: Mapped[int | None] = mapped_column()
    quality: Mapped[int | None] = mapped_column()
    tidiness: Mapped[int | None] = mapped_column()
    solved: Mapped[bool | None] = mapped_column()
    tags: Mapped[list] = mapped_column(JSON, default=list)
    words: Mapped[str] = mapped_column(String(1000), default="")
    version: Mapped[int] = mapped_column(default=1)
    ticket: Mapped[Ticket] = reference(ticket_id)
    __mapper_args__ = {"version_id_col": version}

    @property
    def token(self) -> str:
        return self.selector + self.secret
