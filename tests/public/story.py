"""A customer without an account, in tests: asks for help, holds links."""

from __future__ import annotations

from sqlalchemy import select

from portal.catalogue import queries as catalogue
from portal.core.access import SYSTEM, customer_actor
from portal.core.db import db
from portal.tickets import actions as tickets
from portal.tickets import tracking
from portal.tickets.models import Channel, Ticket
from tests import make

WORDS = "空调清洗后一直滴水，地板湿了一块。"


def problem_id() -> str:
    return str(catalogue.roots()[0].id)


def typed(**values) -> dict:
    """What a person types into the request page."""
    return {
        "kind": "repair", "problem": problem_id(), "words": WORDS, "preferred": "soon", "address": "御景湾 7 幢 1202", "name": "周先生",
        "phone": "186 0000 7310", **values,
    }


def ask(browser, clock, status: int = 200, **values):
    """Open the request page, take some time, look it through."""
    browser.visit("/request")
    clock.shift(5)
    return browser.press("Check it", status=status, **typed(**values))


def send(browser, clock, **values) -> Ticket:
    ask(browser, clock, **values)
    browser.press("Send request")
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()


def ticket(kind: str = "repair", customer=None, **values) -> Ticket:
    """A request of a customer, in the database."""
    customer = customer or make.customer("周建军", by=SYSTEM)
    made = tickets.open_ticket(
        customer, WORDS, by=customer_actor("周先生"), channel=Channel.WEB, kind_code=kind, site=customer.sites[0], phone=customer.phones[0],
        contact_name="周先生", **values,
    )
    db.session.commit()
    return made


def resolved(kind: str = "repair", by=SYSTEM, **values) -> Ticket:
    """The same, solved."""
    made = ticket(kind, **values)
    tickets.accept(made, by=by)
    tickets.resolve(made, catalogue.causes()[0], "换了排水管", by=by)
    db.session.commit()
    return made


def link(made: Ticket) -> str:
    return "/t/" + tracking.link_of(made).token
