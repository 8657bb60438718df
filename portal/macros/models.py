from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.activity import BigId
from portal.core.db import Moment, db


class Macro(db.Model):
    """Changes with a name, made by one click. `changes`: see `changes.Changes`."""

    __tablename__ = "macro"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    changes: Mapped[dict] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class BulkRun(db.Model):
    """The same changes on many tickets: which still wait, which are done (with what undoes them), which failed and why.

    A run with `undoes_id` takes back another one.
    """

    __tablename__ = "bulk_run"
    __table_args__ = (Index("ix_bulk_run_waiting", "ended_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    changes: Mapped[dict] = mapped_column(JSON)
    name: Mapped[str] = mapped_column(String(60), default="")
    waiting: Mapped[list] = mapped_column(JSON)
    done: Mapped[list] = mapped_column(JSON)
    failed: Mapped[list] = mapped_column(JSON)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_run.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    @property
    def total(self) -> int:
        return len(self.waiting) + len(self.done) + len(self.failed)
