"""Tasks for other departments hold the ticket open until they are answered."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.core import clock as wall
from portal.core.access import SYSTEM
from portal.core.activity import Activity
from portal.core.errors import Forbidden, NotFound, Refused, WrongState
from portal.notifications.models import Notice
from portal.teamwork import actions, queries
from portal.teamwork.models import Task, TaskStatus
from portal.tickets import actions as tickets
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def give(ticket, agent, owner=None):
    return actions.give(ticket, "核对合同", "销售", wall.today() + timedelta(days=1), by=agent, owner=owner)


def told(db, person):
    return list(db.scalars(select(Notice.url).where(Notice.person_id == person.id)))


def test_giving_a_task_from_the_ticket(clock, db, browser, agent):
    ticket, seller = make.ticket(by=agent), cast.administrator("陈销售")
    browser.visit(f"/tickets/{ticket.id}/tasks/new")
    assert browser.press("交办", 422).has("说明要做什么")
    browser.press("交办", title="核对合同", owner_id=seller.id, due_on="2026-11-20")
    task = db.scalars(select(Task)).one()
    assert (task.department, task.owner_id, task.due_on.isoformat()) == ("销售", seller.id, "2026-11-20")
    assert told(db, seller) == [f"/tasks/{task.id}"]
    assert browser.visit(f"/tickets/{ticket.id}/around").has("核对合同")


def test_a_pending_task_holds_the_ticket_open(clock, db, agent):
    ticket = make.ticket(by=agent, kind_code="consultation")
    task = give(ticket, agent)
    assert "核对合同" in " ".join(str(s) for s in tickets.blocks_closing(ticket))
    actions.answer(task, True, "", by=agent)
    assert not any("核对合同" in str(s) for s in tickets.blocks_closing(ticket))


def test_whoever_has_the_task_sees_it_without_seeing_the_ticket(clock, db, browser, agent):
    ticket, seller = make.ticket(by=agent), cast.technician("韩立")
    task = give(ticket, agent, seller)
    cast.signed_in(browser.client, seller)
    page = browser.visit(f"/tasks/{task.id}")
    assert page.has(ticket.number) and not page.has(ticket.title)
    browser.press("开始")
    browser.visit(f"/tasks/{task.id}")
    assert browser.press("答复", 422, done="no").has("说明为什么做不了")
    browser.press("答复", done="yes", words="合同在附件")
    assert db.get(Task, task.id).status is TaskStatus.DONE
    assert told(db, agent) == [f"/tasks/{task.id}"]
    verbs = list(db.scalars(select(Activity.verb).where(Activity.ticket_id == ticket.id)))
    assert verbs[-3:] == ["task.given", "task.begun", "task.done"]


def test_others_neither_see_nor_answer_it(clock, agent):
    task, stranger = give(make.ticket(by=agent), agent), cast.technician()
    with pytest.raises(NotFound):
        queries.find_task(stranger, task.id)
    with pytest.raises(Forbidden):
        actions.answer(task, True, "", by=stranger)
    with pytest.raises(Forbidden):
        give(make.ticket(by=agent), stranger)


def test_an_ended_task_stays_ended(clock, agent):
    task = give(make.ticket(by=agent), agent)
    actions.take(task, by=agent)
    with pytest.raises(WrongState):
        actions.take(task, by=agent)
    actions.answer(task, False, "没有合同", by=agent)
    with pytest.raises(WrongState):
        actions.answer(task, True, "", by=SYSTEM)


def test_a_decline_needs_its_reason(clock, agent):
    with pytest.raises(Refused):
        actions.answer(give(make.ticket(by=agent), agent), False, " ", by=agent)


def test_the_list_shows_mine_and_those_i_gave(clock, browser, agent):
    ticket, other = make.ticket(by=agent), cast.agent("周敏")
    give(ticket, agent, other)
    assert not browser.visit("/tasks/").has("核对合同")
    assert browser.visit("/tasks/?view=given").has("核对合同")
    assert browser.visit("/tasks/?view=all").has(ticket.number)
