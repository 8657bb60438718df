"""Every role at every address: exactly the people of the table see it, and nobody else learns or changes anything."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.core.activity import Activity
from tests import addresses, cast, world
from tests.addresses import ALL, ENTRIES, NOBODY

pytestmark = pytest.mark.once


@pytest.fixture
def company(app):
    return world.build()


@pytest.fixture
def clients(app, company):
    """Role → signed-in client; NOBODY → a client that is not."""
    found = {role: cast.signed_in(app.test_client(), person) for role, person in company.people.items()}
    return {**found, NOBODY: app.test_client()}


@pytest.fixture
def asked(app, company, clients):
    """[(endpoint, methods, entry, address)], each address checked to lead where its entry says."""
    world.own_sessions(company)
    site = app.url_map.bind("localhost")
    rows = []
    for endpoint, entries in ENTRIES.items():
        for entry in entries:
            address = entry.address(company)
            methods = [m for m in ("GET", "POST") if site.test(address.split("?")[0], m) and site.match(address.split("?")[0], m)[0] == endpoint]
            assert methods, f"{address} does not lead to {endpoint}"
            rows.append((endpoint, methods, entry, address))
    return rows


def test_every_endpoint_has_an_entry_and_every_entry_an_endpoint(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ENTRIES)


@pytest.mark.parametrize("role", ALL, ids=str)
def test_each_page_answers_exactly_the_roles_of_the_table(role, asked, clients, company):
    wrong = []
    for endpoint, methods, entry, address in asked:
        for htmx in (False, True) if "GET" in methods else ():
            answer = clients[role].get(address, headers={"HX-Request": "true"} if htmx else {})
            found, expected = _gist(answer), _expected(endpoint, entry, role, htmx)
            if found != expected:
                wrong.append(f"{address} {'htmx' if htmx else ''}: {found}, expected {expected}")
            elif role not in entry.who and not _tells_nothing(answer, company):
                wrong.append(f"{address}: a refusal names a customer")
    assert not wrong, "\n".join(wrong)


def test_whoever_may_not_changes_nothing(asked, clients, company, db):
    wrong, before = [], _records(db)
    for endpoint, methods, entry, address in asked:
        for role in [r for r in ALL if r not in entry.who] if "POST" in methods else ():
            if role in _others(endpoint, entry):
                continue
            answer = clients[role].post(address)
            if _gist(answer) != _expected(endpoint, entry, role, False) or not _tells_nothing(answer, company):
                wrong.append(f"{role} {address}: {_gist(answer)}, expected {_expected(endpoint, entry, role, False)}")
            if _records(db) != before:
                wrong.append(f"{role} {address}: something was recorded")
                before = _records(db)
    assert not wrong, "\n".join(wrong)


def _expected(endpoint: str, entry: addresses.Entry, role, htmx: bool) -> tuple[int, str]:
    """(status, where to)."""
    if role in entry.who:
        return entry.status, ""
    if role in _others(endpoint, entry):
        return next(e.status for e in ENTRIES[endpoint] if role in e.who), ""
    if role is NOBODY:
        return (401, "/sign-in") if htmx else (303, "/sign-in")
    return (404 if role in entry.hidden else 403), ""


def _others(endpoint: str, entry: addresses.Entry) -> tuple:
    """The sign-in page is for nobody; whoever is signed in is led on. The same address, two entries."""
    return tuple(r for e in ENTRIES[endpoint] if e is not entry for r in e.who) if endpoint == "accounts.sign_in" else ()


def _gist(answer) -> tuple[int, str]:
    target = answer.headers.get("HX-Redirect") or answer.headers.get("Location") or ""
    return answer.status_code, "/sign-in" if target.startswith("/sign-in") else ""


def _tells_nothing(answer, company) -> bool:
    body = answer.get_data(as_text=True)
    return not any(word in body for word in (*world.CUSTOMERS, *world.PHONES, company.phone.e164[3:]))


def _records(db) -> int:
    return db.scalar(select(func.count()).select_from(Activity))
