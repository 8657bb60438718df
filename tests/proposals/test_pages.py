"""The pages of proposals: hand in, find, vote, decide, answer."""

from datetime import timedelta

import pytest

from portal.core import clock
from portal.core.access import ANONYMOUS, SYSTEM
from portal.proposals import actions
from portal.proposals.models import Naming, Proposal
from tests import cast, make

PROBLEM = "空调洗完没试水，客户第二天打电话说滴水"
SUGGESTION = "空调洗后一律通水 5 分钟并录像。留在工单里。"


@pytest.fixture
def people(app):
    make.catalogue()
    return {"technician": cast.technician(), "supervisor": cast.supervisor()}


def hand_in(by, **values):
    return actions.submit("", PROBLEM, SUGGESTION, by=by, **values)


def test_a_technician_hands_in_a_proposal_and_sees_its_page(browser, people, db):
    cast.signed_in(browser.client, people["technician"])
    browser.visit("/proposals/new")
    page = browser.press("提交建议", problem=PROBLEM, suggestion=SUGGESTION, benefits=["rework"])
    assert page.words("h1") == "空调洗后一律通水 5 分钟并录像"
    assert page.has("少返工")
    assert db.query(Proposal).one().author_id == people["technician"].id


def test_what_was_typed_stays_when_something_is_missing(browser, people):
    cast.signed_in(browser.client, people["technician"])
    browser.visit("/proposals/new")
    page = browser.press("提交建议", status=422, problem=PROBLEM, suggestion="")
    assert page.has("用一句话写明建议。")
    assert page.one("textarea[name=problem]").text.strip() == PROBLEM


def test_similar_ones_show_while_typing(browser, people):
    hand_in(people["supervisor"])
    cast.signed_in(browser.client, people["technician"])
    assert browser.visit("/proposals/new").words("#similar") == ""
    assert browser.swap("/proposals/similar?problem=空调没试水滴水").has("空调洗后一律通水")


@pytest.mark.parametrize("address", ["/proposals/", "/proposals/?look=list", "/proposals/?view=waiting&sort=votes", "/proposals/?q=试水"])
def test_lists_show_a_proposal(browser, people, address):
    hand_in(people["supervisor"])
    cast.signed_in(browser.client, people["technician"])
    assert browser.visit(address).has("空调洗后一律通水 5 分钟并录像")


@pytest.mark.parametrize("address", ["/proposals/?view=done", "/proposals/?q=玻璃", "/proposals/?mine=1&look=list", "/proposals/?stage=999999&year=1", "/proposals/?at=nonsense"])
def test_filters_that_hide_everything_say_so(browser, people, address):
    cast.signed_in(browser.client, people["technician"])
    browser.visit(address)


def test_a_colleague_votes_and_takes_the_vote_back(browser, people, db):
    proposal = hand_in(people["supervisor"])
    cast.signed_in(browser.client, people["technician"])
    browser.visit(f"/proposals/{proposal.id}")
    browser.press("赞成")
    assert db.get(Proposal, proposal.id).votes == 1
    browser.press("已赞成")
    assert db.get(Proposal, proposal.id).votes == 0


def test_a_supervisor_adopts_with_owner_and_day_and_the_proposer_is_told(browser, people, db):
    proposal = hand_in(people["technician"])
    cast.signed_in(browser.client, people["supervisor"])
    browser.visit(f"/proposals/{proposal.id}")
    page = browser.press("提交「采纳」「退回补充」「试点」「暂缓」「不采纳」", status=422, outcome="adopt", reason="好主意")
    assert page.has("选好由谁落实。") and page.has("选一个日期。")
    page = browser.press(
        "提交「采纳」「退回补充」「试点」「暂缓」「不采纳」", outcome="adopt", reason="好主意",
        owner=str(people["technician"].id), due_on="2099-12-15",
    )
    assert page.has("好主意")
    cast.signed_in(browser.client, people["technician"])
    assert browser.visit("/inbox/").has("已采纳：好主意")


