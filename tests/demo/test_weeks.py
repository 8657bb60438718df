"""Four weeks later: the sample company's trial comes to a verdict, and the proposer was told at each step."""

from datetime import time

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.core import clock as wall
from portal.demo import later, proposing, seeds
from portal.notifications.models import Notice
from portal.proposals import effect_page
from portal.proposals.models import ProposalStatus
from portal.tickets.models import OPEN, Status, Ticket


@pytest.fixture
def small(monkeypatch):
    """A short story: what counts here is that it goes through to the end."""
    monkeypatch.setattr(seeds, "DAYS", 4)
    monkeypatch.setattr(proposing, "NUMBER", 4)
    monkeypatch.setattr(later, "A_DAY", 1)


@pytest.mark.once
@pytest.mark.timeout(900)  # a company is born and lives four weeks
def test_the_weeks_are_told_to_a_verdict_and_the_proposer_hears_each_step(app, db, clock, small):
    seeds.load(wall.now())
    proposal = later.tell()
    assert proposal.status in (ProposalStatus.VERIFIED, ProposalStatus.NOT_REACHED)
    assert (wall.today() - proposal.trial.ends_on).days == 1
    frozen = effect_page.frozen(proposal)
    assert [one.figure for one in frozen] == list(proposing.MEASURED)
    assert all(row["same"] for row in effect_page.rows(proposal))
    author = db.scalars(select(Person).where(Person.username == "wangjianguo")).one()
    told = [n.words for n in db.scalars(select(Notice).where(Notice.person_id == author.id, Notice.url == f"/proposals/{proposal.id}"))]
    for step in ("tried out", "was adopted", "carried out"):
        assert any(step in words for words in told)
    assert any("effect" in words for words in told)


@pytest.mark.once
@pytest.mark.timeout(900)  # a company is born
@pytest.mark.parametrize("hour", [1, 10])
def test_there_is_something_to_do_at_whatever_hour_it_is_opened(app, db, clock, small, hour):
    seeds.load(wall.moment(wall.today(), time(hour)))
    states = set(db.scalars(select(Ticket.status)))
    assert {*OPEN, Status.MERGED} - {Status.DISPATCHED} <= states
    assert db.scalar(select(func.count()).where(Ticket.status == Status.NEW, Ticket.owner_id.is_(None))) >= 3


@pytest.mark.once
@pytest.mark.timeout(900)  # a company is born and lives four weeks
def test_without_a_trial_nothing_is_moved(app, db):
    with pytest.raises(later.NoTrial):
        later.tell()
