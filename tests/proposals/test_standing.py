"""Points, my proposals, boards, certificate; the funnel that adds up; exports; what everybody may read."""

import csv
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest

from portal.core import options
from portal.core.activity import Activity
from portal.core.clock import local
from portal.core.errors import Forbidden, WrongState
from portal.proposals import actions, exporting, funnel
from portal.proposals.listing import Asked
from portal.proposals.models import Naming, Proposal, ProposalPoint, Source
from tests import cast, make
from tests.counting import statements
from tests.inspection import words
from tests.proposals.test_effect import carried_out, company  # noqa: F401 - a fixture


@pytest.fixture
def ground(app):
    make.catalogue()
    team = cast.team()
    return {"author": cast.technician(team=team), "boss": cast.supervisor(), "team": team}


def hand_in(by, title="洗后通水五分钟", **values):
    return actions.submit(title, "没试水就走了", "洗后通水五分钟", by=by, **values)


def adopt(proposal, ground):
    actions.decide(proposal, "adopt", "好", by=ground["boss"], owner=ground["author"], due_on=date(2099, 1, 1))


def given(db):
    return sorted((p.person_id, p.why, p.points) for p in db.query(ProposalPoint))


def test_points_go_by_the_table_once_for_each_reason(company, db):  # noqa: F811
    proposal = carried_out(company)
    actions.verify(proposal, True, "好", by=company["boss"])
    author, boss = company["author"].id, company["boss"].id
    assert given(db) == sorted([(author, "submitted", 1), (author, "adopted", 5), (author, "reached", 10), (boss, "reviewed", 1)])


def test_points_can_be_turned_off_and_anonymous_brings_none(browser, ground, db):
    hand_in(ground["author"], naming=Naming.ANONYMOUS)
    options.put("proposals.points", False)
    hand_in(ground["author"])
    assert given(db) == []
    cast.signed_in(browser.client, ground["author"])
    browser.visit("/proposals/boards", 404)
    assert not browser.visit("/proposals/mine").has("积分")


def test_the_boards_show_people_and_teams_of_the_month(browser, ground, clock):
    adopt(hand_in(ground["author"]), ground)
    cast.signed_in(browser.client, ground["author"])
    page = browser.visit("/proposals/boards?month=2026-11")
    rows = [[words(cell) for cell in row.cssselect("td")] for row in page.all("tbody tr")]
    assert rows == [["1", "6"], ["1", "1"], ["6", "6.0"]]
    assert browser.visit("/proposals/boards?month=2026-10").has("这个月还没有人得分")
    browser.visit("/proposals/boards?month=nonsense")


def test_my_page_says_what_became_of_each(browser, ground):
    adopt(hand_in(ground["author"]), ground)
    hand_in(ground["author"], "另一条")
    cast.signed_in(browser.client, ground["author"])
    page = browser.visit("/proposals/mine")
    assert page.has("已采纳") and page.has("另一条") and page.has("今年积分")
    assert browser.follow("荣誉证书").has("感谢 王建国 提出以下改进提案")


def test_the_certificate_is_for_the_author_of_what_was_adopted(browser, ground):
    waiting, adopted = hand_in(ground["author"]), hand_in(ground["author"])
    adopt(adopted, ground)
    cast.signed_in(browser.client, cast.agent())
    browser.visit(f"/proposals/{adopted.id}/certificate", 404)
    cast.signed_in(browser.client, ground["author"])
    browser.visit(f"/proposals/{waiting.id}/certificate", 404)
    day = local(adopted.created_at)
    assert browser.visit(f"/proposals/{adopted.id}/certificate").has(f"{day.year} 年 {day.month} 月 {day.day} 日")


