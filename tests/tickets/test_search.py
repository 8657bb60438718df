"""Search: everything one would say on the phone finds the ticket; nothing leads to what one may not see."""

import pytest
from sqlalchemy import select

from portal.core import search
from portal.customers import queries as customers
from portal.tickets import actions
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def titles(page):
    return [a.text_content() for a in page.all("ul.found[data-rows] .found-title")]


@pytest.fixture
def ticket(clock, agent):
    customer = make.customer("王建国", "13300004471", site={"region_code": make.PUDONG, "estate": "锦绣里", "detail": "3 幢 601"})
    make.ticket(words="窗帘缩水了", by=agent, customer_=make.customer("何丽", "18812345678", site={"region_code": make.PUDONG, "estate": "和平坊", "detail": "1 号 2"}))
    return make.ticket(words="客厅空调一直漏水。滴到 ABC 牌地板上", by=agent, customer_=customer)


@pytest.mark.parametrize("words", [
    "漏水", "空调", "调一", "abc", "ABC 漏水", "王建国", "wjg", "锦绣里", "13300004471", "133 0000 4471", "+86 133-0000-4471", "１３３００００４４７１", "133", "4471",
])
def test_what_one_would_say_finds_the_ticket(browser, ticket, words):
    page = browser.visit(f"/search?q={words.replace('+', '%2B')}")
    assert titles(page) == [ticket.title]


def test_the_number_finds_it_with_and_without_the_dash(browser, ticket):
    for words in (ticket.number, ticket.number.lower(), ticket.number.replace("-", "")):
        assert titles(browser.visit(f"/search?q={words}")) == [ticket.title]


def test_words_of_the_conversation_find_it_and_are_shown(db, browser, ticket, agent):
    actions.note(ticket, "师傅迟到了半小时，客户不满", by=agent)
    page = browser.visit("/search?q=迟到")
    assert titles(page) == [ticket.title]
    assert [m.text_content() for m in page.all(".found-words mark")] == ["迟到"]


def test_hits_are_marked_and_hostile_words_are_not_alive(browser, ticket, agent):
    make.ticket(words="<b>门</b>坏了", by=agent)
    page = browser.visit("/search?q=%3Cb%3E门")
    assert page.all(".found b") == []
    for words in ("%00", "%25_", "'\"", "{{7*191}}", "((((", "a" * 5000, "%E2%80%AE漏水"):
        browser.visit(f"/search?q={words}")


def test_results_are_grouped_with_counts(browser, ticket):
    page = browser.visit("/search?q=王建国")
    assert page.words("#found-tickets") and page.words("#found-customers")
    assert [m.text_content() for m in page.all(".section-head .meta")] == ["1", "1"]


def test_what_one_may_not_see_is_neither_found_nor_counted(clock, browser, ticket):
    ours, theirs = cast.team("徐汇班组"), cast.team("浦东班组")
    ticket.team = theirs
    cast.signed_in(browser.client, cast.supervisor("许静", team=ours, leads=True, company_wide=False))
    assert titles(browser.visit("/search?q=漏水")) == []
    assert titles(browser.visit(f"/search?q={ticket.number}")) == []
    cast.signed_in(browser.client, cast.technician())
    page = browser.visit("/search?q=王建国")
    assert page.all(".found") == []


def test_searches_by_number_are_counted_and_limited(app, browser, ticket):
    app.config["PHONE_SEARCHES"] = 3
    for _ in range(3):
        browser.visit("/search?q=4471")
    browser.visit("/search?q=4471", status=429)
    browser.visit("/search?q=漏水")


def test_nothing_asked_shows_how_to_ask(browser, ticket):
    page = browser.visit("/search")
    assert titles(page) == [] and len(page.all(".search-help code")) == 5


@pytest.mark.parametrize("asked", ["", "?q=漏水"])
def test_the_keys_are_told_here_too(browser, ticket, asked):
    assert browser.visit(f"/search{asked}").all("dialog#keys kbd")


def chips(page):
    return [a.text_content().strip() for a in page.all(".instead a")]


