"""What an empty company lacks before the first request can come in, in the order in which it is entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.accounts import queries as accounts
from portal.accounts.options import HOTLINE
from portal.core import options
from portal.core.access import Role


@dataclass(frozen=True)
class FirstStep:
    label: Any
    endpoint: str
    is_done: bool
    name: str | None = None


def missing() -> list[FirstStep]:
    """All of them while one is not done; none afterwards."""
    steps = [
        FirstStep(_l("Add an area: the districts that are served"), "admin.new_area", bool(accounts.areas())),
        FirstStep(_l("Add a team and choose its areas"), "admin.new_team", bool(accounts.teams())),
        FirstStep(_l("Add an agent, who takes the requests"), "admin.new_person", bool(accounts.people_with(Role.AGENT))),
        FirstStep(_l("Add a technician, who visits"), "admin.new_person", bool(accounts.people_with(Role.TECHNICIAN))),
        FirstStep(_l("Enter the hotline that customers see"), "admin.option", bool(options.value(HOTLINE)), HOTLINE),
    ]
    return [] if all(step.is_done for step in steps) else steps
