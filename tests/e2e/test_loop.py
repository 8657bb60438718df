"""The loop, once through: a customer, an agent, a technician and a supervisor, each at a browser of their own."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.tickets.models import Status, Ticket
from tests import cast, make
from tests.e2e import cellar
from tests.visits import scene

PROBLEM = "空调清洗后一直滴水，地板湿了一块。"
NUMBER = "13300004471"


@pytest.fixture
def staff(site):
    """Everybody signs in with the same password. Username: role."""
    with site.acting():
        make.catalogue()
        for act, name in ((cast.agent, "林晓"), (cast.technician, "韩立"), (cast.supervisor, "许静")):
            act(name, username=act.__name__, password=cast.PASSWORD)
        make.ticket(make.customer("马丽", NUMBER), "窗户关不上")


def come_in(page, username: str) -> None:
    page.goto("/sign-in")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(cast.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def gone(page, name: str) -> None:
    """What the button was for has been done: the page that came offers it no more."""
    expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_from_the_request_to_the_closed_ticket(site, staff, person, tmp_path):
    photo = tmp_path / "leak.jpg"
    photo.write_bytes(scene.photo())
    agent = person(width=1280)
    come_in(agent, "agent")
    rows_before = _rows_of(agent)

    customer = person(width=390, height=844, phone=True)
    number, track = ask_for_help(customer, photo)
    sees_it_arrive_and_dispatches(agent, rows_before, number)
    site.work()
    expects(customer, track, "韩师傅")

    technician = person(width=390, height=844, phone=True)
    come_in(technician, "technician")
    goes_there(technician, customer, track)
    does_the_work(technician, photo)
    expects(customer, track, "排水管复位")

    ends(site, agent, customer, number, track)
    supervisor = person(width=1440)
    come_in(supervisor, "supervisor")
    finds_the_figures(supervisor)


def _rows_of(page) -> list[str]:
    return page.locator("[data-row]").evaluate_all("rows => rows.map(row => row.id)")


def expects(page, address: str, words: str) -> None:
    page.goto(address)
    expect(page.locator("main")).to_contain_text(words)


def ask_for_help(page, photo) -> tuple[str, str]:
    """(number, address of the progress page)."""
    page.goto("/request")
    page.locator("input[name=kind][value=complaint]").tap()
    page.locator("input[name=problem]").first.tap()
    page.locator("[name=words]").fill(PROBLEM)
    page.locator("#photos").set_input_files(photo)
    page.locator("input[name=preferred][value=soon]").check()
    if page.locator("select[name=region]").count():
        page.locator("select[name=region]").select_option(index=1)
    page.locator("[name=address]").fill("御景湾 7 幢 1202")
    page.locator("[name=name]").fill("周先生")
    page.locator("[name=phone]").fill("186 0000 7310")
    press(page, "下一步，核对")
    page.wait_for_url("**/request/check/**")
    expect(page.locator(".photo img")).to_have_count(1)
    press(page, "提交")
    page.wait_for_url("**/request/sent/**")
    text = page.locator("main").inner_text()
    return _number_in(text), page.locator("#track-url").inner_text().strip()


def _number_in(text: str) -> str:
    import re

    return re.search(r"[A-Z]+\d{4}-\d{4}", text).group()


def sees_it_arrive_and_dispatches(page, rows_before: list[str], number: str) -> None:
    expect(page.locator("#queue-pill .pill")).to_be_visible()
    assert _rows_of(page) == rows_before, "a newcomer waits and moves nothing"
    page.keyboard.press("r")
    row = page.locator("[data-row]", has_text=number)
    expect(row).to_be_visible()
    page.goto(row.locator("a[data-row-link]").first.get_attribute("href"))
    press(page, "受理")
    gone(page, "受理")
    page.locator(".t-head").get_by_role("link", name="派单").click()
    page.wait_for_url("**/visits/new**")
    page.locator("label.tile", has_text="韩立").click()
    page.get_by_role("button", name="派单").click()
    page.wait_for_url("**/tickets/*")


def goes_there(page, customer, track: str) -> None:
    page.goto("/visits/today")
    press(page, "接单")
    press(page, "出发")
    page.get_by_role("button", name="已到达", exact=True).wait_for()
    page.get_by_text("已全部同步").wait_for()
    expects(customer, track, "在路上")
    press(page, "已到达")
    page.locator("#work .checklist").wait_for()
    page.get_by_text("已全部同步").wait_for()
    expects(customer, track, "正在处理")


def does_the_work(page, photo) -> None:
    for row in page.locator(".check-row").all():
        row.tap()
        expect(row).to_have_attribute("aria-pressed", "true")
    for slot in [s.get_attribute("id") for s in page.locator("section[id^=slot-]").all()]:
        for photos in range(1, 4):
            page.locator(f"#{slot} input[type=file]").set_input_files(photo)
            expect(page.locator(f"#{slot} .photo img")).to_have_count(photos)
            page.wait_for_function("() => !portalForms.running.size")
    page.locator("#visit-bar").get_by_role("link", name="去签字").tap()
    page.locator("#sign-words").fill("排水管复位，通水五分钟不漏")
    cellar.draw(page)
    page.get_by_role("button", name="保存签字").tap()
    expect(page.locator("#visit-bar [data-gap]")).to_have_text("什么都不差了")
    expect(page.locator("[data-sync]")).to_contain_text("已全部同步")  # what has arrived moves the page
    page.locator("#sign img").first.wait_for()
    page.locator("#finish").get_by_role("button", name="完成这单").tap()
    expect(page.locator("#work .tag").first).to_have_text("已完成")
    expect(page.locator("[data-sync]")).to_contain_text("已全部同步")


def _open(page, number: str) -> None:
    page.goto(f"/search?q={number}")
    page.locator("main a[href^='/tickets/']", has_text="空调").first.click()
    page.wait_for_url("**/tickets/*")


def ends(site, agent, customer, number: str, track: str) -> None:
    """From the work that is done to the closed ticket."""
    resolves(agent, number)
    site.work()
    expects(customer, track, "已处理好")
    rates(site, customer)
    calls_back(agent)
    closes(agent, number)
    expects(customer, track, "已处理完")
    with site.acting() as db:
        assert db.scalars(select(Ticket.status).where(Ticket.number == number)).one() is Status.CLOSED


def resolves(page, number: str) -> None:
    _open(page, number)
    page.locator(".t-head").get_by_role("link", name="解决").click()
    page.wait_for_url("**/resolve")
    page.locator("[name=cause_id]").select_option(index=1)
    page.locator("[name=solution]").fill("排水管没接好，已复位")
    page.locator("main").get_by_role("button", name="解决").click()
    page.wait_for_url("**/tickets/*")


def rates(site, page) -> None:
    from portal.surveys.models import Survey

    with site.acting() as db:
        token = db.scalars(select(Survey)).one().token
    page.goto(f"/s/{token}")
    page.locator("button.face").nth(4).tap()
    page.get_by_text("谢谢").or_(page.get_by_text("已记下")).first.wait_for()


def calls_back(page) -> None:
    page.goto("/follow-ups/")
    page.locator("main a[href^='/follow-ups/']", has_text="空调").first.click()
    page.locator("input[name=reached][value=yes]").check()
    page.locator("input[name=satisfied][value=yes]").check()
    press(page, "记下这次回访")
    page.wait_for_url("**/follow-ups/")


def closes(page, number: str) -> None:
    _open(page, number)
    press(page, "归档")
    gone(page, "归档")


def finds_the_figures(page) -> None:
    page.goto("/dashboard")
    cards = page.locator(".kpi")
    expect(cards).to_have_count(4)
    for number in (0, 1):
        expect(cards.nth(number)).to_contain_text("100")
    cards.nth(0).locator("h2 a").click()
    page.locator("main", has_text="空调").wait_for()


def test_intake_by_keyboard(site, staff, person):
    page = person(width=1280)
    come_in(page, "agent")
    presses = 0

    def key(name: str) -> None:
        nonlocal presses
        presses += 1
        page.keyboard.press(name)

    key("n")
    page.wait_for_url("**/tickets/new")
    for digit in NUMBER:
        key(digit)
    page.locator(".intake-found", has_text="马丽").wait_for()
    while not page.evaluate("document.activeElement.name === 'category_id'"):
        key("Tab")
    key("5")
    expect(page.locator("[name=words]")).to_be_focused()
    page.keyboard.insert_text("油烟机还在滴油")
    key("Control+Enter")
    page.wait_for_url("**/visits/new?ticket=*")
    assert presses <= 40, presses
    with site.acting() as db:
        made = db.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert (made.customer.name, made.description, made.site_id is not None) == ("马丽", "油烟机还在滴油", True)