def test_two_supervisors_cannot_both_decide(browser, people, db):
    proposal = hand_in(people["technician"])
    cast.signed_in(browser.client, people["supervisor"])
    browser.visit(f"/proposals/{proposal.id}")
    actions.decide(proposal, "decline", "不合适", by=SYSTEM)
    browser.press("提交「采纳」「退回补充」「试点」「暂缓」「不采纳」", status=409, outcome="adopt", reason="好主意")


def test_the_author_completes_what_was_sent_back(browser, people, db):
    proposal = hand_in(people["technician"])
    actions.decide(proposal, "send_back", "写清楚多久", by=people["supervisor"])
    cast.signed_in(browser.client, people["technician"])
    browser.visit(f"/proposals/{proposal.id}?step=complete")
    page = browser.press("重新提交", words="五分钟")
    assert page.has("五分钟")
    assert db.get(Proposal, proposal.id).status.value == "submitted"


def test_the_author_changes_the_words_and_the_old_ones_are_kept(browser, people):
    proposal = hand_in(people["technician"])
    cast.signed_in(browser.client, people["technician"])
    browser.visit(f"/proposals/{proposal.id}/edit")
    page = browser.press("保存", problem="新的问题")
    assert page.has("新的问题") and page.has(PROBLEM)


@pytest.mark.parametrize("before,after", [("", "一律通水 10 分钟"), ("自己起的标题", "自己起的标题")])
def test_a_title_made_of_the_words_follows_them(people, before, after):
    proposal = actions.submit(before, PROBLEM, SUGGESTION, by=people["technician"])
    actions.edit(proposal, by=people["technician"], title=proposal.title, suggestion="一律通水 10 分钟。再录像。")
    assert proposal.title == after


@pytest.mark.parametrize("who,outcome,step", [("supervisor", "adopt", "开始实施"), ("technician", "decline", "申请复评")])
def test_what_comes_next_stands_on_the_page_and_in_no_menu(browser, people, who, outcome, step):
    proposal = hand_in(people["technician"])
    boss = people["supervisor"]
    more = {"owner": boss, "due_on": clock.today() + timedelta(days=9)} if outcome == "adopt" else {}
    actions.decide(proposal, outcome, "理由", by=boss, **more)
    cast.signed_in(browser.client, people[who])
    page = browser.visit(f"/proposals/{proposal.id}")
    assert [one for one in page.all(".idea-next button, .idea-next a") if step in one.text_content()]


def test_anonymous_goes_without_the_session(browser, people, db):
    cast.signed_in(browser.client, people["technician"])
    browser.visit("/proposals/new")
    answer = browser.client.post("/proposals/anonymous", data={"problem": PROBLEM, "suggestion": SUGGESTION, "token": "x" * 34})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/suggest/" + "x" * 34)
    again = browser.client.post("/proposals/anonymous", data={"problem": PROBLEM, "suggestion": SUGGESTION, "token": "x" * 34})
    assert again.status_code == 303
    assert db.query(Proposal).one().naming == Naming.ANONYMOUS


def test_anonymous_form_keeps_what_was_typed(browser, people):
    cast.signed_in(browser.client, people["technician"])
    browser.visit("/proposals/new")
    page = browser.press("匿名提交", status=422, problem=PROBLEM, suggestion="")
    assert page.one("textarea[name=problem]").text.strip() == PROBLEM


def test_a_comment_is_shown_and_an_empty_one_refused(browser, people):
    proposal = hand_in(ANONYMOUS, naming=Naming.ANONYMOUS)
    cast.signed_in(browser.client, people["technician"])
    browser.visit(f"/proposals/{proposal.id}")
    browser.press("评论", status=422, words="")
    browser.visit(f"/proposals/{proposal.id}")
    assert browser.press("评论", words="我们组也遇到过").has("我们组也遇到过")
