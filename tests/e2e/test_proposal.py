"""A proposal's life, once through: proposed on a phone after a visit, voted for, tried beside a control team, measured, told at each step."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from portal.accounts import sessions
from portal.accounts.models import Person
from portal.core import clock
from portal.demo import moving
from portal.proposals.models import Proposal
from portal.tickets.models import Channel, Status, Ticket
from portal.visits.models import VisitStatus
from tests import cast, make
from tests.e2e.test_loop import gone, press
from tests.visits import scene

TRIED, CONTROL = "徐汇班组", "长宁班组"
PROBLEM, SUGGESTION = "客户不知道几点到，一上午打好几个电话", "出发时自动发短信说清几点到。晚到再发一条。"
TITLE = "出发时自动发短信说清几点到"
COMPLAINTS = {(TRIED, "before"): 20, (TRIED, "after"): 4, (CONTROL, "before"): 20, (CONTROL, "after"): 20}  # of 40
WEEKS = timedelta(days=28)


@pytest.fixture
def company(site):
    with site.acting() as db:
        make.catalogue()
        work = scene.leak(VisitStatus.DONE)
        people = {"boss": cast.supervisor(), "analyst": cast.analyst(), "agent": work.agent, "technician": work.technician}
        live(db, {name: cast.team(name) for name in (TRIED, CONTROL)}, "before", clock.now() - WEEKS)
        return SimpleNamespace(visit=work.visit.id, today=clock.today(), people={name: one.id for name, one in people.items()})


def live(db, teams, when: str, start) -> None:
    """Four weeks of tickets of both teams; so many of forty are complaints."""
    customer = make.customer("陈女士", f"1380000{len(when):04d}")
    for name, team in teams.items():
        for n in range(40):
            at = start + timedelta(hours=6 + n * 16)
            db.add(Ticket(
                number=f"{name}{when}{n}", title="x", channel=Channel.PHONE, kind_code="complaint" if n < COMPLAINTS[name, when] else "repair", team=team,
                customer=customer, status=Status.ACCEPTED, created_at=at, changed_at=at, next_due_at=clock.now() + WEEKS,
            ))


def enter(site, company, page, name: str):
    """Signed in without the form, which other tests go through."""
    with site.acting() as db, site.app.test_request_context("/", headers={"User-Agent": "tests"}):
        cookie = {"name": sessions.cookie_name(), "value": sessions.begin(db.get(Person, company.people[name]))}
    page.context.add_cookies([cookie | {"url": site.url}])
    return page


def test_from_the_idea_to_the_proven_effect(site, company, person):
    technician = enter(site, company, person(width=390, height=844, phone=True), "technician")
    boss, colleague = (enter(site, company, person(width=1440), name) for name in ("boss", "analyst"))
    agent = enter(site, company, person(width=1280), "agent")
    proposes(technician, company.visit)
    votes(colleague)
    finds_it_while_typing(agent)
    starts_a_trial(boss, company.today)
    hears(technician, "先在徐汇试四周")

    four_weeks_go_by(site)
    for page, name in ((technician, "technician"), (boss, "boss"), (agent, "agent")):
        enter(site, company, page, name)
    looks_at_the_figures_and_adopts(boss, company.today)
    hears(technician, "全公司照做")
    carries_it_out(agent)
    verifies(boss)
    hears(technician, "与对照组相比不是偶然")
    adds_up(boss)
    fits(enter(site, company, person(width=320, height=640, phone=True), "boss"))


def proposes(page, visit: int) -> None:
    page.goto(f"/visits/{visit}")
    page.get_by_role("link", name="提建议").first.tap()
    page.get_by_role("radio", name="服务前沟通").tap()
    page.locator("#problem").fill(PROBLEM)
    page.locator("#suggestion").fill(SUGGESTION)
    page.get_by_role("button", name="提交建议", exact=True).tap()
    page.get_by_role("heading", level=1, name=TITLE).wait_for()
    page.get_by_role("heading", name="依据").wait_for()


def votes(page) -> None:
    opens(page)
    press(page, "赞成")
    page.get_by_role("button", name="已赞成").wait_for()


def finds_it_while_typing(page) -> None:
    """And votes instead of repeating it. What is sent on the way is the words alone: no key, no photo, no token of a link."""
    page.goto("/proposals/new")
    with page.expect_request("**/proposals/similar") as sent:
        page.locator("#suggestion").press_sequentially("出发时发短信，说清几点到")
    assert set(parse_qs(sent.value.post_data, keep_blank_values=True)) == {"title", "problem", "suggestion"}
    page.locator("#similar").get_by_role("link", name="看看，赞成").click()
    page.get_by_role("heading", level=1, name=TITLE).wait_for()
    press(page, "赞成")
    page.get_by_role("button", name="已赞成").wait_for()


def opens(page) -> None:
    page.goto("/proposals/")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("heading", level=1, name=TITLE).wait_for()


def starts_a_trial(page, today) -> None:
    """Decided by the keyboard: 3 is the trial, from wherever the focus is."""
    opens(page)
    page.get_by_text("2 人赞成").wait_for()
    page.keyboard.press("3")
    page.locator("#place").select_option(label=TRIED)
    page.locator("#control").select_option(label=CONTROL)
    page.locator("#starts_on").fill(today.isoformat())
    page.locator("#ends_on").fill((today + WEEKS - timedelta(days=1)).isoformat())
    page.locator("summary", has_text="看哪些指标").click()
    page.get_by_role("checkbox", name="投诉", exact=True).check()
    page.locator("#reason").fill("先在徐汇试四周，长宁做对照。")
    page.locator(".review .button-primary", has_text="试点").click()
    page.get_by_text(f"试点：{TRIED}").wait_for()


def hears(page, words: str) -> None:
    page.goto("/inbox/")
    page.get_by_text(words).first.wait_for()


def four_weeks_go_by(site) -> None:
    """The command's own way to move the clock, then what the jobs do."""
    with site.acting() as db:
        moving.back(WEEKS.days)
        teams = {p.name: p for p in (db.query(Proposal).one().trial.team, db.query(Proposal).one().trial.control_team)}
        live(db, teams, "after", clock.now() - WEEKS)
    site.work()


