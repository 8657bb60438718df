"""Nothing lost, nothing twice: the network is cut at every step, pages and tabs go, sessions end."""

from __future__ import annotations

import os
import random

import pytest
from playwright.sync_api import expect

from tests.e2e import cellar
from tests.e2e.cellar import Net, a_day, all_delivered, signed_in, whole_visit, wrong_with
from tests.e2e.pace import Pace

PHONE = {"width": 390, "height": 844, "phone": True}
NOISE = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_RESET", "ERR_FAILED", "ERR_CONNECTION_REFUSED", "Failed to fetch", "ERR_NETWORK", "status of 50", "ERR_EMPTY_RESPONSE", "ERR_ABORTED")


@pytest.fixture
def phone(site, person):
    """`phone(username, workers="block")` → a signed-in page of a phone; lost requests are what these tests are about."""

    def open_phone(username: str, workers: str = "block"):
        page = person(**PHONE, service_workers=workers)
        signed_in(page, username)
        return page

    person.noise += NOISE
    return open_phone


@pytest.mark.parametrize("how", ["before", "after"])
def test_the_line_breaks_at_every_item_and_each_arrives_once(site, phone, how):
    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    net = Net(page, [how, "through"] * 40)
    whole_visit(page)
    nudged_until_delivered(page)
    assert net.cuts >= 6
    assert wrong_with(site, visit, 2) == []


def test_a_whole_visit_in_a_cellar_survives_reload_and_a_killed_tab(site, phone):
    username, (visit,) = a_day(site)
    page = phone(username, workers="allow")
    page.goto(f"/visits/{visit}")
    cellar.day_kept(page, [visit])
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.context.set_offline(True)
    number = whole_visit(page)
    cellar.kept(page, number)
    page.reload()  # without network: the worker has the page, the store what was done
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


def test_what_another_page_has_delivered_is_said_in_this_one_too(site, phone):
    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    other = page.context.new_page()
    other.goto(f"/visits/{visit}")
    page.context.set_offline(True)
    cellar.step(page, "出发")
    for tab in (page, other):
        expect(tab.locator("[data-sync]")).to_contain_text("待上传 1 项")
    other.evaluate("async () => { for (const item of await portalOutbox.all()) await portalOutbox.put(item.n, { state: 'done', answeredAt: new Date().toISOString() }); }")
    expect(page.locator("[data-sync]")).not_to_contain_text("待上传")


def test_a_day_of_six_visits_in_aeroplane_mode(site, phone, person):
    """Forty-eight items with twelve photos: everything is delivered, and desk, customer and clocks are right within ten seconds of signal."""
    username, visits = a_day(site, 6)
    page = phone(username, workers="allow")
    page.goto("/visits/today")
    cellar.day_kept(page, visits)
    page.context.set_offline(True)
    total = 0
    for n, visit in enumerate(visits):
        page.goto(f"/visits/{visit}")
        total += cellar.quick_visit(page, n) if n else whole_visit(page)
    assert total == 48
    desk, customer = person(), person()
    cellar.known(site, desk, cellar.agent_of(site, visits[0]))
    desk.goto(f"/tickets/{cellar.ticket_of(site, visits[0])}")
    pace = Pace()
    page.context.set_offline(False)
    all_delivered(page)
    expect(desk.get_by_text("排水管复位，试机正常").first).to_be_visible()
    customer.goto(cellar.link_of(site, visits[-1]))
    expect(customer.get_by_text("排水管复位").first).to_be_visible()
    assert pace.seconds() < 10
    assert [w for visit in visits for w in [*wrong_with(site, visit, 2, cellar.BY_SCRIPT if visit != visits[0] else None), *cellar.wrong_clocks(site, visit)]] == []


def test_declining_and_taking_it_back_works_without_network(site, phone):
    from portal.visits.models import VisitStatus

    username, (visit,) = a_day(site, status=VisitStatus.SCHEDULED)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    page.context.set_offline(True)
    page.locator("#decline-reason").fill("车坏了")
    page.get_by_role("button", name="不接这单").tap()
    expect(page.locator("[data-undo]")).to_contain_text("师傅不接")
    page.locator("[data-undo]").get_by_role("button").tap()
    expect(page.locator("#decline")).to_be_visible()
    page.wait_for_function("async () => !(await portalOutbox.all()).length")
    page.locator("#decline-reason").fill("车坏了")
    page.get_by_role("button", name="不接这单").tap()
    cellar.kept(page, 1)
    page.context.set_offline(False)
    all_delivered(page)
    assert wrong_with(site, visit, 0, ["visit.declined"]) == []


def test_what_is_owed_done_and_lacking_is_said_before_it_is_delivered(site, phone):
    """Parts count at once, in the words that the customer signs too; so do answers and photos. A "no" without words or a photo is not even kept."""
    from portal.visits.models import VisitStatus

    username, (visit,) = a_day(site, status=VisitStatus.ON_SITE)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    page.context.set_offline(True)
    page.locator("#parts summary").tap()
    for name, words in (("name", "排水软管"), ("quantity", "2"), ("cents", "12.5")):
        page.locator(f"#part-{name}").fill(words)
    page.locator("#parts form[data-outbox=part] button").tap()
    expect(page.locator("#payment .meta").first).to_have_text("应收 25 元")
    expect(page.locator("#sign .sign-words")).to_contain_text("25 元")
    expect(page.locator("#payment-paid")).to_have_value("25")
    page.locator(".check-more summary").first.tap()
    page.locator(".check-more button[value=no]").first.tap()
    expect(page.locator("[name=note]").first).to_have_js_property("validationMessage", "写明为什么没做到，或者拍一张照片。")
    assert [i["kind"] for i in cellar.items(page)] == ["part"]
    page.locator("[data-waiting=part] button").tap()
    expect(page.locator("#payment .meta").first).to_have_text("应收 0 元")
    page.locator("[name=note]").first.fill("总闸锁着")
    page.locator(".check-more button[value=no]").first.tap()
    cellar.photograph(page, "before", cellar.jpeg(1))
    expect(page.locator(".check-row").first).to_contain_text("总闸锁着")
    expect(page.locator(".check-more").first).not_to_have_attribute("open", "")
    expect(page.locator("[data-checks-done]")).to_have_text("1 / 2")
    expect(page.locator("#slot-before [data-number]")).to_have_text("1 张，至少 1 张")
    expect(page.locator(".check-must:visible")).to_have_count(0)


