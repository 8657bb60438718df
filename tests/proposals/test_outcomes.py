"""Every outcome has a reason and a day, and reaches whoever waits for it, under every way of handing in."""

from datetime import date

import pytest

from portal.accounts.models import Person
from portal.core.access import ANONYMOUS, customer_actor
from portal.core.errors import WrongState
from portal.notifications.models import Notice, OutMessage
from portal.proposals import actions, jobs
from portal.proposals.models import Naming, Proposal, ProposalStatus, Source
from tests import cast, make
from tests.proposals.test_rights import hand_in

UNTIL = date(2099, 1, 2)


@pytest.fixture
def ground(app):
    make.catalogue()
    return {"author": cast.technician(), "boss": cast.supervisor(), "colleague": cast.agent()}


def told(db, person: Person) -> list[str]:
    return [n.words % n.data for n in db.query(Notice).filter_by(person_id=person.id).order_by(Notice.id)]


def customers() -> Proposal:
    return hand_in(customer_actor("陈女士"), source=Source.CUSTOMER, customer_name="陈女士", customer_contact="13800138000")


@pytest.mark.parametrize(("outcome", "values"), [("defer", {"until": UNTIL}), ("adopt", {"due_on": UNTIL})])
def test_the_day_stands_in_what_is_told(ground, db, outcome, values):
    if outcome == "adopt":
        values = values | {"owner": ground["colleague"]}
    ours, theirs = hand_in(ground["author"]), customers()
    for proposal in (ours, theirs):
        actions.decide(proposal, outcome, "理由", by=ground["boss"], **values)
    assert any("理由" in words and "2099-01-02" in words for words in told(db, ground["author"]))
    assert "2099-01-02" in db.query(OutMessage).order_by(OutMessage.id.desc()).first().body


def test_whoever_follows_hears_that_it_was_withdrawn(ground, db):
    proposal = hand_in(ground["author"])
    actions.vote(proposal, by=ground["colleague"])
    actions.withdraw(proposal, by=ground["author"])
    assert "withdrawn" in told(db, ground["colleague"])[-1]
    assert not any("withdrawn" in words for words in told(db, ground["author"]))


def test_that_an_anonymous_author_withdrew_is_told_on_a_later_day(ground, db, clock):
    proposal = hand_in(ANONYMOUS, naming=Naming.ANONYMOUS)
    actions.vote(proposal, by=ground["colleague"])
    actions.withdraw(proposal, by=ANONYMOUS)
    db.commit()
    jobs.look_after()
    assert told(db, ground["colleague"]) == []
    clock.shift(86_400)
    jobs.look_after()
    assert "withdrawn" in told(db, ground["colleague"])[-1]
    assert not any("New proposal" in words for words in told(db, ground["boss"]))


def test_on_its_day_a_deferred_one_is_back_for_everybody(ground, db, clock):
    proposal = hand_in(ground["author"])
    actions.decide(proposal, "defer", "等预算", by=ground["boss"], until=date(2026, 11, 25))
    db.commit()
    clock.shift(8 * 86_400)
    jobs.look_after()
    assert all("is back for review" in told(db, ground[who])[-1] for who in ("author", "boss"))


@pytest.mark.parametrize("status", [ProposalStatus.WITHDRAWN, ProposalStatus.DUPLICATE])
def test_nobody_votes_for_what_is_gone(ground, browser, status):
    proposal, other = hand_in(ground["author"]), hand_in(ground["author"])
    if status == ProposalStatus.WITHDRAWN:
        actions.withdraw(proposal, by=ground["author"])
    else:
        actions.mark_duplicate(proposal, other, by=ground["boss"])
    with pytest.raises(WrongState):
        actions.vote(proposal, by=ground["boss"])
    cast.signed_in(browser.client, ground["boss"])
    assert not browser.visit(f"/proposals/{proposal.id}").all("#votes > form")


def test_what_was_withdrawn_is_not_talked_about(ground, browser):
    proposal = hand_in(ground["author"])
    actions.withdraw(proposal, by=ground["author"])
    with pytest.raises(WrongState):
        actions.comment(proposal, "可惜", by=ground["author"])
    cast.signed_in(browser.client, ground["author"])
    page = browser.visit(f"/proposals/{proposal.id}")
    assert not page.all("#discussion form")
    assert not browser.visit("/proposals/mine").has("前答复")


