"""How many statements something costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from portal.core.db import db


def statements(act: Callable[[], Any]) -> int:
    """The number of statements that are sent to the database while `act` runs, by whatever connection."""
    return len(words(act))


def words(act: Callable[[], Any]) -> list[str]:
    """The same statements, in their order."""
    sent: list[str] = []

    def listen(_connection, _cursor, statement, *_more):
        sent.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    return sent