def test_the_funnel_adds_up_and_each_number_opens_its_list(browser, company, db):  # noqa: F811
    boss = company["boss"]
    reached, waiting, declined = carried_out(company), hand_in(company["author"], "等着的"), hand_in(company["author"], "不行的", source=Source.STAFF)
    actions.verify(reached, True, "好", by=boss)
    actions.decide(declined, "decline", "不行", by=boss)
    withdrawn = hand_in(company["author"], "撤回的")
    actions.withdraw(withdrawn, by=company["author"])
    db.flush()
    asked = funnel.this_year({})
    rows = funnel.steps(asked, boss)
    assert [row["number"] for row in rows] == [4, 2, 1, 1, 1]
    assert sum(row["number"] for row in funnel.where_they_are(asked, boss)) == 4
    assert [sum(row["number"] for row in funnel.groups(asked, boss, name)) for name in funnel.GROUPS] == [4] * 4
    assert sum(row["number"] for row in funnel.months(asked, boss)) == 4
    assert funnel.steps(asked, cast.analyst()) == rows
    cast.signed_in(browser.client, boss)
    page = browser.visit("/proposals/figures")
    assert page.has("收到") and page.has("50.0%")
    for row in rows:
        assert len(browser.visit(row["href"]).all("table.ideas tbody tr")) == row["number"]
    behind = [(a.get("href"), int(a.text)) for a in page.all("main td a")]
    behind += [(row["href"], row["number"]) for name in funnel.GROUPS for row in (*funnel.groups(asked, boss, name), *funnel.months(asked, boss)) if row["href"]]
    assert len(behind) > 12 and {number for _href, number in behind} == {0, 1, 4}
    for href, number in behind:
        assert len(browser.visit(href).all("table.ideas tbody tr")) == number, href
    assert browser.swap("/proposals/figures", "strip").has("25.0%")
    taking_part = funnel.participation(asked, boss)
    assert len(browser.visit(taking_part["href"]).all("table.ideas tbody tr")) == taking_part["number"] > 0
    assert waiting.status.value == "submitted"


def test_the_goal_shows_only_when_it_is_set(browser, ground):
    hand_in(ground["author"])
    cast.signed_in(browser.client, ground["boss"])
    assert not browser.visit("/proposals/figures").has("年度目标")
    options.put("proposals.goal_collected", 500)
    assert browser.visit("/proposals/figures").has("1 / 500")


def test_participation_counts_whoever_gave_a_name(ground):
    hand_in(ground["author"])
    hand_in(ground["author"])
    hand_in(ground["author"], naming=Naming.ANONYMOUS)
    found = funnel.participation(Asked.by({}), ground["boss"])
    assert (found["authors"], found["staff"], found["a_head"]) == (1, 2, 1.5)


@pytest.mark.parametrize("title", ["=1+2", "+86", "-1", "@SUM(A1)", "\t=1", "  =cmd", "＝1"])
def test_no_exported_cell_is_a_formula(ground, title):
    assert exporting.safe(title) == f"'{title}"
    assert exporting.safe("正常 = 好") == "正常 = 好"


def test_exports_open_in_spreadsheets_and_are_recorded(client, ground, db):
    hand_in(ground["author"], "=HYPERLINK(\"x\")")
    hand_in(ground["author"], "名字只给评审", naming=Naming.REVIEWERS)
    analyst = cast.analyst()
    cast.signed_in(client, analyst)
    body = client.post("/proposals/export/csv").get_data()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(body.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["名字只给评审", "'=HYPERLINK(\"x\")"]
    assert [row[6] for row in rows[1:]] == ["仅评审人可见", "王建国"]
    sheet = openpyxl.load_workbook(BytesIO(client.post("/proposals/export/xlsx").get_data())).active
    assert [c.data_type for c in sheet["B"]] == ["s", "s", "s"]
    assert {r.data["format"] for r in db.query(Activity).filter_by(verb="proposal.exported", actor_id=analyst.id)} == {"csv", "xlsx"}


def test_twenty_improvements_cost_the_statements_of_one(browser, ground, db):
    options.put("proposals.public_page", True)
    costs = []
    for number in (1, 19):
        for n in range(number):
            made = hand_in(ground["author"], f"{number}之{n}")
            made.published, made.public_words = True, "已改"
        db.commit()
        db.expunge_all()
        browser.visit("/improvements")
        db.expunge_all()
        costs.append(statements(lambda: browser.visit("/improvements")))
    assert costs[0] == costs[1]


def test_only_what_a_reviewer_published_is_read_by_everybody(browser, ground, db):
    proposal = hand_in(ground["author"])
    with pytest.raises(WrongState):
        actions.publish(proposal, "已改", by=ground["boss"])
    adopt(proposal, ground)
    with pytest.raises(Forbidden):
        actions.publish(proposal, "已改", by=ground["author"])
    browser.visit("/improvements", 404)
    options.put("proposals.public_page", True)
    assert browser.visit("/improvements").has("还没有公示")
    cast.signed_in(browser.client, ground["boss"])
    browser.visit(f"/proposals/{proposal.id}")
    browser.press("公示", words="每次洗完都通水")
    assert browser.visit("/improvements").has("每次洗完都通水")
    browser.visit(f"/proposals/{proposal.id}")
    browser.press("撤下公示")
    assert not browser.visit("/improvements").has("每次洗完都通水")
    assert not db.get(Proposal, proposal.id).published
