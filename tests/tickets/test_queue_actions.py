"""Claim and hand over from the queue: one winner, back to where one came from."""

import pytest

from portal.core.activity import Activity
from portal.core.errors import Conflict
from portal.tickets import actions
from portal.tickets.models import Ticket
from sqlalchemy import select
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def verbs(db, ticket):
    return list(db.scalars(select(Activity.verb).where(Activity.ticket_id == ticket.id).order_by(Activity.id)))


def test_claiming_from_the_queue_leads_back_to_it(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    answer = browser.client.post(f"/tickets/{ticket.id}/claim", data={"back": "/tickets/?view=unassigned"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tickets/?view=unassigned")
    assert db.get(Ticket, ticket.id).owner_id == agent.id
    assert verbs(db, ticket)[-1] == "ticket.assigned"


def test_claiming_twice_is_claiming_once(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    for _ in range(2):
        browser.post(f"/tickets/{ticket.id}/claim", back="/tickets/")
    assert verbs(db, ticket).count("ticket.assigned") == 1


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil", "/\tevil", "javascript:1", "/\n/x"])
def test_back_leads_nowhere_else(clock, browser, agent, elsewhere):
    ticket = make.ticket(by=agent)
    answer = browser.client.post(f"/tickets/{ticket.id}/claim", data={"back": elsewhere})
    assert answer.headers["Location"] == f"/tickets/{ticket.id}"


def test_who_comes_second_is_told_who_won(clock, db, browser, agent):
    other = cast.agent("周敏")
    ticket = make.ticket(by=agent)
    actions.claim(ticket, by=other)
    page = browser.post(f"/tickets/{ticket.id}/claim", back="/tickets/")
    assert page.has("周敏")
    assert db.get(Ticket, ticket.id).owner_id == other.id
    with pytest.raises(Conflict) as told:
        actions.claim(db.get(Ticket, ticket.id), by=agent)
    assert "周敏" in str(told.value.sentence)


def test_the_row_swapped_after_a_claim_is_the_row_of_the_list(clock, browser, agent):
    ticket = make.ticket(by=agent)
    form = browser.visit("/tickets/?view=unassigned").one(f"#ticket-{ticket.id} form.claim")
    answer = browser.client.post(form.get("hx-post"), headers={"HX-Request": "true"})
    row = browser.swap(answer.headers["Location"], "row")
    assert row.one("tr").get("id") == f"ticket-{ticket.id}"
    assert "is-gone" in row.one("tr").get("class")
    assert row.has("林晓")


def test_an_analyst_neither_sees_nor_sends_the_claim(clock, db, browser):
    ticket = make.ticket(by=cast.agent())
    cast.signed_in(browser.client, cast.analyst())
    assert browser.visit("/tickets/").all("form.claim") == []
    assert browser.client.post(f"/tickets/{ticket.id}/claim").status_code == 403
    assert browser.client.post(f"/tickets/{ticket.id}/owner", data={"owner": ""}).status_code == 403
    assert db.get(Ticket, ticket.id).owner_id is None


def test_handing_over_from_the_preview(clock, db, browser, agent):
    other, ticket = cast.agent("周敏"), make.ticket(by=agent)
    browser.visit(f"/tickets/?preview={ticket.id}")
    browser.press("分配", within=".q-assign", owner=other.id)
    assert db.get(Ticket, ticket.id).owner_id == other.id
    browser.visit(f"/tickets/?preview={ticket.id}")
    browser.press("分配", within=".q-assign", owner="")
    assert db.get(Ticket, ticket.id).owner_id is None


def test_nobody_hands_over_to_somebody_who_cannot_own(clock, db, browser, agent):
    technician, ticket = cast.technician(), make.ticket(by=agent)
    assert browser.client.post(f"/tickets/{ticket.id}/owner", data={"owner": technician.id}).status_code == 422
    assert browser.client.post(f"/tickets/{ticket.id}/owner", data={"owner": "99999"}).status_code == 404
    assert browser.client.post(f"/tickets/{ticket.id}/owner", data={"owner": "9" * 30}).status_code == 404
    assert db.get(Ticket, ticket.id).owner_id is None


def test_the_preview_is_a_page_a_part_of_the_list_and_a_block(clock, browser, agent):
    ticket = make.ticket(by=agent)
    for path in (f"/tickets/{ticket.id}/preview", f"/tickets/?preview={ticket.id}"):
        assert browser.visit(path).words(".preview h2") == ticket.title
    assert browser.swap(f"/tickets/{ticket.id}/preview?block=preview", "preview").words(".preview h2") == ticket.title
    assert len(browser.visit(f"/tickets/?preview={ticket.id}").all(f"#ticket-{ticket.id}[data-ui-chosen]")) == 1
    page = browser.visit("/tickets/?preview=99999")
    assert page.all(".preview") == [] and page.all("[data-ui-chosen]") == []


def test_the_panel_of_a_customer_shows_what_one_may_see(clock, browser, agent):
    customer = make.customer()
    ticket = make.ticket(by=agent, customer_=customer)
    make.ticket(by=agent)
    page = browser.visit(f"/tickets/of-customer/{customer.id}")
    assert [a.text_content() for a in page.all(".q-history a")] == [ticket.title]
    cast.signed_in(browser.client, cast.technician())
    assert browser.visit(f"/tickets/of-customer/{customer.id}").all(".q-history a") == []
