"""Taking a call: found while typing, one ticket a form, sentences beside the fields."""

import pytest
from sqlalchemy import event, func, select

from portal.catalogue import queries as catalogue
from portal.core.activity import Activity
from portal.core.forms import new_key
from portal.customers.models import Customer
from portal.tickets import actions, recomputing
from portal.tickets.models import Ticket
from tests import cast, make

NUMBER = "133 0000 4471"


@pytest.fixture
def agent(browser):
    make.catalogue()
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def root():
    return catalogue.roots()[4]


def count(db, model=Ticket):
    return db.scalar(select(func.count()).select_from(model))


def test_a_known_number_brings_up_the_customer_and_the_home(clock, browser, agent):
    make.customer("马丽", NUMBER)
    browser.visit("/tickets/new")
    page = browser.post("/tickets/new/look", phone=NUMBER)
    assert page.has("马丽") and page.one("input[name=site_id][checked]").get("value")


def test_what_a_new_caller_is_asked_stays_under_the_hand_while_the_number_is_looked_up(clock, browser, agent):
    assert browser.visit("/tickets/new").one("#caller input[name=estate]").xpath("ancestor::details") == []
    answer = browser.client.post("/tickets/new/look?block=caller", data={"phone": "13900001234", "name": "赵"})
    assert answer.headers["HX-Retarget"] == "#context" and 'name="name"' not in answer.text and "新来电" in answer.text
    make.customer("马丽", NUMBER)
    found = browser.client.post("/tickets/new/look?block=caller", data={"phone": NUMBER})
    assert "HX-Retarget" not in found.headers and "马丽" in found.text
    gone = browser.client.post("/tickets/new/look?block=caller", data={"phone": "13900001234", "customer_id": "1"})
    assert "HX-Retarget" not in gone.headers and 'name="name"' in gone.text


def test_the_ticket_is_made_for_the_known_customer(clock, db, browser, agent):
    customer = make.customer("马丽", NUMBER)
    browser.visit("/tickets/new")
    page = browser.press("只建单", phone=NUMBER, category_id=root().id, words="油烟机还在滴油。灶台上一摊")
    ticket = db.scalars(select(Ticket)).one()
    assert (ticket.customer_id, ticket.site_id, ticket.owner_id, ticket.title) == (customer.id, customer.sites[0].id, agent.id, "油烟机还在滴油")
    assert page.path == f"/tickets/{ticket.id}" and page.has(ticket.number)


def test_a_ticket_is_stored_once_with_all_it_begins_with(db):
    """While the wall clock runs: the clocks, what last happened and when are those of the row that tells of it."""
    make.catalogue()
    agent, sent = cast.agent(), []
    note = lambda _c, _cursor, words, *_more: sent.append(words)  # noqa: E731
    event.listen(db.get_bind(), "before_cursor_execute", note)
    made = [make.ticket(by=agent, category=root(), owner=agent) for _n in range(2)]
    db.flush()
    event.remove(db.get_bind(), "before_cursor_execute", note)
    assert sum(words.startswith("INSERT INTO ticket ") for words in sent) == 2 and not [words for words in sent if words.startswith("UPDATE ticket ")]
    for ticket in made:
        row = db.scalars(select(Activity).where(Activity.ticket_id == ticket.id)).one()
        assert (row.verb, row.id, row.at) == ("ticket.created", ticket.changed_id, ticket.changed_at)
        assert ticket.category_id == root().id and ticket.clocks and recomputing._difference(ticket) == ""


def test_a_new_caller_becomes_a_customer(clock, db, browser, agent):
    browser.visit("/tickets/new")
    browser.press("只建单", phone="13900001234", name="赵新", detail="5 幢 302", category_id=root().id, words="灶台打不着火")
    assert db.scalars(select(Customer)).one().name == "赵新"


def test_create_and_dispatch_leads_to_the_plan(clock, browser, agent):
    make.customer("马丽", NUMBER)
    browser.visit("/tickets/new")
    assert browser.press("建单并派单", phone=NUMBER, category_id=root().id, words="漏水").path.startswith("/visits/new")


def test_the_same_form_sent_twice_makes_one_ticket(clock, db, browser, agent):
    make.customer("马丽", NUMBER)
    key = new_key()
    pages = [browser.post("/tickets/new", key=key, phone=NUMBER, category_id=root().id, words="漏水了", then="create").path for _ in range(2)]
    assert count(db) == 1 and pages[0] == pages[1]


@pytest.mark.parametrize(("field", "value"), [
    ("phone", "133000"), ("phone", "电话"), ("phone", "1" * 39), ("category_id", "99999"), ("category_id", "x"), ("words", ""), ("words", "字" * 4001),
    ("words", "看\x00这里"), ("words", "反\u202e向"), ("priority", "highest"), ("site_id", "99999999999999999999"), ("category_id", "99999999999999999999"),
])
def test_bad_input_is_a_sentence_beside_its_field_and_keeps_the_rest(clock, db, browser, agent, field, value):
    make.customer("马丽", NUMBER)
    browser.visit("/tickets/new")
    sent = {"phone": NUMBER, "category_id": root().id, "words": "漏水", "preferred": "下午三点后", field: value}
    page = browser.press("只建单", 422, **sent)
    assert page.all(".is-wrong") and page.value("preferred") == "下午三点后" and count(db) == 0


def test_words_about_an_open_ticket_join_it(clock, db, browser, agent):
    customer = make.customer("马丽", NUMBER)
    ticket = make.ticket(customer)
    page = browser.post("/tickets/new/look", phone=NUMBER)
    assert page.has(ticket.number)
    browser.post("/tickets/new/append", key=new_key(), phone=NUMBER, into=ticket.id, words="现在漏得更大了")
    assert browser.page.path == f"/tickets/{ticket.id}" and browser.page.has("现在漏得更大了") and count(db) == 1


def test_time_limits_are_shown_before_saving(clock, browser, agent):
    from portal.tickets import seeds

    seeds.load()
    page = browser.visit("/tickets/new")
    assert page.words("#promise").count("10:0") >= 1


def test_a_technician_takes_no_calls(clock, browser):
    cast.signed_in(browser.client, cast.technician())
    browser.visit("/tickets/new", 403)


@pytest.mark.parametrize("words, title", [
    ("Water drips from the ceiling. It started last night.", "Water drips from the ceiling"),
    ("Version 2.5 of the lock sticks", "Version 2.5 of the lock sticks"),
    ("空调一直滴水。家里有老人", "空调一直滴水"),
    ("Since the cleaning yesterday the air conditioner drips on the floor", "Since the cleaning yesterday the air conditioner drips on…"),
    ("漏" * 80, "漏" * 59 + "…"),
])
def test_the_first_sentence_is_the_title_and_no_word_is_cut(words, title):
    assert actions.title_from(words) == title


def test_both_ways_out_stand_in_the_bar_that_is_always_in_sight(clock, browser, agent):
    page = browser.visit("/tickets/new")
    assert [b.get("value") for b in page.all(".footbar button[form=intake]")] == ["create", "dispatch"]
    assert not page.all("#intake button[type=submit]")


def test_without_scripts_the_ticket_is_made_after_the_caller_was_looked_up(clock, browser, agent):
    make.customer("马丽", NUMBER)
    browser.visit("/tickets/new")
    browser.press("查找", phone=NUMBER)
    page = browser.press("只建单", words="厨房漏水", category_id=root().id)
    assert page.path.startswith("/tickets/") and page.words("h1") == "厨房漏水"
