"""Prepared words: kept by the company, filled in from the ticket, never over what is typed."""

import pytest
from sqlalchemy import select

from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused
from portal.replies import actions, filling, queries
from portal.replies.models import ReplyTemplate
from portal.tickets import drafts
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


@pytest.fixture
def template(app):
    return actions.add("已收到", "{称呼}您好，{工单号} 由 {me} 跟进，{师傅}师傅会来。", by=cast.administrator())


def test_places_are_filled_in_and_the_empty_ones_are_named(clock, template, agent):
    ticket = make.ticket(by=agent, contact_name="王先生")
    filled = filling.Filler(ticket, agent).fill(template)
    assert filled.text == f"王先生您好，{ticket.number} 由 林晓 跟进，{{师傅}}师傅会来。"
    assert filled.empty == ("师傅",)


def test_the_technician_and_the_window_come_from_the_next_visit(clock, template, agent):
    ticket = make.ticket(by=agent)
    make.visit(ticket, cast.technician("韩立"))
    assert "韩立师傅会来" in filling.Filler(ticket, agent).fill(template).text


def test_templates_of_the_tickets_problem_come_first_and_of_others_not_at_all(clock, template, agent):
    from portal.catalogue import queries as catalogue

    make.catalogue()
    root = catalogue.roots()[0]
    own, others = catalogue.branches_of(root)[0], catalogue.roots()[1]
    chief = cast.supervisor()
    first, _other = actions.add("专用", "您好", category_id=root.id, by=chief), actions.add("别的", "您好", category_id=others.id, by=chief)
    assert queries.for_ticket(make.ticket(category=own)) == [first, template]
    assert queries.for_ticket(make.ticket(category=own), "专") == [first]


def test_inserting_keeps_what_is_typed(clock, db, browser, agent, template):
    ticket = make.ticket(by=agent)
    drafts.keep(agent, f"ticket:{ticket.id}:public", "我先写了一句。")
    where = browser.visit(f"/replies/for/{ticket.id}").one("[data-insert]").get("formaction")
    page = browser.post(where)
    text = page.one("#words").text
    assert "我先写了一句。\n" in text and ticket.number in text


def test_opening_the_templates_without_scripts_keeps_the_words(clock, browser, agent, template):
    ticket = make.ticket(by=agent)
    browser.visit(f"/tickets/{ticket.id}")
    page = browser.press("选话术", words="写到一半")
    assert page.path.startswith(f"/replies/for/{ticket.id}")
    assert drafts.text_of(agent, f"ticket:{ticket.id}:public") == "写到一半"


def test_the_panel_is_the_page_without_its_frame(clock, browser, agent, template):
    ticket = make.ticket(by=agent)
    assert len(browser.swap(f"/replies/for/{ticket.id}", "panel").all("[data-insert]")) == 1
    assert browser.swap(f"/replies/for/{ticket.id}?q=没有", "found").has("没有合适的话术")


def test_an_administrator_keeps_the_templates(clock, db, browser):
    cast.signed_in(browser.client, cast.administrator())
    browser.visit("/replies/new")
    assert browser.press("保存", 422, name="致歉", body="{不知道}").has("无法自动填写")
    browser.visit("/replies/new")
    browser.press("保存", name="致歉", body="{称呼}您好，对不起。", active="y")
    row = db.scalars(select(ReplyTemplate)).one()
    browser.visit(f"/replies/{row.id}")
    browser.press("保存", body="{称呼}您好，很抱歉。")
    assert db.get(ReplyTemplate, row.id).body == "{称呼}您好，很抱歉。"
    assert list(db.scalars(select(Activity.verb).where(Activity.subject_type == "reply_template"))) == ["reply_template.added", "reply_template.changed"]


def test_two_templates_never_share_a_name_and_agents_only_use_them(clock, template):
    with pytest.raises(Refused):
        actions.add("已收到", "您好", by=cast.administrator())
    with pytest.raises(Forbidden):
        actions.add("别的", "您好", by=cast.agent())
    with pytest.raises(Forbidden):
        actions.change(template, by=cast.agent(), name="x", body="y", category_id=None, active=True)
