"""Long bulk runs go on here, some tickets a transaction, so that nobody waits for them."""

from __future__ import annotations

from portal.core.db import unit_of_work
from portal.macros import actions, queries

AT_ONCE, ROUNDS = 25, 40


def carry_on() -> int:
    """Returns how many parts were worked through."""
    for done in range(ROUNDS):
        if not _part():
            return done
    return ROUNDS


def _part() -> bool:
    if not queries.has_waiting_run():  # most rounds: no turn is taken
        return False
    with unit_of_work():
        run = queries.waiting_run()
        if run is None:
            return False
        actions.carry_on(run, AT_ONCE, by=queries.owner_of(run))
    return True
