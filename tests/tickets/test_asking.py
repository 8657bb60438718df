"""Conditions in the search: status, owner, day, tag, in both languages; and the searches of late."""

import pytest

from portal.teamwork import actions as teamwork
from portal.tickets import actions, drafts, finding
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def found(words, person):
    return sorted(row.id for row in finding.search(words, person).tickets)


def test_status_and_owner_narrow_the_words(clock, agent):
    mine, other = make.ticket(by=agent, owner=agent), make.ticket(by=agent)
    actions.accept(other, by=cast.agent("周敏"))
    assert found("漏水 owner:me", agent) == found("跟进人：林晓 漏水", agent) == [mine.id]
    assert found("status:accepted", agent) == found("状态:已受理", agent) == [other.id]
    assert found("status:open 迟到", agent) == []


def test_days_are_the_companys_days(clock, agent):
    ticket = make.ticket(by=agent)
    assert found("after:2026-11-18 before:today", agent) == found("从:今天", agent) == [ticket.id]
    assert found("before:yesterday", agent) == found("after:2026-11-19", agent) == []


def test_tags_and_what_is_not_understood(clock, browser, agent):
    ticket = make.ticket(by=agent)
    teamwork.tag(ticket, "急", by=agent)
    assert found("tag:急", agent) == found("标签:急 漏水", agent) == [ticket.id]
    assert finding.search("status:nonsense", agent).wrong == ["status:nonsense"]
    assert browser.visit("/search?q=status:nonsense").has("看不懂这个条件")
    assert browser.visit("/search?q=tag:没有").has("看不懂这个条件")


def test_conditions_show_nothing_that_one_may_not_see(clock, agent):
    make.ticket(by=agent)
    result = finding.search("status:open", cast.technician())
    assert (result.tickets, result.ticket_count) == ([], 0)


def test_an_unknown_name_before_a_colon_is_a_word(clock, agent):
    ticket = make.ticket(by=agent, words="客厅 10:30 开始漏水")
    assert found("10:30", agent) == [ticket.id]


def test_recent_searches_are_ones_own_and_keep_no_numbers(clock, browser, agent):
    for words in ("漏水", "13800138000", "空调", "漏水"):
        browser.client.post(f"/tickets/searched?q={words}")
    assert drafts.text_of(agent, "searches") == "漏水\n空调"
    browser.visit("/search")
    assert browser.page.link("空调").startswith("/search?q=")
    browser.press("清空")
    assert drafts.text_of(agent, "searches") == ""
