"""A claimed ticket on which nothing happens returns after some working minutes."""

from datetime import UTC, datetime

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.calendars import seeds as calendars
from portal.core import options
from portal.desk import jobs
from portal.desk.options import RETURN_MINUTES
from portal.notifications.models import Notice
from portal.tickets import actions
from portal.tickets.models import Ticket
from tests import cast, make


@pytest.fixture
def ticket(db, clock):
    calendars.load()
    options.put(RETURN_MINUTES, 30)
    agent, made = cast.agent("林晓"), make.ticket()
    actions.claim(made, by=agent)
    db.commit()
    return made


def owner(db, ticket):
    db.expire_all()
    return db.get(Ticket, ticket.id).owner_id


def test_after_the_working_minutes_it_returns_and_the_owner_is_told(db, clock, ticket):
    who = ticket.owner_id
    clock.shift(29 * 60)
    assert (jobs.return_untouched(), owner(db, ticket)) == (0, who)
    clock.shift(2 * 60)
    assert (jobs.return_untouched(), owner(db, ticket)) == (1, None)
    assert [n.url for n in db.scalars(select(Notice).where(Notice.person_id == who))] == [f"/tickets/{ticket.id}"]


def test_whatever_happened_on_it_keeps_it(db, clock, ticket):
    actions.note(ticket, "打过电话", by=cast.agent("周敏"))
    db.commit()
    clock.shift(3600)
    assert jobs.return_untouched() == 0


def test_switched_off_nothing_returns(db, clock, ticket):
    options.put(RETURN_MINUTES, 0)
    db.commit()
    clock.shift(7 * 24 * 3600)
    assert jobs.return_untouched() == 0


def test_the_night_does_not_count(db, clock, ticket):
    """Claimed at 01:00; an hour later no working minute has passed."""
    agent = ticket.owner
    clock.move_to(datetime(2026, 11, 18, 17, tzinfo=UTC))
    actions.assign(ticket, None, by=agent)
    actions.claim(ticket, by=agent)
    db.commit()
    clock.shift(3600)
    assert jobs.return_untouched() == 0
