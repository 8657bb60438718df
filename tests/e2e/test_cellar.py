"""Nothing lost, nothing twice: the network is cut at every step, pages and tabs go, sessions end."""

from __future__ import annotations

import os
import random

import pytest

from tests.e2e import cellar
from tests.e2e.cellar import Net, a_day, all_delivered, signed_in, whole_visit, wrong_with

PHONE = {"width": 390, "height": 844, "phone": True}
NOISE = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_RESET", "ERR_FAILED", "ERR_CONNECTION_REFUSED", "Failed to fetch", "ERR_NETWORK", "status of 50", "ERR_EMPTY_RESPONSE", "ERR_ABORTED")


@pytest.fixture
def phone(site, person):
    """`phone(username, workers="block")` → a signed-in page of a phone; lost requests are what these tests are about."""

    def open_phone(username: str, workers: str = "block"):
        page = person(**PHONE, service_workers=workers)
        signed_in(page, username)
        return page

    yield open_phone
    person.errors[:] = [e for e in person.errors if not any(noise in e for noise in NOISE)]


@pytest.mark.parametrize("how", ["before", "after"])
def test_the_line_breaks_at_every_item_and_each_arrives_once(site, phone, how):
    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    net = Net(page, [how, "through"] * 40)
    whole_visit(page)
    for _nudge in range(18):
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        page.wait_for_timeout(150)
    all_delivered(page)
    assert net.cuts >= 6
    assert wrong_with(site, visit, 2) == []


def test_a_whole_visit_in_a_cellar_survives_reload_and_a_killed_tab(site, phone):
    username, (visit,) = a_day(site)
    page = phone(username, workers="allow")
    page.goto(f"/visits/{visit}")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    number = whole_visit(page)
    cellar.kept(page, number)
    page.reload()  # without network: the worker has the page, the store what was done
    from playwright.sync_api import expect

    expect(page.locator("[data-sync]")).to_contain_text(f"待上传 {number} 项")
    expect(page.locator("#finish")).to_be_hidden()
    other = page.context.new_page()
    page.close(run_before_unload=False)
    other.goto("/visits/today")
    other.context.set_offline(False)
    all_delivered(other)
    assert wrong_with(site, visit, 2) == []


def test_two_tabs_send_one_thing_once(site, phone):
    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    other = page.context.new_page()
    other.goto(f"/visits/{visit}")
    page.bring_to_front()
    page.context.set_offline(True)
    whole_visit(page)
    page.context.set_offline(False)
    for tab in (page, other) * 3:
        tab.evaluate("() => { window.dispatchEvent(new Event('online')); window.portalOutbox.go(); }")
    all_delivered(page)
    assert wrong_with(site, visit, 2) == []


def test_forty_items_with_twelve_photos(site, phone):
    username, visits = a_day(site, 4)
    page = phone(username, workers="allow")
    page.goto("/visits/today")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(2500)  # today's pages are being kept
    page.context.set_offline(True)
    total = 0
    for n, visit in enumerate(visits):
        page.goto(f"/visits/{visit}")
        total += whole_visit(page, seed=1000 * n, photos=2) if n < 3 else 0
    assert total >= 30
    page.context.set_offline(False)
    all_delivered(page, 60_000)
    assert [w for visit in visits[:3] for w in wrong_with(site, visit, 4)] == []


def test_a_session_that_ended_keeps_everything_until_sign_in(site, phone):
    from playwright.sync_api import expect

    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    page.context.clear_cookies()
    number = whole_visit(page)
    expect(page.locator("[data-sync]")).to_contain_text("重新登录后上传")
    assert len([i for i in cellar.items(page) if i["state"] == "waiting"]) == number
    signed_in(page, username)
    page.goto("/visits/today")
    all_delivered(page)
    assert wrong_with(site, visit, 2) == []


def test_another_person_on_the_same_phone_sends_nothing_of_it(site, phone):
    from playwright.sync_api import expect
    from tests import cast

    username, (visit,) = a_day(site)
    with site.acting():
        other = cast.technician("李强", password=cast.PASSWORD).username
    page = phone(username)
    page.goto(f"/visits/{visit}")
    page.context.set_offline(True)
    number = whole_visit(page)
    page.route(cellar.DELIVER, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.context.set_offline(False)
    page.context.clear_cookies()
    signed_in(page, other)
    page.unroute(cellar.DELIVER)
    page.goto("/visits/today")
    expect(page.locator("[data-sync]")).to_contain_text(f"另一个账号的 {number} 项")
    page.context.clear_cookies()
    signed_in(page, username)
    page.goto("/visits/today")
    all_delivered(page)
    assert wrong_with(site, visit, 2) == []


def test_a_visit_given_away_meanwhile_becomes_an_item_for_both(site, phone):
    from playwright.sync_api import expect
    from portal.visits import actions
    from portal.visits.models import Visit
    from tests import cast

    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    page.context.set_offline(True)
    cellar.step(page, "出发")
    cellar.kept(page, 1)
    with site.acting() as session:
        given = session.get(Visit, visit)
        actions.move(given, cast.technician("李强"), given.starts_at, given.ends_at, by=cast.agent())
    page.context.set_offline(False)
    expect(page.locator("[data-sync]")).to_contain_text("1 项需处理")
    page.goto("/field/outbox")
    expect(page.locator(".outbox-item")).to_contain_text("李强")
    page.get_by_role("link", name="看两边").tap()
    expect(page.locator("h1")).to_contain_text("手机报告")


def test_signing_out_with_a_full_outbox_warns(site, phone):
    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    page.route(cellar.DELIVER, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    cellar.step(page, "出发")
    cellar.kept(page, 1)
    page.goto("/field/outbox")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.evaluate("() => { const f = document.createElement('form'); f.action = '/sign-out'; f.method = 'post'; document.body.append(f); f.requestSubmit(); }")
    for _ in range(50):  # the question comes when the outbox was counted
        page.wait_for_timeout(100)
        if asked:
            break
    assert ["1 项没上传" in words for words in asked] == [True]
    assert page.url.endswith("/field/outbox")


HOW = ("through", "through", "before", "after", "offline", "reload")
SCHEDULES = int(os.environ.get("CELLAR_SCHEDULES", "6"))  # five seconds each; `make soak` runs two hundred


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_a_random_schedule(site, phone, seed):
    username, (visit,) = a_day(site)
    assert random_schedule(site, phone(username), visit, seed) == []


def random_schedule(site, page, visit: int, seed: int) -> list[str]:
    """One visit under a line that breaks by chance."""
    rng = random.Random(seed)
    page.goto(f"/visits/{visit}")
    Net(page, [rng.choice(HOW[:4]) for _ in range(12)])
    if rng.random() < 0.5:
        page.context.set_offline(True)
    number = whole_visit(page, seed=seed * 10)
    cellar.kept(page, number)
    page.context.set_offline(False)
    if rng.random() < 0.5:
        page.reload()
    for _nudge in range(14):
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        page.wait_for_timeout(60)
    all_delivered(page)
    return wrong_with(site, visit, 2)
