"""Every door of the portal with the people who may open it, and every form that stands behind one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import lxml.html

from portal.core.access import Role
from tests.addresses import ENTRIES, Entry
from tests.browser import fields_of

LEAVING = {"accounts.sign_out", "accounts.end_session", "accounts.end_other_sessions", "admin.disable_person"}
"""Forms that would end the walk itself."""
WORKERS = (Role.AGENT, Role.TECHNICIAN, Role.SUPERVISOR, Role.ADMINISTRATOR, None)


@dataclass(frozen=True)
class Door:
    endpoint: str
    entry: Entry
    address: str
    methods: tuple[str, ...]

    @property
    def opens(self) -> bool:
        return "GET" in self.methods


@dataclass(frozen=True)
class Form:
    """As a page shows it to a role: what it holds already, and the names of its text fields, choices and file fields."""

    role: Any
    page: str
    endpoint: str
    action: str
    fields: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    choices: tuple[str, ...]
    files: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.role} {self.page} → {self.action}"


def doors(app: Any, company: Any) -> list[Door]:
    site = app.url_map.bind("localhost")

    def methods(path: str, endpoint: str) -> tuple[str, ...]:
        return tuple(m for m in ("GET", "POST") if site.test(path, m) and site.match(path, m)[0] == endpoint)

    rows = [(endpoint, entry, entry.address(company)) for endpoint, entries in ENTRIES.items() for entry in entries]
    return [Door(endpoint, entry, address, methods(address.split("?")[0], endpoint)) for endpoint, entry, address in rows]


def forms(app: Any, clients: dict, doors: list[Door]) -> list[Form]:
    """Each form once, as the first of those shows it who may open its page."""
    found: dict[tuple, Form] = {}
    for door in doors:
        first = door.entry.who[0]
        for role in dict.fromkeys((first, Role.TECHNICIAN if first and Role.TECHNICIAN in door.entry.who else first)) if door.opens and door.entry.page else ():
            answer = clients[role].get(door.address)
            for form in _shown(app, role, door.address, answer):
                names = frozenset(name for name, _value in form.fields)
                found.setdefault((form.endpoint, names), form)
    return [form for form in found.values() if form.endpoint not in LEAVING]


def _shown(app: Any, role: Any, page: str, answer: Any) -> Iterator[Form]:
    if answer.status_code != 200 or answer.mimetype != "text/html" or not answer.data.strip():
        return
    for form in lxml.html.document_fromstring(answer.text).cssselect("form[method]"):
        buttons = [b for b in form.cssselect("button") if (b.get("type") or "submit") == "submit"]
        for action in {urljoin(page, b.get("formaction") or form.get("action") or page) for b in buttons} if form.get("method").lower() == "post" else ():
            yield _read(app, role, page, form, action, [(b.get("name"), b.get("value", "")) for b in buttons if b.get("name")][:1])


def _read(app: Any, role: Any, page: str, form: Any, action: str, pressed: list) -> Form:
    endpoint, _values = app.url_map.bind("localhost").match(action.split("?")[0], "POST")
    texts = [f.get("name") for f in form.cssselect("textarea, input:not([type]), input[type=text], input[type=tel], input[type=search], input[type=email]")]
    choices = [f.get("name") for f in form.cssselect("select, input[type=radio]")]
    files = [f.get("name") for f in form.cssselect("input[type=file]")]
    names = (tuple(dict.fromkeys(filter(None, found))) for found in (texts, choices, files))
    return Form(role, page, endpoint, action, tuple(fields_of(form) + pressed), *names)
