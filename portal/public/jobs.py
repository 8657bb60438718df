from __future__ import annotations

from portal.core.db import unit_of_work
from portal.public import actions


def sweep() -> None:
    """Forget what was typed and never sent."""
    with unit_of_work():
        actions.forget_old()
