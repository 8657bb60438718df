"""The live queue: which rows, which counts, and that nothing moves under the hand."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from portal.catalogue.models import Priority
from portal.core import clock as moment
from portal.core.db import db as database
from portal.core.i18n import LANGUAGES
from portal.teamwork import actions as teamwork
from portal.teamwork import queries as teamwork_queries
from portal.tickets import actions, queries, queue, queue_rows, recomputing, seeds
from portal.tickets.models import Status, Ticket
from portal.tickets.queue import View
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    seeds.load()
    cast.signed_in(browser.client, somebody)
    return somebody


def live_of(page):
    return page.one("#queue").get("hx-get"), page.one("#queue").get("hx-ptag")


def rows(page):
    return [row.get("id") for row in page.all("tr.q-row")]


def statements(app):
    """Counts what is sent to the database while the returned list lives."""
    sent = []
    event.listen(database.engine, "before_cursor_execute", lambda c, cur, statement, *more: sent.append(statement))
    return sent


def test_rows_come_in_the_order_in_which_they_fall_due(clock, browser, agent):
    late = make.ticket(by=agent, priority=Priority.LOW)
    urgent = make.ticket(by=agent, priority=Priority.URGENT)
    page = browser.visit("/tickets/")
    assert rows(page) == [f"ticket-{urgent.id}", f"ticket-{late.id}"]
    assert [g.get("id") for g in page.all(".q-group")] == ["due-two_hours", "due-later"]


def test_a_row_says_number_title_customer_and_masked_phone_only(clock, browser, agent):
    ticket = make.ticket(by=agent, customer_=make.customer("王建国", "13800004471"))
    text = browser.visit("/tickets/").text
    assert ticket.number in text and ticket.title in text and "138****4471" in text
    assert "13800004471" not in text


def test_each_view_counts_what_it_lists(clock, browser, agent):
    other = cast.agent("周敏")
    make.ticket(by=agent, owner=agent)
    make.ticket(by=agent, owner=other)
    make.ticket(by=agent, priority=Priority.URGENT)
    clock.shift(timedelta(hours=2))
    waiting = make.ticket(by=agent, owner=agent, priority=Priority.URGENT)
    actions.accept(waiting, by=agent)
    actions.wait(waiting, "等钥匙", by=agent)
    make.ticket(by=agent, priority=Priority.URGENT)
    for view in View:
        page = browser.visit(f"/tickets/?view={view}")
        listed = len(rows(page))
        assert listed > 0 or view is View.TO_FOLLOW_UP
        assert page.one(f".side .count-{view}").text_content() == (str(listed) if listed else "")


def test_two_agents_share_the_words_of_a_list_and_each_finds_their_own(clock, app, agent):
    """A process would else hold a statement a list and person."""
    other = cast.agent("周敏")
    mine, theirs = make.ticket(by=agent, owner=agent), make.ticket(by=agent, owner=other)
    database.session.commit()
    wish = queue.Wish.of({"view": "mine"})
    with app.test_request_context():
        shown = [[row.id for row in queue_rows.page_for(wish, person).rows] for person in (agent, other)]
    assert shown == [[mine.id], [theirs.id]]
    words = [queue_rows._list(wish, queries.outlook(person), True, False, False, False) for person in (agent, other, cast.technician())]
    assert words[0] is words[1] is not words[2]


def test_the_counts_of_all_views_are_two_queries(clock, app, agent):
    make.ticket(by=agent)
    database.session.commit()
    assert agent.team_ids == frozenset()  # the person of a request comes with the teams
    sent = statements(app)
    queue.view_counts(agent)
    assert len([s for s in sent if s != "BEGIN"]) == 2


def counts_shown(browser) -> dict[str, str]:
    page = browser.visit("/tickets/")
    return {view: page.one(f".side .count-{view}").text_content() for view in ("unassigned", "due_soon", "overdue", "all")}


def test_what_all_agents_count_alike_is_counted_once_until_something_happens(clock, browser, app, agent):
    make.ticket(by=agent)
    database.session.commit()
    before = counts_shown(browser)
    sent = statements(app)
    cast.signed_in(browser.client, cast.agent("周敏"))
    database.session.commit()
    assert counts_shown(browser) == before
    del sent[:]
    assert counts_shown(browser) == before
    assert not [s for s in sent if "follow_up_state = 'due'" in s]
    make.ticket(by=agent)
    database.session.commit()
    assert counts_shown(browser)["all"] == "2"
    assert [s for s in sent if "follow_up_state = 'due'" in s]


def test_a_count_by_time_is_right_to_the_second(clock, browser, agent):
    """Whatever is kept of the counts for a minute: the moment at which a ticket is soon due, or due, shows at once."""
    clock.shift(timedelta(seconds=30))
    ticket = make.ticket(by=agent)
    database.session.commit()
    due = ticket.next_due_at
    for at, shown in (
        (due - queue.SOON - timedelta(seconds=1), ("", "")), (due - queue.SOON + timedelta(seconds=1), ("1", "")),
        (due - timedelta(seconds=1), ("1", "")), (due + timedelta(seconds=1), ("", "1")),
    ):
        clock.move_to(at)
        cast.signed_in(browser.client, agent)
        counts = counts_shown(browser)
        assert (counts["due_soon"], counts["overdue"]) == shown


def test_tickets_computed_anew_are_counted_anew(clock, browser, agent):
    """No activity tells of it."""
    ticket = make.ticket(by=agent)
    database.session.execute(update(Ticket).values(next_due_at=moment.now() - timedelta(hours=1)))
    database.session.commit()
    assert counts_shown(browser)["overdue"] == "1"
    recomputing.mark_stale()
    assert recomputing.refresh_stale(9) == 1
    database.session.commit()
    assert ticket.next_due_at > moment.now() and counts_shown(browser)["overdue"] == ""


def test_a_supervisor_sees_and_counts_the_own_team_only(clock, browser):
    ours, theirs = cast.team("浦东班组"), cast.team("徐汇班组")
    boss, agent = cast.supervisor("许静", team=ours, leads=True, company_wide=False), cast.agent()
    mine, foreign = make.ticket(by=agent), make.ticket(by=agent)
    mine.team, foreign.team = ours, theirs
    cast.signed_in(browser.client, boss)
    page = browser.visit("/tickets/")
    assert rows(page) == [f"ticket-{mine.id}"]
    assert page.one(".side .count-all").text_content() == "1"
    assert browser.client.get(f"/tickets/{foreign.id}/preview").status_code == 404
    assert browser.client.post(f"/tickets/{foreign.id}/claim").status_code == 404
    assert browser.client.post(f"/tickets/{foreign.id}/presence").status_code == 404


def test_a_technician_has_no_queue(clock, browser):
    cast.signed_in(browser.client, cast.technician())
    assert browser.client.get("/tickets/").status_code == 403


def test_filters_are_an_address(clock, browser, agent):
    urgent = make.ticket(by=agent, priority=Priority.URGENT)
    make.ticket(by=agent, priority=Priority.LOW)
    page = browser.visit("/tickets/?priority=urgent")
    assert rows(page) == [f"ticket-{urgent.id}"]
    assert len(page.all(".filter.is-set")) == 2  # the state and the priority
    assert len(rows(browser.follow("去掉优先级"))) == 2


def test_a_filter_that_means_nothing_filters_nothing(clock, browser, agent):
    make.ticket(by=agent)
    page = browser.visit("/tickets/?view=x&status=%27--&category=99999999999999999999&area=x&owner=%C0&sort=x&at=x&preview=x&priority=%7B%7B7*7%7D%7D")
    assert len(rows(page)) == 1


def test_archived_tickets_are_found_by_their_state(clock, browser, agent):
    ticket = make.ticket(by=agent)
    actions.cancel(ticket, "重复", by=agent)
    assert rows(browser.visit("/tickets/")) == []
    assert rows(browser.visit("/tickets/?view=all&status=cancelled")) == [f"ticket-{ticket.id}"]
    assert rows(browser.visit("/tickets/?view=all&status=any")) == [f"ticket-{ticket.id}"]


def test_fifty_rows_cost_as_many_queries_as_one(clock, browser, app, agent):
    customer = make.customer()
    make.ticket(by=agent, customer_=customer)
    browser.visit("/tickets/")
    make.ticket(by=agent, customer_=customer)
    database.session.commit()
    sent = statements(app)
    browser.visit("/tickets/")
    one = len(sent)
    for _ in range(48):
        make.ticket(by=agent, customer_=customer)
    database.session.commit()
    sent.clear()
    page = browser.visit("/tickets/")
    assert len(rows(page)) == 50
    assert len(sent) == one


def test_the_queue_never_asks_for_words_of_the_conversation(clock, browser, app, agent):
    make.ticket(by=agent)
    sent = statements(app)
    browser.visit("/tickets/")
    assert [s for s in sent if re.search(r"description|activity\.body|solution", s)] == []


def test_pages_follow_each_other_by_key(clock, browser, agent):
    customer = make.customer()
    made = [make.ticket(by=agent, customer_=customer) for _ in range(53)]
    first = browser.visit("/tickets/")
    second = browser.visit(first.one("a[rel=next]").get("href"))
    assert rows(first) + rows(second) == [f"ticket-{t.id}" for t in made]
    back = browser.visit(second.one("a[rel=prev]").get("href"))
    assert rows(back) == rows(first)


def test_an_idle_poll_is_empty_and_asks_for_no_list(clock, browser, app, agent):
    make.ticket(by=agent)
    url, tag = live_of(browser.visit("/tickets/"))
    sent = statements(app)
    answer = browser.swap(url, status=304, tag=tag)
    assert answer.body == b""
    assert [s for s in sent if "FROM ticket" in s or "FROM option" in s] == []  # the company's language comes with the look at the session


def test_a_new_minute_alone_draws_the_clocks_anew(clock, browser, agent):
    make.ticket(by=agent, priority=Priority.URGENT)
    url, tag = live_of(browser.visit("/tickets/"))
    clock.shift(timedelta(minutes=1))
    browser.swap(url, status=200, tag=tag)


def test_a_newcomer_waits_behind_the_pill(clock, browser, agent):
    shown = make.ticket(by=agent)
    url, tag = live_of(browser.visit("/tickets/"))
    make.ticket(by=agent, priority=Priority.URGENT)
    assert rows(browser.swap(url)) == [f"ticket-{shown.id}"]
    answer = browser.swap(url, tag=tag)
    assert rows(answer) == []
    assert len(answer.all("a.pill")) == 1
    assert answer.one("a.pill").get("data-key") == "r"
    assert len(rows(browser.visit(answer.one("a.pill").get("href")))) == 2


def test_words_on_a_ticket_of_another_page_are_no_newcomer(clock, browser, agent):
    customer = make.customer()
    made = [make.ticket(by=agent, customer_=customer) for _ in range(52)]
    url, tag = live_of(browser.visit("/tickets/"))
    actions.note(made[-1], "已联系", by=agent)
    assert browser.swap(url, tag=tag).all("a.pill") == []


def test_a_changed_row_is_marked_where_it_stands(clock, browser, agent):
    first, second = make.ticket(by=agent, priority=Priority.LOW), make.ticket(by=agent, priority=Priority.LOW)
    url, tag = live_of(browser.visit("/tickets/"))
    actions.note(second, "已联系", by=agent)
    answer = browser.swap(url, tag=tag)
    assert rows(answer) == [f"ticket-{second.id}"]
    whole = browser.swap(url)
    assert rows(whole) == [f"ticket-{first.id}", f"ticket-{second.id}"]
    assert [r.get("id") for r in whole.all("tr.changed")] == [f"ticket-{second.id}"]
    assert answer.words("tr.changed") == whole.words("tr.changed")


def test_counts_of_groups_and_views_come_with_the_changed_row(clock, browser, agent):
    ticket = make.ticket(by=agent, priority=Priority.URGENT)
    url, tag = live_of(browser.visit("/tickets/"))
    make.ticket(by=agent, priority=Priority.URGENT)
    actions.claim(ticket, by=agent)
    answer = browser.swap(url, tag=tag)
    told = {e.get("hx-target"): (e.text_content() or "").strip() for e in answer.all("hx-partial")}
    assert [told["#due-two_hours .count"], told[".count-mine"], told[".count-all"]] == ["2", "1", "2"]


def test_after_a_minute_or_for_whoever_sees_a_part_the_whole_list_is_told(clock, browser, agent):
    first, second = make.ticket(by=agent), make.ticket(by=agent)
    url, tag = live_of(browser.visit("/tickets/"))
    actions.note(second, "已联系", by=agent)
    clock.shift(timedelta(minutes=1))
    assert len(rows(browser.swap(url, tag=tag))) == 2
    cast.signed_in(browser.client, cast.supervisor("许静", company_wide=False))
    url, tag = live_of(browser.visit("/tickets/"))
    actions.note(first, "已联系", by=agent)
    assert len(rows(browser.swap(url, tag=tag))) == 2


def test_a_row_that_no_longer_matches_stays_marked(clock, browser, agent):
    ticket = make.ticket(by=agent)
    url, tag = live_of(browser.visit("/tickets/?view=unassigned"))
    actions.claim(ticket, by=agent)
    answer = browser.swap(url, tag=tag)
    assert [r.get("id") for r in answer.all("tr.is-gone")] == [f"ticket-{ticket.id}"]


def test_a_row_stays_in_the_group_in_which_it_was_loaded(clock, browser, agent):
    ticket = make.ticket(by=agent, priority=Priority.URGENT)
    url, tag = live_of(browser.visit("/tickets/"))
    clock.shift(timedelta(hours=2))
    answer = browser.swap(url, tag=tag)
    assert [g.get("id") for g in answer.all(".q-group")] == ["due-two_hours"]
    assert len(answer.all(f"#ticket-{ticket.id} .clock-over")) == 1


def test_a_row_one_may_no_longer_see_keeps_its_place_without_words(clock, browser):
    ours, theirs = cast.team("浦东班组"), cast.team("徐汇班组")
    boss = cast.supervisor("许静", team=ours, leads=True, company_wide=False)
    ticket = make.ticket(by=cast.agent())
    ticket.team = ours
    cast.signed_in(browser.client, boss)
    url, _tag = live_of(browser.visit("/tickets/"))
    ticket.team = theirs
    answer = browser.swap(url)
    assert rows(answer) == [f"ticket-{ticket.id}"]
    assert not answer.has(ticket.title) and not answer.has(ticket.number)


def test_the_live_answer_equals_the_fresh_page(clock, browser, agent):
    make.ticket(by=agent)
    page = browser.visit("/tickets/")
    answer = browser.swap(live_of(page)[0])
    assert answer.words("table.queue") == page.words("table.queue")


def test_a_made_up_live_address_shows_nothing_foreign(clock, browser, agent):
    make.ticket(by=agent)
    answer = browser.swap("/tickets/?block=live&as_of=999999999999999999999&shown=overdue_ids.1.x.-2~evil_ids.1&whole=1")
    assert len(rows(answer)) <= 1


def test_unread_is_what_happened_since_the_last_look(clock, browser, agent):
    ticket = make.ticket(by=agent)
    assert len(browser.visit("/tickets/").all("tr.is-unread")) == 1
    browser.post(f"/tickets/{ticket.id}/presence", status=204, state="watching")
    assert len(browser.visit("/tickets/").all("tr.is-unread")) == 0
    actions.note(database.session.get(Ticket, ticket.id), "已联系", by=cast.agent("周敏"))
    assert len(browser.visit("/tickets/").all("tr.is-unread")) == 1


def test_the_queue_speaks_both_languages(clock, browser, agent):
    make.ticket(by=agent)
    for language in LANGUAGES:
        agent.language = language
        assert browser.visit("/tickets/").one("html").get("lang").startswith(language[:2])


def test_tags_are_a_filter_of_the_list(clock, browser, agent):
    carries, other = make.ticket(by=agent, words="甲"), make.ticket(by=agent, words="乙")
    assert "filter-tag" not in browser.visit("/tickets/?view=all").text
    teamwork.tag(carries, "重点客户", by=agent)
    tag = teamwork_queries.tag_named("重点客户")
    page = browser.visit("/tickets/?view=all")
    assert [o.text_content() for o in page.all("#filter-tag option")] == ["不限", "重点客户"]
    page = browser.visit(f"/tickets/?view=all&tag={tag.id}")
    assert page.has(carries.number) and not page.has(other.number)
    assert browser.visit("/tickets/?view=all&tag=999").all("[data-row]") == []


def test_pages_follow_each_other_where_all_are_due_at_the_same_moment(clock, db, browser, agent):
    customer = make.customer()
    made = [make.ticket(by=agent, customer_=customer) for _ in range(104)]
    for ticket in made:
        ticket.next_due_at = made[0].next_due_at
    seen, page = [], browser.visit("/tickets/?view=all")
    seen += rows(page)
    for _n in range(2):
        page = browser.visit(page.one(".pager a[rel=next]").get("href"))
        seen += rows(page)
    assert len(seen) == len(set(seen)) == 104
    page = browser.visit(page.one(".pager a[rel=prev]").get("href"))
    assert rows(page) == seen[50:100]


ARCHIVE = "/tickets/?view=all&status=closed&priority=low"


def closed(agent, priority: Priority = Priority.LOW):
    ticket = make.ticket(by=agent, priority=priority)
    ticket.status = Status.CLOSED
    return ticket


def archived(browser) -> str:
    return browser.visit(ARCHIVE).words(".q-foot")


def test_a_filtered_archive_is_counted_exactly_whatever_happens_after_the_first_look(clock, browser, agent):
    gone = [closed(agent, Priority.LOW if n else Priority.HIGH) for n in range(4)]
    assert "3 " in archived(browser)
    closed(agent)
    assert "4 " in archived(browser)
    actions.reopen(gone[1], "仍在漏水", by=agent)
    assert "3 " in archived(browser) and "3+" not in browser.page.text


def test_a_rare_combination_beyond_the_look_is_counted_at_least(clock, browser, agent, monkeypatch):
    for _n in range(4):
        closed(agent)
    monkeypatch.setattr("portal.tickets.archives.FAR", 2)
    assert "2+" in archived(browser)
    closed(agent)
    assert "3+" in archived(browser)


def test_more_than_the_cap_is_said_without_looking_again(clock, browser, agent, monkeypatch):
    for name, value in (("queue.CAP", 2), ("archives.ERA", 1)):
        monkeypatch.setattr(f"portal.tickets.{name}", value)
    queue._counting.cache_clear(), queue._counting_views.cache_clear()
    for _n in range(5):
        closed(agent)
    assert "2+" in archived(browser)
    sent = statements(browser.app)
    assert "2+" in archived(browser)
    assert not any("changed_id >" in said for said in sent)
    queue._counting.cache_clear(), queue._counting_views.cache_clear()


def test_a_list_left_open_for_long_still_counts_what_came(clock, browser, agent, monkeypatch):
    make.ticket(by=agent)
    url, tag = live_of(browser.visit("/tickets/"))
    monkeypatch.setattr("portal.tickets.newcomers.OLD", 0)
    make.ticket(by=agent)
    assert browser.swap(url, tag=tag).one("a.pill").text_content().strip().startswith(("1", "有 1"))


def test_lists_share_drawn_rows_and_each_keeps_its_own_address(clock, browser, agent):
    ticket = make.ticket(by=agent)
    ticket.owner_id = None
    for address in ("/tickets/?view=all&sort=newest", "/tickets/?view=unassigned&category=1&area=2", "/tickets/?view=all&priority=urgent"):
        page = browser.visit(address)
        links = {a.get("href").partition("?")[2] for a in page.all("tr.q-row a.q-link")}
        assert links <= {address.partition("?")[2]} and "list-" not in page.tree.cssselect("#queue")[0].text_content()
    page = browser.visit("/tickets/?view=all&sort=newest")
    claim = page.one(f"#ticket-{ticket.id} form.claim").get("hx-post")
    assert "view%3Dall%26sort%3Dnewest" in claim and "as_of" in claim


def test_a_list_of_a_tag_is_the_same_whether_the_tag_is_on_few_or_on_many(clock, browser, agent, monkeypatch):
    made = [make.ticket(by=agent, words=f"第 {n} 张") for n in range(5)]
    for ticket in made[:4]:
        teamwork.tag(ticket, "重点客户", by=agent)
    made[3].status = Status.CLOSED
    tag = teamwork_queries.tag_named("重点客户").id
    addresses = [f"/tickets/?view=all&tag={tag}{more}" for more in ("", "&status=any", "&status=any&sort=newest", "&status=closed", "&priority=low")]
    of_few = [(rows(page := browser.visit(address)), [foot.text_content() for foot in page.all(".q-foot")]) for address in addresses]
    assert [len(found) for found, _foot in of_few] == [3, 4, 4, 1, 0]
    monkeypatch.setattr("portal.teamwork.queries.FEW", 0)
    assert [(rows(page := browser.visit(address)), [foot.text_content() for foot in page.all(".q-foot")]) for address in addresses] == of_few


def test_everything_of_one_owner_stands_by_due_moment_across_all_states(clock, browser, agent):
    made = [make.ticket(by=agent) for _n in range(6)]
    for n, ticket in enumerate(made):
        ticket.owner_id, ticket.status = agent.id, (Status.CLOSED, Status.ACCEPTED, Status.CANCELLED)[n % 3]
        ticket.next_due_at = moment.now() + timedelta(hours=10 - n)
    assert rows(browser.visit("/tickets/?view=all&status=any&owner=me")) == [f"ticket-{t.id}" for t in reversed(made)]
    assert rows(browser.visit("/tickets/?view=mine&sort=newest")) == [f"ticket-{t.id}" for t in reversed(made) if t.status is Status.ACCEPTED]
