"""What every layout shows: company, menu, role."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Flask

from portal.accounts.options import HOTLINE, HOURS, NAME
from portal.core import menu, options
from portal.core.access import me
from portal.core.pages import layout_fact


def init_app(app: Flask) -> None:
    layout_fact(_facts)


def _facts() -> dict:
    person = me()
    company = SimpleNamespace(name=options.value(NAME), hotline=options.value(HOTLINE), hours=options.value(HOURS))
    return {
        "company": company, "menu": menu.groups_for(person) if person else [], "tabs": menu.tabs_for(person) if person else [],
        "role_label": person.role.word if person and person.role else "",
    }
