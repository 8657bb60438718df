"""What every layout shows: company, menu, role."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask
from markupsafe import Markup

from portal.accounts.options import HOTLINE, HOURS, NAME
from portal.core import menu, options
from portal.core.access import me
from portal.core.pages import fragment, layout_fact


def init_app(app: Flask) -> None:
    layout_fact(_facts)


def _facts() -> dict:
    person = me()
    company = SimpleNamespace(name=options.value(NAME), hotline=options.value(HOTLINE), hours=options.value(HOURS))
    return {
        "company": company, "role_label": person.role.word if person and person.role else "",
        "menu": lambda: _menu(person), "tabs": lambda template: _tabs(template, person),
    }


def _menu(person: Any) -> Markup:
    places = menu.places_for(person) if person else ()
    return fragment("layouts/_menu.html", _key(places), lambda: {"groups": menu.grouped(places)})


def _tabs(template: str, person: Any) -> Markup:
    places = menu.tabs_for(person) if person else ()
    return fragment(template, _key(places), lambda: {"tabs": places})


def _key(places: tuple[menu.Place, ...]) -> tuple:
    return tuple([(p.item.endpoint, p.item.values, p.current, p.count, p.count_tone) for p in places])
