"""The dashboard: honest when empty, the same numbers as the figures, cheap, for supervisors and analysts."""

from datetime import timedelta

import pytest

from portal.core import clock as wall
from portal.figures import queries as figures
from portal.figures.queries import Scope
from portal.proposals import actions as proposals
from portal.tickets.models import Channel, Status, Ticket
from tests import cast, make
from tests.figures.test_figures import counted


@pytest.fixture
def boss(app):
    make.catalogue()
    return cast.supervisor()


def some_tickets(db, number, **values):
    customer, now = make.customer(), wall.now()
    for i in range(number):
        created = now - timedelta(hours=i + 1)
        db.add(Ticket(**{
            "number": f"T{customer.id}-{i}", "title": f"漏水 {i}", "channel": Channel.PHONE, "kind_code": "repair", "customer_id": customer.id,
            "status": Status.NEW, "created_at": created, "changed_at": created, "next_due_at": now + timedelta(minutes=30 * i - 60), "stage_id": 1,
            "category_id": 1, **values,
        }))
    db.commit()


def test_an_empty_company_is_said_honestly(browser, boss):
    cast.signed_in(browser.client, boss)
    page = browser.visit("/dashboard")
    assert [card.text_content().strip() for card in page.all(".kpi-value")] == ["–", "–", "–", "–"]
    assert page.has("样本 0 个") and page.has("这段时间没有受理工单。") and page.has("没有等待审批的事项。")


def test_a_card_shows_the_figure_and_links_to_its_cases(browser, boss, clock, db):
    some_tickets(db, 4, first_response_at=wall.now() - timedelta(minutes=20))
    cast.signed_in(browser.client, boss)
    page = browser.visit("/dashboard")
    assert page.has("24 小时响应率") and page.has("样本 4 个")
    page = browser.visit(page.all(".kpi h2 a")[2].get("href"))
    assert len(page.all(".figure-rows tbody tr")) == 4
    assert page.has("100.0%") and page.has("24 小时内（按自然时间）首次响应的占比")


def test_the_weakest_cell_is_named_and_leads_to_its_tickets(browser, boss, clock, db):
    some_tickets(db, 4)
    some_tickets(db, 1, stage_id=2)
    some_tickets(db, 1, stage_id=None)
    cast.signed_in(browser.client, boss)
    page = browser.visit("/dashboard")
    assert page.has("每百单 66.7 起") and page.has("还有 1 单没有分类或环节")
    page = browser.follow("看这 4 单")
    assert len(page.all(".figure-rows tbody tr")) == 4


def test_filters_stay_in_the_address_and_count(browser, boss, clock, db):
    area = cast.area()
    some_tickets(db, 2, area_id=area.id)
    some_tickets(db, 3)
    cast.signed_in(browser.client, boss)
    assert browser.visit(f"/dashboard?period=week&area={area.id}").has("共 2 单")
    assert browser.visit("/dashboard?period=nonsense&area=abc&category=-1&trend=x&from=0000-00-00").has("共 5 单")


def test_what_is_due_next_stands_first(browser, boss, clock, db):
    some_tickets(db, 8)
    cast.signed_in(browser.client, boss)
    page = browser.visit("/dashboard")
    rows = [a.text_content() for a in page.all(".card-list a.line-title")]
    assert rows == [f"漏水 {i}" for i in range(6)]


def test_a_proposal_waits_on_the_dashboard_but_not_ones_own(browser, boss):
    proposals.submit("", "没试水", "洗后通水", by=cast.technician())
    proposals.submit("", "问题", "自己的建议", by=boss)
    cast.signed_in(browser.client, boss)
    page = browser.visit("/dashboard")
    assert page.has("提案：洗后通水") and not page.has("提案：自己的建议")


@pytest.mark.parametrize("who", [cast.agent, cast.technician, cast.administrator])
@pytest.mark.parametrize("address", ["/dashboard", "/dashboard/figures/satisfaction"])
def test_other_roles_are_refused(browser, app, who, address):
    cast.signed_in(browser.client, who())
    browser.visit(address, status=403)


def test_an_analyst_sees_it_and_an_unknown_figure_is_a_404(browser, boss):
    cast.signed_in(browser.client, cast.analyst())
    browser.visit("/dashboard")
    browser.visit("/dashboard/figures/nonsense", status=404)


def test_the_list_behind_shows_only_what_this_person_may_see(browser, boss, clock, db):
    team, other = cast.team(), cast.team("静安班组")
    some_tickets(db, 2, team_id=team.id)
    some_tickets(db, 3, team_id=other.id)
    leader = cast.supervisor("郑凯", company_wide=False, team=team, leads=True)
    cast.signed_in(browser.client, leader)
    assert len(browser.visit("/dashboard/figures/received").all(".figure-rows tbody tr")) == 2
    assert browser.visit("/dashboard").has("共 2 单")


def test_cost_does_not_grow_with_the_rows(browser, boss, clock, db):
    cast.signed_in(browser.client, boss)
    costs = []
    for number in (5, 5, 50):  # the first visit reads what is kept afterwards
        some_tickets(db, number)
        for i in range(number // 5):
            proposals.submit("", f"问题 {i}", f"建议 {i}", by=cast.technician())
        with counted(db) as asked:
            browser.visit("/dashboard")
        costs.append(len(asked))  # the weakest cell, once there is one, shows its tickets
    assert costs[2] <= costs[1] + 2 and costs[1] < 45, "\n".join(asked)


def test_a_quarter_is_measured_in_local_days(app, clock):
    from portal.reports import periods

    quarter = periods.asked({"period": "quarter"})
    assert [str(d) for d in (quarter.before, quarter.first, quarter.last)] == ["2026-07-01", "2026-10-01", "2026-12-31"]
    assert figures.measure("received", Scope(*quarter.edges[1:])).sample == 0


def test_the_overdue_are_as_many_as_the_list_behind_them(browser, boss, clock, db):
    area = cast.area()
    some_tickets(db, 5, area_id=area.id)  # two are over, one is just due, two come later
    some_tickets(db, 4)
    cast.signed_in(browser.client, boss)
    page = browser.visit(f"/dashboard?area={area.id}")
    said = page.one("a[href*='view=overdue'][href*='area=']")
    assert said.text_content() == f"已超时 {len(browser.visit(said.get('href')).all('[data-row]'))} 单"


def test_an_areas_latest_week_leads_to_the_cases_of_that_week(browser, boss, clock, db):
    area = cast.area()
    for weeks, answered in ((2, True), (1, False)):
        created = wall.now() - timedelta(weeks=weeks)
        first = created + timedelta(minutes=20) if answered else created + timedelta(days=2)
        some_tickets(db, 3, area_id=area.id, created_at=created, first_response_at=first)
    cast.signed_in(browser.client, boss)
    page = browser.visit("/dashboard?trend=response_24h")
    assert page.words(".trend figcaption b").endswith("0.0%")
    page = browser.visit(page.one(".trend figcaption a").get("href"))
    assert len(page.all(".figure-rows tbody tr")) == 3 and page.has("0.0%") and not page.has("50.0%")
