"""Marks with weights, approval by level, steps, and the page of the measured effect."""

import pytest

from portal.core import options
from portal.core.access import may
from portal.core.activity import Activity
from portal.core.errors import Forbidden, WrongState
from portal.figures import effect
from portal.notifications.models import Notice
from portal.proposals import actions, effect_page, queries, rules
from portal.proposals.models import Proposal, ProposalScore
from tests import cast, make
from tests.proposals.test_effect import carried_out, company  # noqa: F401 - a fixture

MARKS = {"effect": 5, "cost": 3, "ease": 3, "evidence": 1}


@pytest.fixture
def ground(app):
    make.catalogue()
    return {"author": cast.technician(), "boss": cast.supervisor(), "analyst": cast.analyst()}


def hand_in(ground, **values):
    return actions.submit("", "没试水就走了", "洗后通水五分钟", by=ground["author"], **values)


def test_several_reviewers_score_and_the_weights_say_what_counts(ground, db):
    proposal = hand_in(ground)
    actions.score(proposal, MARKS, by=ground["boss"])
    assert proposal.score == pytest.approx((5 * 40 + 3 * 20 + 3 * 20 + 1 * 20) / 100)
    actions.score(proposal, dict.fromkeys(MARKS, 1), by=ground["analyst"])
    assert proposal.score == pytest.approx((3.4 + 1) / 2)
    options.put("proposals.weight_effect", 0)
    actions.score(proposal, dict.fromkeys(MARKS, 2), by=ground["analyst"])
    assert proposal.score == pytest.approx((7 / 3 + 2) / 2)
    assert db.query(ProposalScore).count() == 2
    assert db.query(Activity).filter_by(verb="proposal.scored").count() == 3


def test_nobody_scores_or_prices_their_own_and_nothing_after_the_decision(ground):
    own = actions.submit("", "问题", "建议", by=ground["boss"])
    with pytest.raises(Forbidden):
        actions.score(own, MARKS, by=ground["boss"])
    with pytest.raises(Forbidden):
        actions.price(own, 100, False, by=ground["boss"])
    with pytest.raises(Forbidden):
        actions.score(own, MARKS, by=ground["author"])
    proposal = hand_in(ground)
    actions.decide(proposal, "decline", "不行", by=ground["boss"])
    with pytest.raises(WrongState):
        actions.score(proposal, MARKS, by=ground["boss"])
    with pytest.raises(WrongState):
        actions.price(proposal, 100, False, by=ground["boss"])


@pytest.mark.parametrize(("cents", "company_scope"), [(500_000, False), (0, True)])
def test_what_is_dear_or_concerns_all_goes_up_to_the_company_wide_supervisor(ground, db, cents, company_scope):
    team = cast.team()
    leader = cast.supervisor("郑凯", company_wide=False, team=team, leads=True)
    proposal = hand_in(ground, team=team)
    assert db.scalars(queries.to_decide(leader)).all() == [proposal]
    actions.price(proposal, cents, company_scope, by=leader)
    db.flush()
    assert [may(p, rules.DECIDE, proposal) for p in (leader, ground["boss"])] == [False, True]
    assert db.scalars(queries.to_decide(leader)).all() == []
    assert db.scalars(queries.to_decide(ground["boss"])).all() == [proposal]
    assert ground["boss"].id in {n.person_id for n in db.query(Notice)}
    assert db.query(Activity).filter_by(verb="proposal.priced").one().data["cost"] == cents


def test_marks_and_cost_are_typed_on_the_page(browser, ground, db):
    proposal = hand_in(ground)
    cast.signed_in(browser.client, ground["boss"])
    browser.visit(f"/proposals/{proposal.id}")
    browser.press("保存打分", status=422, effect="9")
    browser.visit(f"/proposals/{proposal.id}")
    assert browser.press("保存打分", **{k: str(v) for k, v in MARKS.items()}).has("3.4 / 5")
    assert browser.press("保存费用", cost="260").has("260 元")
    assert db.get(Proposal, proposal.id).cost == 26_000


def test_the_owner_plans_steps_and_ticks_them(browser, company, db):  # noqa: F811
    proposal = actions.submit("", "问题", "建议", by=company["author"])
    with pytest.raises(Forbidden):
        actions.plan_steps(proposal, ["一"], by=company["owner"])
    from datetime import date

    actions.decide(proposal, "adopt", "好", by=company["boss"], owner=company["owner"], due_on=date(2099, 1, 1))
    cast.signed_in(browser.client, company["owner"])
    browser.visit(f"/proposals/{proposal.id}")
    browser.press("保存步骤", status=422, steps="")
    browser.visit(f"/proposals/{proposal.id}")
    page = browser.press("保存步骤", steps="改话术\n通知全员")
    assert page.has("完成 0 / 2")
    assert browser.press("完成：改话术").has("完成 1 / 2")
    actions.plan_steps(proposal, ["改话术", "培训"], by=company["owner"])
    assert [bool(s.done_at) for s in proposal.steps] == [True, False]
    with pytest.raises(Forbidden):
        actions.do_step(proposal.steps[1], by=company["author"])
    actions.undo_step(proposal.steps[0], by=company["owner"])
    actions.finish(proposal, by=company["owner"])
    with pytest.raises(WrongState):
        actions.do_step(proposal.steps[0], by=company["owner"])


def test_the_effect_page_shows_cells_interval_and_plain_words(browser, company):  # noqa: F811
    proposal = carried_out(company)
    cast.signed_in(browser.client, company["author"])
    page = browser.visit(f"/proposals/{proposal.id}/effect")
    assert page.has("20 / 40") and page.has("4 / 40") and page.has("不是偶然能解释的") and page.has("定格")


def test_what_was_frozen_is_computed_again_and_compared(company, db):  # noqa: F811
    proposal = carried_out(company)
    actions.verify(proposal, True, "好", by=company["boss"])
    assert [row["same"] for row in effect_page.rows(proposal)] == [True]
    assert proposal.gain == pytest.approx(0.4 / ((0.25 * 3 + 0.09) / 40) ** 0.5, rel=1e-3)
    frozen = effect_page.frozen(proposal)[0]
    frozen.found = frozen.found | {"after": frozen.found["after"] | {"hits": 1}}
    db.flush()
    assert [row["same"] for row in effect_page.rows(proposal)] == [False]


def test_only_the_chosen_stage_or_category_counts(company, db):  # noqa: F811
    from portal.catalogue import queries as catalogue
    from portal.tickets.models import Ticket
    from tests.proposals.test_effect import AFTER, BEFORE

    root = catalogue.roots()[0]
    for ticket in db.query(Ticket).filter(Ticket.kind_code == "complaint").limit(10):
        ticket.category_id = root.id
    db.flush()
    tried, other = company["teams"]
    found = effect.measure("complaints", BEFORE, AFTER, {"team_id": tried.id}, {"team_id": other.id}, category=root.id)
    assert found.verdict == effect.TOO_FEW
    assert sum(found.found[key]["sample"] for key in ("before", "after", "control_before", "control_after")) == 10
    assert effect.again(found.asked) == found
