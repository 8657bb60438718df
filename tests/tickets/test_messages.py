"""Customers are written to in the company's language, whatever the acting colleague reads."""

from sqlalchemy import select

from portal.notifications.models import OutMessage
from portal.tickets import actions
from tests import cast, make


def test_an_agent_who_reads_english_writes_to_the_customer_in_chinese(clock, db, browser):
    ticket, agent = make.ticket(), cast.agent(language="en")
    actions.accept(ticket, by=agent)
    cast.signed_in(browser.client, agent)
    browser.visit(f"/tickets/{ticket.id}/cancel")
    browser.press("Cancel ticket", reason="客户自己修好了")
    sent = db.scalars(select(OutMessage.body).where(OutMessage.ticket_id == ticket.id)).all()
    assert [body for body in sent if "已取消：客户自己修好了" in body] != []
