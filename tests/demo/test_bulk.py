"""A database loaded in bulk is one that the portal could have written itself."""

import pytest
from sqlalchemy import func, select, text

from portal.core import search
from portal.core.access import SYSTEM
from portal.core.errors import Refused
from portal.demo import bulk
from portal.tickets import actions, clocks
from portal.tickets.models import Channel, Status, Ticket, TicketClock
from tests import cast
from tests.browser import Browser

NUMBER = 60
C = TicketClock
STORED = (C.clock, C.target_seconds, C.used_seconds, C.since, C.due_at, C.met_at, C.breached_at, C.risk_at, C.next_step_at)


@pytest.fixture
def loaded(app, clock):
    return bulk.load(NUMBER)


def test_tickets_are_in_every_state_as_many_as_asked_for(app, db):
    made = bulk.load(900)
    states = dict(db.execute(select(Ticket.status, func.count()).group_by(Ticket.status)).all())
    assert made["tickets"] == 900 == sum(states.values())
    assert {Status.ACCEPTED, Status.DISPATCHED, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED, Status.CANCELLED} <= set(states)


def test_the_stored_clocks_are_the_recomputed_ones(loaded, db):
    for ticket in db.scalars(select(Ticket)).all():
        rows = select(*STORED).where(TicketClock.ticket_id == ticket.id).order_by(TicketClock.id)
        before, due = db.execute(rows).all(), ticket.next_due_at
        clocks.refresh(ticket)
        db.flush()
        assert (db.execute(rows).all(), ticket.next_due_at) == (before, due)


def test_nothing_points_to_nothing(loaded, db, backend):
    if backend == "sqlite":
        assert db.execute(text("PRAGMA foreign_key_check")).all() == []
        assert db.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_the_portal_goes_on_where_the_loading_ended(loaded, db):
    last = db.get(Ticket, NUMBER)
    made = actions.open_ticket(last.customer, "水管爆了", by=SYSTEM, channel=Channel.PHONE)
    assert made.id == NUMBER + 1
    assert made.changed_id > last.changed_id
    assert made.number != last.number


def test_tickets_are_found_by_their_number(loaded, db):
    ticket = db.get(Ticket, 7)
    assert db.scalars(search.matches("ticket", ticket.number)).all() == [7]


def test_queue_and_ticket_pages_show_them(loaded, app, db):
    browser = Browser(app)
    cast.signed_in(browser.client, cast.agent())
    newest = db.get(Ticket, NUMBER)
    assert newest.number in browser.visit("/tickets/?status=any&sort=newest").text
    assert newest.number in browser.visit(f"/tickets/{newest.id}").text


def test_a_database_with_people_is_left_alone(app, db):
    cast.agent()
    with pytest.raises(Refused):
        bulk.load(1)
