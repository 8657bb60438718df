"""A life cycle is one table of steps. It draws the buttons and guards the POST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Container

from portal.core.access import may, require
from portal.core.errors import WrongState
from portal.core.labels import Label


@dataclass(frozen=True)
class Step:
    """One row: `verb` from any of `start` to `to` (None: stays), for holders of `permit`."""

    verb: str
    word: Any
    start: tuple[Label, ...]
    to: Label | None
    permit: str
    icon: str = ""
    kind: str = "quiet"
    asks: str = ""  # name of the small form that the step needs before it can be taken


class Workflow:
    """All steps of one kind of record; the state lives in the attribute `state`."""

    def __init__(self, state: str, *steps: Step):
        self.state = state
        self.steps = {step.verb: step for step in steps}

    def possible(self, record: Any, person: Any, waiting: Container[str] = ()) -> list[Step]:
        """The steps this person may take now, in the table's order. `waiting`: verbs that something else has to come before."""
        now = getattr(record, self.state)
        return [s for s in self.steps.values() if now in s.start and s.verb not in waiting and may(person, s.permit, record)]

    def can(self, record: Any, verb: str, person: Any) -> bool:
        return self.steps[verb] in self.possible(record, person)

    def check(self, record: Any, verb: str, by: Any) -> Step:
        """Raises Forbidden (permit first), then WrongState."""
        step = self.steps[verb]
        require(by, step.permit, record)
        if getattr(record, self.state) not in step.start:
            raise WrongState()
        return step

    def take(self, record: Any, verb: str, by: Any) -> dict[str, str]:
        """Check the step and move the state; returns {"before", "after"} for the activity row."""
        step = self.check(record, verb, by)
        before = getattr(record, self.state)
        if step.to is not None:
            setattr(record, self.state, step.to)
        return {"before": before.value, "after": (step.to or before).value}