def test_an_appeal_is_offered_once_and_read_above_everything(ground, browser):
    proposal = hand_in(ground["author"])
    actions.decide(proposal, "decline", "人手不够", by=ground["boss"])
    actions.appeal(proposal, "上周占线四十次", by=ground["author"])
    cast.signed_in(browser.client, ground["boss"])
    page = browser.visit(f"/proposals/{proposal.id}")
    assert "上周占线四十次" in page.words(".idea-decision") and "人手不够" in page.words(".idea-decision")
    actions.decide(proposal, "decline", "仍然不够", by=ground["boss"])
    cast.signed_in(browser.client, ground["author"])
    assert not browser.visit(f"/proposals/{proposal.id}?step=appeal").all("#answer")


def test_behind_the_link_an_old_reason_is_gone_while_it_is_looked_at_again(ground, browser):
    proposal = customers()
    actions.decide(proposal, "decline", "人手不够", by=ground["boss"])
    link = f"/suggest/{proposal.token}"
    assert browser.visit(link).words("h1 ~ .prose") == "人手不够"
    actions.appeal(proposal, "再看看", by=customer_actor("陈女士"))
    page = browser.visit(link)
    assert not page.all("h1 ~ .prose") and page.has("前给您答复")


def test_whoever_said_the_same_hears_what_becomes_of_the_other(ground, browser, db):
    kept, first, second = actions.submit("公司内部的题目", "问题", "建议", by=ground["author"]), customers(), customers()
    actions.mark_duplicate(first, second, by=ground["boss"])
    actions.mark_duplicate(second, kept, by=ground["boss"])
    assert db.get(Proposal, first.id).duplicate_of_id == kept.id
    actions.decide(kept, "decline", "已有规定", by=ground["boss"])
    bodies = [m.body for m in db.query(OutMessage) if "已有规定" in m.body]
    assert {n for n in (first.number, second.number) for body in bodies if n in body} == {first.number, second.number}
    assert not any("公司内部的题目" in body for body in bodies)
    page = browser.visit(f"/suggest/{first.token}")
    assert page.has("不采纳") and page.has("已有规定") and not page.has("公司内部的题目")


@pytest.mark.parametrize(("typed", "sentence"), [("", "写上它的编号"), ("P9999", "没有这个编号的提案"), ("own", "不能是重复或已撤回的")])
def test_a_wrong_number_is_refused_beside_its_field(ground, browser, typed, sentence):
    proposal = hand_in(ground["author"])
    cast.signed_in(browser.client, ground["boss"])
    browser.visit(f"/proposals/{proposal.id}?step=duplicate")
    page = browser.press("标为重复", status=422, number=proposal.number.lower() if typed == "own" else typed)
    assert page.one("#number").get("aria-invalid") == "true"
    assert sentence in page.words(".field-error")


def test_everything_that_an_outcome_lacks_is_said_at_once(ground, browser):
    proposal = hand_in(ground["author"])
    cast.signed_in(browser.client, ground["boss"])
    for outcome, fields in (("adopt", ("owner", "due_on")), ("defer", ("until",)), ("trial", ("place", "starts_on", "ends_on"))):
        browser.visit(f"/proposals/{proposal.id}")
        page = browser.press("提交「采纳」「退回补充」「试点」「暂缓」「不采纳」", status=422, outcome=outcome, reason="")
        assert {f.get("id") for f in page.all("[aria-invalid=true]")} == {*fields, "reason"}


def test_what_is_too_dear_says_so_to_whoever_decides(ground, db):
    team = cast.team()
    leader = cast.supervisor("郑凯", company_wide=False, team=team, leads=True)
    proposal = hand_in(ground["author"], team=team)
    actions.price(proposal, 900_000, False, by=leader)
    assert "waits for you" in told(db, ground["boss"])[-1]


def test_a_certificate_can_be_printed_by_a_button(ground, browser):
    proposal = hand_in(ground["author"])
    actions.decide(proposal, "adopt", "好", by=ground["boss"], owner=ground["colleague"], due_on=UNTIL)
    cast.signed_in(browser.client, ground["author"])
    page = browser.visit(f"/proposals/{proposal.id}/certificate")
    assert page.one("[data-print]").text_content().strip() == "打印" and page.one(".diploma h1") is not None


def test_behind_the_link_a_late_answer_is_admitted(ground, browser, clock):
    proposal = customers()
    clock.shift(20 * 86_400)
    assert browser.visit(f"/suggest/{proposal.token}").has("我们晚了")
