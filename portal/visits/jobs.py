"""What happens to visits by the clock."""

from __future__ import annotations

from portal.core.db import unit_of_work
from portal.visits import nobody


def look_for_nobody() -> None:
    """Jobs that nobody can do within the next days: their supervisors are told."""
    with unit_of_work():
        nobody.look_for_all()
