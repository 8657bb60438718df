"""The sample company's clock moves on: everything lies further back, nothing is lost, no time is booked twice."""

from datetime import timedelta

from sqlalchemy import select

from portal.core.activity import Activity
from portal.demo import moving
from portal.proposals import actions
from portal.proposals.models import ProposalTrial
from portal.tickets.models import Ticket
from portal.visits.models import BookedQuarter, Visit
from tests import cast, make


def test_moments_days_and_booked_quarters_move_together(app, db, clock):
    visit = make.visit(make.ticket(), cast.technician(), hours=3)
    proposal = actions.submit("", "问题", "建议", by=cast.agent())
    today = visit.starts_at.date()
    trial = actions.Trial(cast.team(), today, today + timedelta(days=27))
    actions.decide(proposal, "trial", "试试", by=cast.supervisor(), trial=trial)
    db.flush()
    asked = (
        select(Ticket.created_at), select(Visit.starts_at), select(Activity.at).order_by(Activity.id), select(ProposalTrial.starts_on),
    )
    before = [db.execute(query).scalars().all() for query in asked]
    quarters = db.scalars(select(BookedQuarter.quarter).order_by(BookedQuarter.quarter)).all()
    moving.back(28)
    assert [db.execute(query).scalars().all() for query in asked] == [[m - timedelta(days=28) for m in found] for found in before]
    assert db.scalars(select(BookedQuarter.quarter).order_by(BookedQuarter.quarter)).all() == [q - 28 * 96 for q in quarters]
