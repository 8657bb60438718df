"""A database loaded in bulk is one that the portal could have written itself."""

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from portal.core import clock as moment
from portal.core import search
from portal.core.access import SYSTEM
from portal.core.activity import Activity, Audience
from portal.core.db import db as portal_db
from portal.core.errors import Refused
from portal.customers.models import CustomerPhone
from portal.demo import bulk, rarities
from portal.demo.loading import TABLES
from portal.teamwork.models import TicketTag
from portal.tickets import actions, clocks
from portal.tickets.models import Channel, Status, Ticket, TicketClock, TrackingLink
from tests import cast
from tests.browser import Browser

NUMBER = 60
C = TicketClock
STORED = (C.clock, C.target_seconds, C.used_seconds, C.since, C.due_at, C.met_at, C.breached_at, C.risk_at, C.next_step_at)


MANY, TOLD = 840, 500  # above TOLD the older ones are copies; 840: a hundred days and more
PATTERN = 140  # tickets of the weeks that are copied


@pytest.fixture
def loaded(app, clock):
    return bulk.load(NUMBER)


@pytest.fixture
def copied(app, clock, monkeypatch):
    """Three weeks told, three times copied, and the last weeks told again; indexes made afterwards."""
    monkeypatch.setattr(bulk, "days_for", lambda number: 126)
    monkeypatch.setattr(bulk, "FEW", 0)
    return bulk.load(MANY, told=TOLD)


def test_tickets_are_in_every_state_as_many_as_asked_for(app, clock, db):
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


def test_copies_are_tickets_of_their_own(copied, db):
    """As many as asked for, each number, phone and link once, nothing after now, the copied ones all over."""
    tickets = db.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert copied["tickets"] == MANY == len(tickets) == len({t.number for t in tickets})
    assert db.scalar(select(func.count(CustomerPhone.digits.distinct()))) == copied["customers"]
    assert db.scalar(select(func.count(TrackingLink.selector.distinct()))) == MANY
    assert db.scalar(select(func.max(Activity.at))) <= moment.now()
    assert {t.status for t in tickets[: 4 * PATTERN]} <= {Status.CLOSED, Status.CANCELLED}
    assert {t.status for t in tickets[4 * PATTERN :]} > {Status.CLOSED, Status.RESOLVED, Status.ACCEPTED}


def test_a_copy_is_its_pattern_some_weeks_later(copied, db):
    for id in (1, 77, PATTERN):
        first, second = db.get(Ticket, id), db.get(Ticket, id + 2 * PATTERN)
        assert second.title == first.title and second.customer_id != first.customer_id
        assert second.created_at - first.created_at == second.changed_at - first.changed_at == 2 * bulk.SPAN
        assert second.phone.customer_id == second.site.customer_id == second.customer_id
        assert _told_of(db, second) == [(at + 2 * bulk.SPAN, verb) for at, verb in _told_of(db, first)]
        assert second.changed_id == db.scalar(select(func.max(Activity.id)).where(Activity.ticket_id == second.id))


def _told_of(db, ticket: Ticket) -> list:
    return [tuple(row) for row in db.execute(select(Activity.at, Activity.verb).where(Activity.ticket_id == ticket.id).order_by(Activity.id))]


def test_copies_are_found_by_their_own_number_and_words(copied, db):
    ticket = db.get(Ticket, 2 * PATTERN + 7)
    assert db.scalars(search.matches("ticket", ticket.number)).all() == [ticket.id]
    assert ticket.id in db.scalars(search.matches("ticket", ticket.title[:4])).all()
    assert len(db.scalars(search.matches("ticket", bulk.RARE)).all()) == 5


def test_loading_leaves_every_index_and_key_in_place(copied, app, db):
    found = {(table, index["name"]) for table in TABLES for index in inspect(db.connection()).get_indexes(table)}
    wanted = {(table, index.name) for table in TABLES for index in portal_db.metadata.tables[table].indexes}
    assert wanted <= found
    with pytest.raises(IntegrityError):
        db.execute(text("INSERT INTO read_mark (ticket_id, person_id, activity_id) VALUES (999999, 1, 1)"))


def test_the_portal_goes_on_behind_copies(copied, db):
    made = actions.open_ticket(db.get(Ticket, 5).customer, "水管爆了", by=SYSTEM, channel=Channel.PHONE)
    assert made.id == MANY + 1 and made.number not in db.scalars(select(Ticket.number).where(Ticket.id <= MANY)).all()
    assert made.id in db.scalars(search.matches("ticket", "水管爆了")).all()


def test_what_only_measuring_needs_is_added_once(loaded, db):
    for _twice in range(2):
        rarities.add(tickets=3, entries=50)
    long = select(Activity.ticket_id).where(Activity.audience != Audience.AUDIT).group_by(Activity.ticket_id).having(func.count() >= 50)
    found = db.scalars(long).all()
    assert len(found) == 3
    assert db.scalar(select(func.count()).select_from(Activity).where(Activity.ticket_id == found[0], Activity.audience != Audience.AUDIT)) == 50
    assert all(t.changed_id == db.scalar(select(func.max(Activity.id)).where(Activity.ticket_id == t.id)) for t in db.scalars(select(Ticket).where(Ticket.id.in_(found))))
    assert db.scalar(select(func.count()).select_from(TicketTag)) == NUMBER // 100 + (NUMBER % 100 >= 7)
