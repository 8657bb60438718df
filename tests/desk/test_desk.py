"""Views of one's own, what comes next and who should have it, call-backs, handing over, what similar tickets say."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.catalogue import queries as catalogue
from portal.core import clock as wall
from portal.core.activity import Activity
from portal.core.errors import Forbidden, NotFound, Refused, WrongState
from portal.desk import actions, arranging, queries, similar, suggesting
from portal.desk.models import CallBack, CallState
from portal.followups.models import FollowUp, FollowUpState
from portal.notifications.models import Notice
from portal.teamwork import actions as teamwork
from portal.tickets import actions as tickets
from portal.tickets.models import Ticket
from tests import cast, counting, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def test_a_list_is_saved_under_a_name_and_stands_in_the_menu(clock, browser, agent):
    browser.visit("/desk/views/new?view=mine&priority=urgent")
    browser.press("保存", name="我的紧急单")
    page = browser.visit("/tickets/?view=all")
    assert page.link("我的紧急单").startswith("/tickets/?view=mine&priority=urgent")
    browser.visit("/desk/views/")
    browser.press(browser.page.one(".desk-item button").text_content().strip(), within="main")
    assert queries.views_of(agent) == []


def test_a_view_of_a_team_is_seen_by_its_people_only(clock, browser, app):
    team = cast.team()
    maker, mate, other = cast.agent("甲", team=team), cast.agent("乙", team=team), cast.agent("丙")
    view = actions.save_view("班组", "view=all", by=maker, team=team)
    assert queries.views_of(mate) == [view] and queries.views_of(other) == []
    with pytest.raises(NotFound):
        queries.find_view(mate, view.id)
    with pytest.raises(Refused):
        actions.save_view("x", "view=all", by=other, team=team)
    with pytest.raises(Forbidden):
        actions.save_view("x", "view=all", by=cast.technician())
    cast.signed_in(browser.client, mate)
    assert browser.visit("/tickets/?view=all").has("班组")


def test_columns_and_density_are_ones_own(clock, browser, agent):
    make.ticket(by=agent)
    browser.visit("/desk/look")
    browser.press("保存", density="compact", shown=["status", "clocks"])
    assert browser.visit("/tickets/?view=all").one("#queue").get("class") == "is-compact no-category no-owner"
    cast.signed_in(browser.client, cast.agent("周敏"))
    assert browser.visit("/tickets/?view=all").one("#queue").get("class") is None


def test_the_next_ticket_is_the_most_urgent_that_nobody_has(clock, db, browser, agent):
    make.ticket(by=agent, owner=cast.agent("周敏"))
    calm, hot = make.ticket(by=agent), make.ticket(by=agent)
    hot.next_due_at = calm.next_due_at - timedelta(hours=1)
    assert queries.next_for(agent) == hot
    browser.visit("/desk/next")
    page = browser.press("领取")
    assert page.path.startswith(f"/tickets/{hot.id}") and db.get(Ticket, hot.id).owner_id == agent.id
    assert actions.claim_next(by=agent) == calm
    assert actions.claim_next(by=agent) is None
    assert browser.visit("/desk/next").has("没有待领的工单")
    with pytest.raises(Forbidden):
        actions.claim_next(by=cast.technician())


def test_ones_own_teams_come_before_the_others(clock, app):
    area = cast.area()
    team = cast.team("浦东班组", area)
    mate = cast.agent("甲", team=team)
    urgent_elsewhere = make.ticket(site=None)
    urgent_elsewhere.team = cast.team("徐汇班组")
    own = make.ticket()
    own.team = team
    assert queries.next_for(mate) == own


def test_who_should_have_it_is_said_with_reasons(clock, db, browser, agent):
    team = cast.team()
    mate, busy = cast.agent("甲", team=team), cast.agent("乙")
    for _ in range(3):
        make.ticket(by=agent, owner=busy)
    ticket = make.ticket(by=agent)
    ticket.team = team
    choices = suggesting.for_ticket(ticket)
    assert [c.person for c in choices][0] == mate and choices[-1].person == busy
    assert any("浦东班组" in r for r in choices[0].reasons)
    browser.visit(f"/desk/suggest/{ticket.id}")
    browser.press("分配给第一位")
    assert db.get(Ticket, ticket.id).owner_id == mate.id


def test_with_nobody_here_it_stays_visible_and_the_supervisor_is_told(clock, db, app):
    chief, only = cast.supervisor(), cast.agent("甲")
    ticket = make.ticket(by=only)
    actions.hand_over(only, None, "病假", by=chief)
    assert suggesting.for_ticket(ticket) == []
    assert actions.assign_best(ticket, by=chief) is None
    assert ticket.owner_id is None
    assert [n.url for n in db.scalars(select(Notice).where(Notice.person_id == chief.id))] == [f"/tickets/{ticket.id}"]


def test_absent_work_moves_in_one_step_and_comes_back(clock, db, browser):
    ill, here, chief = cast.agent("甲"), cast.agent("乙"), cast.supervisor()
    one, two = make.ticket(owner=ill), make.ticket(owner=ill)
    call = FollowUp(ticket=one, rule="kind", owner=ill, created_at=wall.now(), due_at=wall.now())
    db.add(call)
    task = teamwork.give(one, "核对", "销售", wall.today(), by=ill, owner=ill)
    reminder = teamwork.remind(wall.now() + timedelta(hours=1), by=ill, ticket=one)
    cast.signed_in(browser.client, chief)
    browser.visit(f"/desk/handover/new?from_id={ill.id}")
    assert browser.page.has("2 张工单、1 个回访、1 项任务、1 条提醒")
    browser.press("交接", within="main", to_id=here.id, reason="病假")
    assert {one.owner_id, two.owner_id, call.owner_id, task.owner_id, reminder.person_id} == {here.id}
    tickets.assign(two, cast.agent("丙"), by=chief)
    browser.visit("/desk/handover/")
    assert browser.press("还给本人").has("已还回 4 项")
    assert (one.owner_id, call.owner_id, task.owner_id, reminder.person_id) == (ill.id,) * 4 and two.owner_id != ill.id
    assert call.state is FollowUpState.DUE
    handover = queries.handovers(chief)[0]
    with pytest.raises(WrongState):
        actions.bring_back(handover, by=chief)
    assert "病假" in str(db.scalars(select(Activity.data).where(Activity.verb == "ticket.assigned", Activity.ticket_id == one.id)).first())


def test_only_whoever_oversees_somebody_hands_over(clock, app):
    team, ill = cast.team(), None
    ill = cast.agent("甲", team=team)
    with pytest.raises(Forbidden):
        actions.hand_over(ill, None, "x", by=cast.agent("乙"))
    with pytest.raises(Refused):
        actions.hand_over(ill, None, "x", by=cast.supervisor(company_wide=False))
    with pytest.raises(Refused):
        actions.hand_over(ill, ill, "x", by=cast.supervisor())


def test_a_missed_call_is_noted_called_and_done(clock, db, browser, agent):
    browser.visit("/desk/calls/new")
    browser.press("记下", 422, phone="12")
    browser.visit("/desk/calls/new")
    browser.press("记下", phone="136 0001 7788", name="马女士", missed="y", words="想改时间")
    page = browser.visit("/desk/calls/")
    assert page.has("136****7788") and not page.has("13600017788")
    assert browser.press("拨打").has("136 0001 7788")
    row = db.scalars(select(CallBack)).one()
    assert "customer.revealed" in list(db.scalars(select(Activity.verb)))
    browser.visit("/desk/calls/")
    browser.press("没接通")
    assert row.tries == 1 and row.at > wall.now()
    browser.visit("/desk/calls/")
    browser.press("接通了")
    assert row.state is CallState.DONE
    with pytest.raises(WrongState):
        actions.called(row, "reached", by=agent)
    with pytest.raises(Forbidden):
        actions.add_call("+8613600017788", wall.now(), by=cast.technician())


def test_the_same_number_waits_only_once(clock, agent):
    later = actions.add_call("+8613600017788", wall.now() + timedelta(hours=2), by=agent, words="改时间")
    again = actions.add_call("+8613600017788", wall.now(), by=agent, words="又打来")
    assert again is later and later.words == "改时间 又打来" and later.at <= wall.now()


def test_a_call_about_a_ticket_takes_its_number(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    browser.visit(f"/desk/calls/new?ticket={ticket.id}")
    browser.press("记下", at="2026-11-18T16:00")
    row = db.scalars(select(CallBack)).one()
    assert (row.ticket_id, row.number, row.customer_id) == (ticket.id, ticket.phone.e164, ticket.customer_id)


def solved(words, category, solution, agent):
    ticket = make.ticket(by=agent, words=words, category=category)
    tickets.accept(ticket, by=agent)
    tickets.resolve(ticket, catalogue.causes()[0], solution, by=agent)
    return ticket


def test_similar_tickets_say_which_problem_and_what_helped(clock, db, browser, agent):
    make.catalogue()
    leak, other = catalogue.branches_of(catalogue.roots()[0])[0], catalogue.branches_of(catalogue.roots()[1])[0]
    old = [solved("厨房水槽下面漏水", leak, "更换密封圈", agent) for _ in range(2)]
    solved("保洁阿姨迟到半小时", other, "道歉并减免", agent)
    fresh = make.ticket(by=agent, words="厨房水槽漏水，柜子泡了")
    found = similar.hints(fresh, agent)
    assert (found.category.value, found.solutions[0].value) == (leak, "更换密封圈")
    assert {row[0] for row in found.solutions[0].evidence} == {t.id for t in old}
    browser.visit(f"/desk/similar/{fresh.id}")
    browser.press("按此归类")
    assert db.get(Ticket, fresh.id).category_id == leak.id
    assert similar.hints(fresh, cast.technician()).category is None


def test_corrected_tickets_count_more(clock, agent):
    make.catalogue()
    wrong, right = catalogue.branches_of(catalogue.roots()[0])[0], catalogue.branches_of(catalogue.roots()[1])[0]
    solved("热水器打不着火", wrong, "换电池", agent)
    ticket = make.ticket(by=agent, words="热水器打不着火", category=wrong)
    tickets.classify(ticket, by=agent, kind_code=ticket.kind_code, category=right, stage_id=None, urgency=ticket.urgency, impact=ticket.impact)
    tickets.accept(ticket, by=agent)
    tickets.resolve(ticket, catalogue.causes()[0], "清理喷嘴", by=agent)
    assert similar.hints(make.ticket(by=agent, words="热水器打不着火了"), agent).category.value == right


def test_a_saved_view_counts_what_it_lists(clock, browser, app, agent):
    for _n in range(3):
        make.ticket(by=agent, owner=agent)
    view = actions.save_view("我的", "view=mine", by=agent)
    over = actions.save_view("归档的", "view=all&status=closed", by=agent)
    page = browser.visit(f"/tickets/?view=mine&saved={view.id}")
    assert {e.text_content() for e in page.all(f".count-saved-{view.id}")} == {"3"}
    assert page.all(f".count-saved-{over.id}") == []
    assert [a.text_content().strip() for a in page.all('.side-item[aria-current="page"] .label')] == ["我的"]
    actions.save_view("我的紧急单", "view=mine&priority=urgent", by=agent)
    few = counting.statements(lambda: arranging.counts(agent))
    for n in range(5):
        actions.save_view(f"再来{n}", f"view=mine&priority=low&area={n + 1}", by=agent)
    assert counting.statements(lambda: arranging.counts(agent)) == few
