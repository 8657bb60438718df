"""Rules of time limits: ordered, explicit, shown before they are saved; and the ledger that explains every clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.catalogue import queries as catalogue
from portal.catalogue.models import Priority
from portal.core.activity import Activity
from portal.core.errors import Forbidden
from portal.customers import actions as customers
from portal.customers.models import CustomerClass
from portal.tickets import actions, jobs, ledger, policies, policy_effects, promises, seeds
from portal.tickets.models import ClockKind, ClockPolicy
from tests import cast, make

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULE = {"clock": ClockKind.RESOLUTION, "kind": "any", "category": "any", "priority": "any", "customer_class": "any", "team": "any",
        "minutes": 120, "hours": "team", "active": True}


@pytest.fixture
def rules(app, clock):
    make.catalogue()
    seeds.load()


@pytest.fixture
def administrator(rules, browser):
    person = cast.administrator()
    cast.signed_in(browser.client, person)
    return person


def due(ticket, kind=ClockKind.RESOLUTION):
    return next(c.due_at for c in ticket.clocks if c.clock is kind)


def target(ticket) -> int:
    return next(c.target_seconds for c in ticket.clocks if c.clock is ClockKind.RESOLUTION)


def test_a_new_rule_stands_first_and_open_tickets_follow_at_once(rules, db):
    ticket = make.ticket(priority=Priority.NORMAL)
    policies.add(by=cast.administrator(), **RULE)
    db.expire_all()
    assert target(ticket) == 7200
    assert [r.position for r in promises.all_policies()] == list(range(8))
    db.commit()
    assert jobs.compare() == 0


def test_a_rule_for_a_problem_holds_for_its_branches(rules):
    root = catalogue.roots()[0]
    branch = catalogue.branches_of(root)[0]
    policies.add(by=cast.administrator(), **{**RULE, "category": str(root.id)})
    assert [target(make.ticket(category=c, priority=Priority.NORMAL)) for c in (root, branch, None)] == [7200, 7200, 27 * 3600]


def test_another_class_of_the_customer_moves_the_open_tickets(rules, db):
    policies.add(by=cast.administrator(), **{**RULE, "customer_class": "key"})
    ticket = make.ticket(priority=Priority.NORMAL)
    customers.edit(ticket.customer, by=cast.agent(), class_=CustomerClass.KEY)
    db.commit()
    assert (target(ticket), jobs.compare()) == (7200, 0)


def test_the_order_decides_and_is_recorded(rules, db):
    administrator = cast.administrator()
    first = policies.add(by=administrator, **RULE)
    policies.move(first, True, by=administrator)
    assert promises.promise_of(promises.Facts("repair", "0", "urgent", "normal", ""), ClockKind.RESOLUTION).target == timedelta(hours=4)
    policies.change(first, by=administrator, minutes=120)
    verbs = list(db.scalars(select(Activity.verb).where(Activity.verb.like("policy.%")).order_by(Activity.id)))
    assert verbs == ["policy.added", "policy.moved"]


def test_a_rule_behind_one_that_takes_all_is_never_reached(rules):
    policies.add(by=cast.administrator(), **RULE)
    rows = promises.all_policies()
    hidden = [r.priority for r in rows if r.clock is ClockKind.RESOLUTION and policies.hidden_by(rows, r)]
    assert hidden == ["urgent", "high", "normal", "low"]


def test_others_may_not_change_them(rules):
    rule = promises.all_policies()[0]
    for person in (cast.agent(), cast.supervisor(), cast.technician(), cast.analyst()):
        for act in (lambda p: policies.add(by=p, **RULE), lambda p: policies.change(rule, by=p, minutes=5), lambda p: policies.move(rule, True, by=p)):
            with pytest.raises(Forbidden):
                act(person)


def test_the_effect_is_shown_before_anything_is_saved(administrator, browser, db):
    ticket = make.ticket(priority=Priority.NORMAL)
    before = due(ticket)
    browser.visit("/tickets/policies/new")
    browser.press("试算效果", limit_hours="2", limit_minutes="0", hours="team", created="2026-11-20T17:40")
    text = browser.page.text
    assert "1 张未完成工单的到期时间会变" in text and "1 张提前" in text
    assert "11 月 20 日 周五 17:40 创建 → 11 月 23 日 周一 10:40 到期" in text
    db.expire_all()
    assert (due(ticket), db.scalar(select(ClockPolicy.id).where(ClockPolicy.minutes == 120))) == (before, None)
    browser.press("保存")
    db.expire_all()
    assert target(ticket) == 7200


def test_other_values_than_those_looked_at_are_shown_first(administrator, browser, db):
    rule = next(r for r in promises.all_policies() if r.clock is ClockKind.RESOLUTION and r.priority == "normal")
    browser.visit(f"/tickets/policies/{rule.id}")
    browser.press("试算效果", limit_hours="10")
    browser.press("保存", limit_hours="1")
    db.expire_all()
    assert rule.minutes == 27 * 60
    browser.press("保存")
    db.expire_all()
    assert rule.minutes == 60


@pytest.mark.parametrize("wrong", [{"priority": ""}, {"priority": "huge"}, {"limit_hours": "0"}, {"limit_minutes": "70"}, {"hours": ""}, {"limit_hours": "x"}])
def test_a_blank_condition_or_a_senseless_limit_is_refused(administrator, browser, db, wrong):
    count = len(promises.all_policies())
    browser.visit("/tickets/policies/new")
    browser.press("试算效果", status=422, **wrong)
    assert len(db.scalars(select(ClockPolicy)).all()) == count


def test_two_who_change_a_rule_are_shown_both_versions(administrator, browser, db):
    rule = promises.all_policies()[0]
    browser.visit(f"/tickets/policies/{rule.id}")
    browser.press("试算效果", limit_hours="3")
    policies.change(rule, by=cast.administrator("罗平"), minutes=240)
    db.commit()
    browser.press("保存", status=409)
    assert "罗平" in browser.page.text
    db.expire_all()
    assert rule.minutes == 240


def test_moved_tickets_are_counted_by_groups(rules, clock, db):
    for priority in (Priority.NORMAL, Priority.NORMAL, Priority.LOW):
        make.ticket(priority=priority)
    rows = promises.all_policies()
    rule = next(r for r in rows if r.clock is ClockKind.RESOLUTION and r.priority == "normal")
    clock.shift(2 * 3600)
    made = policy_effects.draft(rule, {**RULE, "priority": "normal", "minutes": 60})
    moved = policy_effects.moved_by(rows, policy_effects.with_draft(rows, rule, made), {ClockKind.RESOLUTION})
    assert (moved.tickets, moved.earlier, moved.later, moved.late) == (2, 2, 0, 2)
    same = policy_effects.draft(rule, {**RULE, "priority": "normal", "minutes": rule.minutes})
    assert policy_effects.moved_by(rows, policy_effects.with_draft(rows, rule, same), {ClockKind.RESOLUTION}).tickets == 0


def test_the_ledger_leads_down_to_the_due_moment(rules, clock, db):
    agent = cast.agent()
    clock.move_to(datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI))
    ticket = make.ticket(priority=Priority.HIGH, owner=agent)
    actions.accept(ticket, by=agent)
    clock.move_to(datetime(2026, 11, 20, 17, 30, tzinfo=SHANGHAI))
    actions.wait(ticket, "等客户拍照", by=agent)
    clock.move_to(datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI))
    actions.resume(ticket, by=agent)
    clock.move_to(datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI))
    entry = ledger.of(ticket)[ClockKind.RESOLUTION]
    assert [line.why for line in entry.lines] == ["work", "paused", "work", "ahead", "night", "ahead", "due"]
    assert "林晓 暂停：等客户拍照" in [line.words for line in entry.lines]
    assert entry.lines[-1].start == due(ticket)
    assert "规则" in entry.rule


def test_the_ledger_says_nights_weekends_and_another_limit(rules, clock, db):
    agent = cast.agent()
    clock.move_to(datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI))
    ticket = make.ticket(priority=Priority.LOW, owner=agent)
    clock.move_to(datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI))
    actions.classify(ticket, by=agent, kind_code="repair", category=None, stage_id=None, urgency=ticket.urgency, impact=ticket.impact,
                     priority=Priority.HIGH, reason="客户催")
    clock.move_to(datetime(2026, 11, 23, 11, 0, tzinfo=SHANGHAI))
    entry = ledger.of(ticket)[ClockKind.RESOLUTION]
    assert [line.why for line in entry.lines] == ["work", "night", "weekend", "night", "work", "promise", "work", "ahead", "night", "ahead", "due"]


def test_each_clock_opens_on_the_ticket_page_and_without_scripts(rules, browser, db):
    cast.signed_in(browser.client, cast.agent())
    ticket = make.ticket(priority=Priority.URGENT)
    browser.visit(f"/tickets/{ticket.id}")
    assert browser.page.one(f'a[href="/tickets/{ticket.id}/clocks#clock-resolution"]') is not None
    assert "全天计时" in browser.visit(f"/tickets/{ticket.id}/clocks").text
    assert "全天计时" in browser.client.get(f"/tickets/{ticket.id}/clocks/resolution").get_data(as_text=True)
    assert "还没有开始" in browser.client.get(f"/tickets/{ticket.id}/clocks/result").get_data(as_text=True)
