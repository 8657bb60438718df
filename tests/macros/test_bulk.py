"""Many tickets at once: each for itself, failures with their reasons, and back again."""

import pytest
from sqlalchemy import select

from portal.core.activity import Activity
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.forms import new_key
from portal.macros import actions, jobs, queries
from portal.macros.changes import Changes
from portal.macros.models import BulkRun, Macro
from portal.teamwork import queries as around
from portal.tickets import actions as tickets
from portal.tickets.models import Status, Ticket
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def names(ticket):
    return [t.name for t in around.tags_of(ticket)]


def test_ticked_tickets_are_changed_and_taken_back(clock, db, browser, agent):
    other, two = cast.agent("周敏"), [make.ticket(by=agent) for _ in range(2)]
    page = browser.visit("/tickets/?view=all")
    assert [b.get("value") for b in page.all(".q-box")] == [str(t.id) for t in two]
    browser.press("分配", within="#bulk", ids=[t.id for t in two])
    page = browser.press("执行修改", owner=other.id, add_tags="漏水、急", priority="urgent")
    assert page.has("已修改 2 张工单")
    assert {(t.owner_id, t.priority.value) for t in db.scalars(select(Ticket))} == {(other.id, "urgent")}
    assert names(two[0]) == ["急", "漏水"]
    page = browser.press("撤回")
    assert page.has("2 张工单已恢复原样")
    assert {t.owner_id for t in db.scalars(select(Ticket))} == {None} and names(two[0]) == []
    assert {t.priority.value for t in db.scalars(select(Ticket))} != {"urgent"}


def test_what_refuses_is_listed_with_its_reason(clock, db, browser, agent):
    fresh, ended = make.ticket(by=agent), make.ticket(by=agent)
    tickets.cancel(ended, "误报", by=agent)
    browser.visit(f"/bulk/?ids={fresh.id}&ids={ended.id}&do=status")
    page = browser.press("执行修改", step="accept")
    assert page.has("没有修改") and page.has(ended.number) and page.has("状态")
    assert (db.get(Ticket, fresh.id).status, db.get(Ticket, ended.id).status) == (Status.ACCEPTED, Status.CANCELLED)
    assert browser.press("撤回").has("不能撤回")


def test_all_that_match_means_the_list_not_the_page(clock, db, browser, agent):
    mine = [make.ticket(by=agent, owner=agent).id for _ in range(3)]
    make.ticket(by=agent)
    page = browser.visit("/tickets/?view=mine")
    browser.visit(page.one(".bulk-all").get("href"))
    browser.press("执行修改", add_tags="今天")
    run = db.scalars(select(BulkRun)).one()
    assert sorted(row["id"] for row in run.done) == mine


def test_a_long_run_goes_on_by_itself(clock, db, agent, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    ids = [make.ticket(by=agent).id for _ in range(3)]
    run = actions.begin(Changes(owner="me"), ids, by=agent)
    assert (len(run.done), len(run.waiting), run.ended_at) == (1, 2, None)
    with pytest.raises(Refused):
        actions.undo(run, by=agent)
    db.commit()
    assert jobs.carry_on() == 1
    db.expire_all()
    assert (len(run.done), run.waiting) == (3, []) and run.ended_at is not None


def test_nobody_changes_what_they_may_not_see_nor_looks_at_anothers_run(clock, db, agent):
    ticket, stranger = make.ticket(by=agent), cast.agent("周敏")
    run = actions.begin(Changes(owner="me"), [ticket.id], by=agent)
    with pytest.raises(NotFound):
        queries.find_run(stranger, run.id)
    with pytest.raises(Forbidden):
        actions.undo(run, by=stranger)
    with pytest.raises(Forbidden):
        actions.begin(Changes(owner="me"), [ticket.id], by=cast.technician())
    assert queries.chosen([ticket.id], cast.technician()) == []


def test_undo_leaves_alone_what_somebody_else_has_changed_since(clock, db, agent):
    ticket, other = make.ticket(by=agent), cast.agent("周敏")
    run = actions.begin(Changes(owner="me"), [ticket.id], by=agent)
    tickets.assign(ticket, other, by=other)
    back = actions.undo(run, by=agent)
    assert "周敏" in back.failed[0]["reason"] and ticket.owner_id == other.id
    with pytest.raises(Refused):
        actions.undo(run, by=agent)


def test_the_same_form_twice_is_one_run(clock, db, browser, agent):
    ticket, key = make.ticket(by=agent), new_key()
    for _ in range(2):
        browser.post("/bulk/", key=key, ids=ticket.id, note="一次")
    assert len(list(db.scalars(select(Activity.id).where(Activity.verb == "ticket.noted")))) == 1
    assert browser.post("/bulk/", 422, key=new_key(), ids=ticket.id).has("至少选一项改动")
    assert browser.visit("/bulk/").has("没有选工单")


def test_a_macro_is_one_click_on_a_ticket_and_whole_or_not_at_all(clock, db, browser, agent):
    chief = cast.supervisor()
    actions.add("收下并开始", Changes(owner="me", step="accept", add_tags="处理中", note="已接手"), by=chief)
    ticket = make.ticket(by=agent)
    browser.visit(f"/macros/for/{ticket.id}")
    page = browser.press("收下并开始")
    assert page.has("已接手")
    assert (ticket.owner_id, ticket.status, names(ticket)) == (agent.id, Status.ACCEPTED, ["处理中"])
    ended = make.ticket(by=agent)
    tickets.cancel(ended, "误报", by=agent)
    browser.visit(f"/macros/for/{ended.id}")
    assert browser.press("收下并开始").has("没有执行")
    assert ended.owner_id is None and names(ended) == []


def test_a_supervisor_keeps_the_macros(clock, db, browser):
    cast.signed_in(browser.client, cast.supervisor())
    browser.visit("/macros/new")
    assert browser.press("保存", 422, name="空").has("至少选一项改动")
    browser.visit("/macros/new")
    browser.press("保存", name="转给我", owner="me", active="y")
    macro = db.scalars(select(Macro)).one()
    assert macro.changes == {"owner": "me"}
    browser.visit(f"/macros/{macro.id}")
    browser.press("保存", priority="high")
    assert db.get(Macro, macro.id).changes == {"owner": "me", "priority": "high"}
    with pytest.raises(Forbidden):
        actions.change(macro, "x", Changes(owner="me"), True, by=cast.agent())


def test_a_macro_is_run_in_bulk(clock, db, browser, agent):
    macro = actions.add("打标", Changes(add_tags="回访"), by=cast.supervisor())
    ids = [make.ticket(by=agent).id for _ in range(2)]
    browser.visit(f"/bulk/?ids={ids[0]}&ids={ids[1]}&do=macro")
    browser.press("执行修改", macro_id=macro.id)
    assert [names(db.get(Ticket, i)) for i in ids] == [["回访"]] * 2