def test_a_page_on_which_nothing_waits_is_left_as_it_came(site, phone):
    """Slow phones lay a page out once: the scripts write only what differs."""
    from portal.visits.models import VisitStatus

    username, (visit,) = a_day(site, status=VisitStatus.ON_SITE)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    expect(page.locator("[data-sync]")).to_contain_text("已全部同步")
    written = """() => new Promise(done => {
      let number = 0;
      new MutationObserver(all => { number += all.length; }).observe(document.querySelector("main"), { childList: true, characterData: true, subtree: true });
      window.portalVisit.draw().then(() => setTimeout(() => done(number), 50));
    })"""
    assert page.evaluate(written) == 0


def test_a_step_shows_what_is_next(site, phone):
    """Whoever had scrolled down sees the checklist after arriving, not the end of the page."""
    username, (visit,) = a_day(site)
    page = phone(username)
    page.goto(f"/visits/{visit}")
    cellar.step(page, "出发")
    expect(page.locator("[data-stepper] .step-now")).to_contain_text("到达")
    page.locator("#finish button").last.scroll_into_view_if_needed()
    cellar.step(page, "已到达")
    expect(page.locator(".checklist .check-row").first).to_be_in_viewport()
    page.wait_for_function("() => scrollY === 0")


def test_without_scripts_nobody_signs_and_the_reason_is_at_hand(site, person):
    from portal.visits.models import VisitStatus

    username, (visit,) = a_day(site, status=VisitStatus.ON_SITE)
    page = person(320, 640, phone=True, java_script_enabled=False)
    cellar.known(site, page, username)
    page.goto(f"/visits/{visit}")
    expect(page.locator("#sign canvas")).to_be_hidden()
    expect(page.locator("#sign label.tile").first).to_be_visible()
    page.locator("#sign-words").fill("排水管复位")
    page.locator("#sign label.tile").first.tap()
    page.locator("[data-needs-pad=unsigned]").tap()
    expect(page.locator("#sign .panel-head")).to_contain_text("客户不在")


def test_nothing_moves_when_the_scripts_have_come(site, phone):
    username, (visit,) = a_day(site)
    page = phone(username)
    for path in ("/visits/today", f"/visits/{visit}"):
        page.goto(path)
        expect(page.locator("[data-sync]")).to_contain_text("已全部同步")
        moved = page.evaluate("new Promise(done => new PerformanceObserver(all => done(all.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))")
        assert moved < 0.01, path


def test_a_session_that_ended_keeps_everything_until_sign_in(site, phone):
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
    page.wait_for_function("() => portalOutbox.noted().length === 1")
    page.goto("/field/outbox")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.evaluate("() => { const f = document.createElement('form'); f.action = '/sign-out'; f.method = 'post'; document.body.append(f); f.requestSubmit(); }")
    assert ["1 项没上传" in words for words in asked] == [True]
    assert page.url.endswith("/field/outbox")


HOW = ("through", "through", "before", "after")
SCHEDULES = int(os.environ.get("CELLAR_SCHEDULES", "20"))  # about two seconds each; `make soak` runs two hundred
WITHOUT_WORKER = 20


@pytest.mark.parametrize("seed", range(SCHEDULES))
def test_a_random_schedule(site, person, seed):
    """The first ones with pages alone; the others after the worker has kept the day, beside it."""
    username, (visit,) = a_day(site)
    page = person(**PHONE, service_workers="block" if seed < WITHOUT_WORKER else "allow")
    cellar.known(site, page, username)
    person.noise += NOISE
    if seed >= WITHOUT_WORKER:
        page.goto("/visits/today")
        cellar.day_kept(page, [visit])
        page.wait_for_function("() => navigator.serviceWorker.controller")
    assert random_schedule(site, page, visit, seed) == []


def random_schedule(site, page, visit: int, seed: int) -> list[str]:
    """One visit under a line that breaks by chance: before, after, while offline, with a reload or a killed tab in between."""
    rng = random.Random(seed)
    page.goto(f"/visits/{visit}")
    Net(page, [rng.choice(HOW) for _ in range(12)])
    if rng.random() < 0.5:
        page.context.set_offline(True)
    cellar.quick_visit(page, seed)
    page.context.set_offline(False)
    if rng.random() < 0.5:
        page.reload()
    elif rng.random() < 0.3:
        other = page.context.new_page()
        page.close(run_before_unload=False)
        other.goto("/visits/today")
        page = other
    nudged_until_delivered(page)
    return wrong_with(site, visit, 2, cellar.BY_SCRIPT)


def nudged_until_delivered(page) -> None:
    def empty() -> bool:
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        return not any(i["state"] == "waiting" for i in cellar.items(page))

    cellar.until(page, empty, lambda: cellar.items(page))
    all_delivered(page)