def looks_at_the_figures_and_adopts(page, today) -> None:
    hears(page, "试点已结束")
    opens(page)
    for words in ("50.0 每百单 → 10.0 每百单", "50.0 每百单 → 50.0 每百单", "已见效"):
        expect(page.locator(".effect-table tbody tr")).to_contain_text(words)
    page.locator(".review [value=adopt]").check()
    page.locator("#owner").select_option(label="林晓")
    page.locator("#due_on").fill((today + timedelta(days=14)).isoformat())
    page.locator("#reason").fill("投诉明显少了，全公司照做。")
    page.locator(".review .button-primary", has_text="采纳").click()
    page.locator(".idea-decision", has_text="林晓").wait_for()


def carries_it_out(page) -> None:
    hears(page, "由您落实")
    opens(page)
    for step in ("开始实施", "标为已落实"):
        press(page, step)
        gone(page, step)


def verifies(page) -> None:
    opens(page)
    page.locator("#finding").fill("与对照组相比不是偶然。")
    press(page, "已见效")
    page.locator(".idea-facts .tag", has_text="已见效").wait_for()
    page.get_by_role("link", name="样本和算法").click()
    page.get_by_text("20 / 40").first.wait_for()
    expect(page.locator("main")).to_contain_text("不是偶然能解释的")


def adds_up(page) -> None:
    page.goto("/proposals/figures")
    expect(page.locator(".funnel-table tbody b")).to_have_text(["1"] * 5)
    page.get_by_role("link", name="已见效").first.click()
    page.locator("table.ideas").get_by_role("link", name=TITLE).wait_for()


WIDER = "[document.documentElement, ...document.querySelectorAll('.table-scroll')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel || e.tagName)"


def fits(page) -> None:
    """On the narrowest phone nothing has to be looked for at the side."""
    for address in ("/proposals/?look=list", "/proposals/figures"):
        page.goto(address)
        assert page.evaluate(WIDER) == [], address
    opens(page)
    assert page.evaluate(WIDER) == []
    page.get_by_role("link", name="样本和算法").click()
    page.get_by_role("heading", level=1, name="实测效果").wait_for()
    assert page.evaluate(WIDER) == []
