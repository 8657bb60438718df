"""Tags, links, splitting, followers, mentions, reminders: on the ticket's panel and in the inbox."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.core import clock as wall
from portal.core.access import SYSTEM, customer_actor
from portal.core.activity import Activity
from portal.core.errors import Forbidden, NotFound, Refused
from portal.notifications.models import Notice
from portal.teamwork import actions, jobs, queries
from portal.teamwork.models import Reminder
from portal.tickets import actions as tickets
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def verbs(db, ticket):
    return list(db.scalars(select(Activity.verb).where(Activity.ticket_id == ticket.id).order_by(Activity.id)))


def notices(db, person):
    return list(db.scalars(select(Notice).where(Notice.person_id == person.id)))


def names(ticket):
    return [t.name for t in queries.tags_of(ticket)]


def test_tags_are_added_and_removed_on_the_panel(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    browser.visit(f"/tickets/{ticket.id}/around")
    browser.press("添加", add="漏水，VIP")
    assert names(ticket) == ["VIP", "漏水"]
    browser.visit(f"/tickets/{ticket.id}/around")
    browser.press("去掉VIP")
    assert names(ticket) == ["漏水"]
    assert verbs(db, ticket)[-3:] == ["ticket.tagged", "ticket.tagged", "ticket.untagged"]


def test_the_same_tag_twice_is_one(clock, db, agent):
    ticket = make.ticket(by=agent)
    for _ in range(2):
        actions.tag(ticket, " 漏水 ", by=agent)
    assert names(ticket) == ["漏水"] and verbs(db, ticket).count("ticket.tagged") == 1
    with pytest.raises(Refused):
        actions.tag(ticket, "  ", by=agent)
    with pytest.raises(Forbidden):
        actions.tag(ticket, "x", by=cast.technician())


def test_links_are_seen_from_both_sides_and_only_of_what_one_may_see(clock, browser, agent):
    one, other = make.ticket(by=agent), make.ticket(by=agent)
    browser.visit(f"/tickets/{one.id}/around")
    browser.press("关联", number=other.number.lower())
    assert [t.id for _l, t in queries.linked(other, agent)] == [one.id]
    assert queries.linked(other, cast.technician()) == []
    browser.visit(f"/tickets/{one.id}/around")
    assert browser.press("关联", number="S0000-9").has("没有这张工单")
    for wrong in (one, other):
        with pytest.raises(Refused):
            actions.link(one, wrong, by=agent)
    browser.visit(f"/tickets/{one.id}/around")
    browser.press(f"去掉{other.number}")
    assert queries.linked(one, agent) == []


def test_a_second_problem_becomes_a_ticket_of_its_own(clock, db, browser, agent):
    ticket = make.ticket(by=agent, owner=agent)
    browser.visit(f"/tickets/{ticket.id}/split")
    page = browser.press("拆分", words="热水器打不着火。另外再看看")
    ((_link, made),) = queries.linked(ticket, agent)
    assert page.has("热水器打不着火") and (made.customer_id, made.site_id, made.owner_id) == (ticket.customer_id, ticket.site_id, agent.id)
    assert "ticket.split" in verbs(db, ticket) and "ticket.split_from" in verbs(db, made)


def test_followers_hear_what_others_do(clock, db, browser, agent):
    ticket, other = make.ticket(by=agent), cast.agent("周敏")
    browser.visit(f"/tickets/{ticket.id}/around")
    browser.press("关注")
    tickets.reply(ticket, "马上到", by=other)
    tickets.customer_words(ticket, "好的", by=customer_actor("王建国"))
    tickets.reply(ticket, "再见", by=agent)
    assert [n.data["number"] for n in notices(db, agent)] == [ticket.number] * 2
    browser.visit(f"/tickets/{ticket.id}/around")
    browser.press("取消关注")
    tickets.reply(ticket, "又来", by=other)
    assert len(notices(db, agent)) == 2


def test_whoever_is_named_in_a_note_is_told_if_they_may_see_it(clock, db, agent):
    ticket = make.ticket(by=agent)
    colleague, stranger = cast.agent("周敏"), cast.technician("韩立")
    tickets.note(ticket, "@周敏 请核对，@韩立 也看看", by=agent)
    assert [n.url for n in notices(db, colleague)] == [f"/tickets/{ticket.id}"] and notices(db, stranger) == []
    assert [p.name for p in queries.who_may_be_named(ticket)] == ["周敏", "林晓"]


def test_a_reminder_is_private_and_comes_into_the_inbox_once(clock, db, browser, agent):
    ticket, other = make.ticket(by=agent), cast.agent("周敏")
    browser.visit(f"/tickets/{ticket.id}/around")
    browser.press("1 小时后", words="回电")
    row = db.scalars(select(Reminder)).one()
    assert queries.reminders_of(other, ticket) == []
    with pytest.raises(NotFound):
        queries.find_reminder(other, row.id)
    with pytest.raises(Forbidden):
        actions.done_with(row, by=other)
    with pytest.raises(Refused):
        actions.remind(wall.now() - timedelta(minutes=1), by=agent)
    db.commit()
    clock.shift(3700)
    assert (jobs.remind(), jobs.remind()) == (1, 0)
    assert [n.data["words"] for n in notices(db, agent)] == ["回电"]
    browser.visit("/reminders/")
    browser.press("已办")
    assert queries.reminders_of(agent) == []
    assert "reminder.set" not in verbs(db, ticket)


def test_a_reminder_without_a_ticket(clock, db, browser, agent):
    browser.visit("/reminders/")
    assert browser.press("提醒我", 422, at="2020-01-01T10:00", words="旧").has("已经过")
    browser.press("提醒我", at="2026-11-19T10:00", words="交周报")
    assert browser.visit("/reminders/").has("交周报")


def test_the_panel_swapped_is_the_panel_of_the_page(clock, browser, agent):
    ticket = make.ticket(by=agent)
    actions.tag(ticket, "漏水", by=SYSTEM)
    whole = browser.visit(f"/tickets/{ticket.id}/around").one("#around .tag-list").text_content()
    assert browser.swap(f"/tickets/{ticket.id}/around", "panel").one("#around .tag-list").text_content() == whole


def test_a_panel_that_has_nothing_to_say_leaves_standing_what_was_said(clock, db, browser):
    person = cast.agent("林晓")
    cast.signed_in(browser.client, person)
    ticket = make.ticket()
    browser.visit(f"/tickets/{ticket.id}/around")
    assert not browser.swap(f"/tickets/{ticket.id}/around", "panel").all("hx-partial")
