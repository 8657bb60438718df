"""The reply box: what others said meanwhile, three ways to send, and on to the next ticket of the list."""

import pytest
from sqlalchemy import select

from portal.core.access import customer_actor
from portal.core.activity import Activity
from portal.notifications.models import OutMessage
from portal.tickets import actions
from portal.tickets.models import Status, Ticket
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def replies(db, ticket):
    return list(db.scalars(select(Activity.body).where(Activity.ticket_id == ticket.id, Activity.verb == "ticket.replied")))


def test_whoever_answered_meanwhile_is_shown_before_a_second_answer_leaves(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    browser.visit(f"/tickets/{ticket.id}")
    actions.reply(ticket, "师傅十点到", by=cast.agent("周敏"))
    page = browser.press("发送给客户", 409, words="师傅十一点到")
    assert page.has("刚才已有人答复") and page.has("周敏") and page.one("#words").text.strip() == "师傅十一点到"
    assert replies(db, ticket) == ["师傅十点到"]
    browser.press("发送给客户")
    assert replies(db, ticket) == ["师傅十点到", "师傅十一点到"]


def test_the_customers_own_words_count_and_notes_do_not(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    browser.visit(f"/tickets/{ticket.id}")
    actions.note(ticket, "内部说明", by=cast.agent("周敏"))
    browser.press("发送给客户", words="好的")
    browser.visit(f"/tickets/{ticket.id}")
    actions.customer_words(ticket, "不用来了", by=customer_actor("王建国"))
    assert browser.press("发送给客户", 409, words="马上到").has("不用来了")
    assert replies(db, ticket) == ["好的"]


def test_a_reply_can_wait_or_lead_to_the_solution_without_a_second_message(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    actions.accept(ticket, by=agent)
    browser.visit(f"/tickets/{ticket.id}")
    browser.press("发送并等客户", words="何时在家？")
    assert db.get(Ticket, ticket.id).status is Status.WAITING
    browser.visit(f"/tickets/{ticket.id}")
    page = browser.press("发送并解决", words="已换好密封圈")
    assert page.value("solution").strip() == "已换好密封圈"
    before = len(list(db.scalars(select(OutMessage.id))))
    browser.press("解决", cause_id=page.all("#cause_id option")[1].get("value"))
    assert db.get(Ticket, ticket.id).status is Status.RESOLVED
    bodies = list(db.scalars(select(OutMessage.body).order_by(OutMessage.id)))[before:]
    assert not any("已换好密封圈" in body for body in bodies)


def test_after_sending_the_next_ticket_of_the_list_comes_up(clock, db, browser, agent):
    first, second = make.ticket(by=agent, owner=agent), make.ticket(by=agent, owner=agent)
    page = browser.visit("/tickets/?view=mine")
    browser.visit(page.one(f"#ticket-{first.id} .q-link").get("href"))
    page = browser.press("发送给客户", words="马上到", onward="y")
    assert page.path.startswith(f"/tickets/{second.id}?") and "view=mine" in page.path


def test_after_the_last_ticket_of_the_list_comes_the_list(clock, browser, agent):
    only = make.ticket(by=agent, owner=agent)
    browser.visit(f"/tickets/{only.id}?view=mine")
    assert browser.press("发送给客户", words="马上到", onward="y").path.startswith("/tickets/?view=mine")


def test_the_ticket_page_leads_to_its_neighbours_in_the_list(clock, browser, agent):
    ids = [make.ticket(by=agent, owner=agent).id for _ in range(3)]
    page = browser.visit(f"/tickets/{ids[1]}?view=mine")
    assert page.one("[data-key=j]").get("href").startswith(f"/tickets/{ids[2]}?")
    assert page.one("[data-key=k]").get("href").startswith(f"/tickets/{ids[0]}?")
    assert browser.visit(f"/tickets/{ids[1]}").all("[data-key=j]") == []