@pytest.mark.parametrize(("slip", "why"), [
    (lambda n: n[:-1] + "9", "another digit"), (lambda n: n + "0", "one too many"), (lambda n: n[:-1], "one left out"),
    (lambda n: n[0] + "3" + n[2:], "a digit of the year"),
])
def test_a_mistyped_number_leads_to_the_near_ones(browser, ticket, slip, why):
    wrong = slip(ticket.number)
    assert wrong != ticket.number
    assert ticket.number in chips(browser.visit(f"/search?q={wrong}"))


@pytest.mark.parametrize("words", ["楼水", "loushui", "lou shui", "楼睡"])
def test_words_that_sound_the_same_are_offered(browser, agent, words):
    make.catalogue()
    make.ticket(words="客厅空调一直漏水", by=agent)
    page = browser.visit(f"/search?q={words}")
    assert "漏水" in chips(page)
    assert len(titles(browser.visit(page.link("漏水")))) == 1


def test_fewer_words_are_offered_and_only_those_that_find_something(browser, ticket):
    assert chips(browser.visit("/search?q=漏水 沙发")) == ["漏水"]
    assert chips(browser.visit("/search?q=空调漏水阳台")) == ["空调", "漏水"]
    assert chips(browser.visit("/search?q=沙发")) == []


def test_nothing_is_offered_that_one_may_not_see(clock, browser, ticket):
    ticket.team_id = cast.team("别的组").id
    cast.signed_in(browser.client, cast.supervisor("孙组长", team=cast.team("本组"), leads=True, company_wide=False))
    assert chips(browser.visit(f"/search?q={ticket.number}0")) == []
    assert chips(browser.visit("/search?q=漏水 沙发")) == []


def test_of_a_word_of_many_tickets_the_newest_are_shown_and_of_few_all_are_counted(clock, browser, agent, monkeypatch):
    monkeypatch.setattr("portal.tickets.finding.CAP", 2)
    customer = make.customer()
    made = [make.ticket(words=f"水管第{n}处开裂", by=agent, customer_=customer) for n in range(5)]
    page = browser.visit("/search?q=开裂")
    assert titles(page)[:3] == [t.title for t in reversed(made[2:])]
    monkeypatch.setattr("portal.tickets.finding.CAP", 999)
    assert len(titles(browser.visit("/search?q=开裂"))) == 5


def test_who_sees_only_some_tickets_finds_old_ones_behind_many_of_others(clock, browser, monkeypatch):
    agent, team = cast.agent(), cast.team("本组")
    monkeypatch.setattr("portal.tickets.finding.CAP", 1)
    old = make.ticket(words="水管开裂", by=agent)
    old.team_id = team.id
    for n in range(7):
        make.ticket(words=f"水管第{n}处开裂", by=agent).team_id = cast.team("别的组").id
    cast.signed_in(browser.client, cast.supervisor("孙组长", team=team, leads=True, company_wide=False))
    assert titles(browser.visit("/search?q=开裂")) == [old.title]


@pytest.mark.parametrize("typed, found", [("wj", {"王建国", "王建红", "魏建国"}), ("WJG", {"王建国", "魏建国"}), ("wjh", {"王建红"}), ("wk", {"武康"})])
def test_customers_are_found_by_the_beginning_of_their_initials(clock, db, agent, typed, found):
    for name in ("王建国", "王建红", "魏建国", "武康"):
        make.customer(name=name)
    assert {c.name for c in db.scalars(customers.found(typed, agent))} == found


def test_words_of_tickets_are_none_of_customers(clock, db, agent):
    """Each kind of record has an index of its own."""
    make.ticket(words="空调漏水", by=agent)
    assert db.scalars(search.matches("ticket", "漏水")).all() != []
    assert db.scalars(search.matches("customer", "漏水")).all() == []


def test_a_ticket_whose_entry_is_gone_is_found_again_with_the_next_words(clock, db):
    agent, ticket = cast.agent(), make.ticket(title="阳台门锁坏了")
    search.forget("ticket", ticket.id)
    actions.note(ticket, "配件下周到货", by=agent)
    db.flush()
    entry = db.scalars(select(search.SearchEntry).where(search.SearchEntry.record_id == ticket.id, search.SearchEntry.kind == "ticket")).one()
    assert {"门锁", "到货"} <= set(entry.tokens)
