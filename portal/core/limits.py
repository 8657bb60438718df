"""How often: one small table, right across processes and restarts."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import Index, Integer, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.db import Moment, db, own_transaction


class Hit(db.Model):
    """One counted try. The key is hashed: no name, phone or address is stored."""

    __tablename__ = "limit_hit"
    __table_args__ = (Index("ix_limit_hit_key", "key", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Moment)


def _key(scope: str, who: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()[:64]
    return hashlib.blake2b(f"{scope}\0{who}".encode("utf-8", "replace"), key=secret, digest_size=16).hexdigest()


def count(scope: str, who: str, window: timedelta) -> int:
    """Tries of `who` in the last `window`."""
    query = select(func.count()).where(Hit.key == _key(scope, who), Hit.at > clock.now() - window)
    return db.session.execute(query).scalar_one()


def hit(scope: str, who: str, within_request: bool = True) -> None:
    """Count a try, in the request's transaction, or on a connection of its own (only while no writing one is open)."""
    row = {"key": _key(scope, who), "at": clock.now()}
    if within_request:
        db.session.connection().execute(_HIT, row)
        return
    with own_transaction(lasting=False) as connection:
        connection.execute(_HIT, row)


_HIT = insert(Hit.__table__).inline()  # nobody asks for its id


def forget(scope: str, who: str) -> None:
    db.session.execute(delete(Hit).where(Hit.key == _key(scope, who)))


def sweep(older_than: timedelta = timedelta(days=2)) -> None:
    """Remove old tries; a nightly job."""
    db.session.execute(delete(Hit).where(Hit.at < clock.now() - older_than))
