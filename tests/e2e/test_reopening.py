"""Today's pages without network: kept by the worker, beside the page that is seen, and for one person at a time."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e import cellar
from tests.e2e.cellar import a_day, day_kept, known

PAGES = "() => performance.getEntriesByType('resource').map(entry => new URL(entry.name)).filter(url => !url.search && url.pathname.startsWith('/visits/')).map(String)"
PEOPLE = "async () => (await caches.keys()).filter(name => name.startsWith('pages-'))"
KEPT_AT = "async path => Number((await caches.match(path))?.headers.get('X-Kept') || 0)"


@pytest.fixture
def phone(person):
    person.noise.append("ERR_INTERNET_DISCONNECTED")
    return person(width=390, height=844, phone=True, service_workers="allow")


def test_the_whole_day_opens_without_network_soon_after_the_list_was_seen(site, phone):
    username, visits = a_day(site, 4)
    known(site, phone, username)
    phone.goto("/visits/today")
    day_kept(phone, visits)
    assert phone.evaluate(PAGES) == []  # the page itself asked for none of them (its own list, live, has a query)
    phone.context.set_offline(True)
    for visit in visits:
        phone.goto(f"/visits/{visit}")
        expect(phone.locator("#work")).to_have_attribute("data-visit", str(visit))
        expect(phone.locator("[data-sync]")).to_contain_text("没有网络")
    phone.goto("/visits/today")
    expect(phone.locator("#visits a[href^='/visits/']").first).to_be_visible()


def test_a_single_visit_is_enough_to_keep_the_day_and_what_is_shown_later_is_kept_as_shown(site, phone):
    username, visits = a_day(site, 3)
    known(site, phone, username)
    phone.goto(f"/visits/{visits[0]}")
    day_kept(phone, visits)
    before = phone.evaluate(KEPT_AT, f"/visits/{visits[1]}")
    phone.goto(f"/visits/{visits[1]}")
    cellar.until(phone, lambda: phone.evaluate(KEPT_AT, f"/visits/{visits[1]}") > before, lambda: "kept as it was before")
    assert phone.evaluate(PAGES) == []


def test_pages_of_the_person_before_are_gone_when_somebody_else_signs_in(site, phone):
    (one, first), (other, second) = a_day(site), a_day(site)
    known(site, phone, one)
    phone.goto("/visits/today")
    day_kept(phone, first)
    before = phone.evaluate(PEOPLE)
    phone.context.clear_cookies()
    known(site, phone, other)
    phone.goto("/visits/today")
    day_kept(phone, second)
    after = phone.evaluate(PEOPLE)
    assert len(before) == len(after) == 1 and before != after
    assert phone.evaluate(KEPT_AT, f"/visits/{first[0]}") == 0
