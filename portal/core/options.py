"""Knobs that the business owns: each with a default, a word and a reason; changed in admin, kept in one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Mapping

from flask import has_app_context
from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import Moment, db
from portal.core.kept import kept


class StoredOption(db.Model):
    __tablename__ = "option"
    seldom = True

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class Option:
    """One knob. kind: text, whole (low..high), share (0..1), flag, choice (of `among`)."""

    name: str
    default: Any
    words: Any
    why: Any = ""
    kind: str = "text"
    low: int = 0
    high: int = 1_000_000
    among: Mapping[str, str] = field(default_factory=dict)  # value → its word


OPTIONS: dict[str, Option] = {}


def option(name: str, default: Any, words: Any, **more: Any) -> str:
    """Register a knob; returns its name."""
    OPTIONS[name] = Option(name, default, words, **more)
    return name


def value(name: str) -> Any:
    """The knob's value, or its default. All are read at once and kept."""
    stored = _stored() if has_app_context() else {}
    return stored.get(name, OPTIONS[name].default)


@kept
def _stored() -> dict[str, Any]:
    return dict(db.session.execute(select(StoredOption.name, StoredOption.value)).all())


def put(name: str, new: Any) -> None:
    """Store a value (checked by the admin form). The caller records the change."""
    row = db.session.get(StoredOption, name)
    if row is None:
        db.session.add(StoredOption(name=name, value=new, changed_at=clock.now()))
    else:
        row.value, row.changed_at = new, clock.now()
    db.session.flush()
