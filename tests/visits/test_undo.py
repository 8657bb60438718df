"""A step can be taken back for five minutes; what was said to the customer is withdrawn or corrected."""

from __future__ import annotations

import pytest

from portal.core.activity import Activity, Audience
from portal.core.errors import Forbidden, Refused, WrongState
from portal.core.files import StoredFile
from portal.notifications.models import Delivery, Notice, OutMessage
from portal.tickets import tracking
from portal.tickets.models import ClockKind, Status
from portal.visits import actions, proving, undoing
from portal.visits.booking import Taken
from portal.visits.models import BookedQuarter, Visit, VisitStatus
from tests import cast
from tests.visits.scene import leak

S = VisitStatus


@pytest.mark.parametrize(("at", "before"), [(S.ACCEPTED, S.SCHEDULED), (S.ON_THE_WAY, S.ACCEPTED), (S.ON_SITE, S.ON_THE_WAY), (S.PARTLY_DONE, S.ON_SITE), (S.NO_ACCESS, S.ON_SITE)])
def test_the_last_step_is_taken_back(app, db, clock, at, before):
    scene = leak(at)
    undoing.undo(scene.visit, by=scene.technician)
    assert scene.visit.status is before
    assert db.query(Activity).filter(Activity.verb.in_(("visit.undone", "visit.finish_undone"))).count() == 1


def test_a_decline_is_taken_back_with_its_time_and_the_ticket_is_dispatched_again(app, db, clock):
    scene = leak(S.ACCEPTED)
    actions.decline(scene.visit, "车坏了", by=scene.technician)
    assert scene.ticket.status is Status.ACCEPTED
    undoing.undo(scene.visit, by=scene.technician)
    assert (scene.visit.status, scene.visit.reason, scene.ticket.status, scene.ticket.visit_state) == (S.ACCEPTED, "", Status.DISPATCHED, "planned")
    assert db.query(BookedQuarter).filter_by(visit_id=scene.visit.id).count() == 6


def test_a_decline_stays_when_somebody_else_comes_or_the_time_is_given_out(app, clock):
    scene, other = leak(S.SCHEDULED), leak(S.SCHEDULED)
    start, end = scene.visit.starts_at, scene.visit.ends_at
    actions.decline(scene.visit, "车坏了", by=scene.technician)
    actions.plan(other.ticket, scene.technician, start, end, by=other.agent)
    with pytest.raises(Taken):
        undoing.undo(scene.visit, by=scene.technician)
    actions.decline(other.visit, "车坏了", by=other.technician)
    with pytest.raises(WrongState):
        undoing.undo(other.visit, by=other.technician)


def test_a_message_that_waits_is_withdrawn(app, db, clock):
    scene = leak(S.ON_THE_WAY)
    undoing.undo(scene.visit, by=scene.technician)
    assert [m.state for m in db.query(OutMessage).order_by(OutMessage.id)] == [Delivery.QUEUED, Delivery.DROPPED]


def test_a_message_that_has_gone_is_corrected(app, db, clock):
    scene = leak(S.ON_THE_WAY)
    gone = db.query(OutMessage).order_by(OutMessage.id.desc()).first()
    gone.state = Delivery.SENT
    undoing.undo(scene.visit, by=scene.technician)
    assert db.query(OutMessage).order_by(OutMessage.id.desc()).first().body.startswith("更正：刚才关于王建国师傅的消息发错了")


def test_after_five_minutes_or_twice_or_by_others_it_is_refused(app, clock):
    scene = leak(S.ON_THE_WAY)
    with pytest.raises(Forbidden):
        undoing.undo(scene.visit, by=cast.technician("李强"))
    undoing.undo(scene.visit, by=scene.technician)
    with pytest.raises(Refused):
        undoing.undo(scene.visit, by=scene.technician)
    late = leak(S.ON_SITE)
    clock.shift(301)
    with pytest.raises(Refused):
        undoing.undo(late.visit, by=late.technician)


def test_an_undone_finish_hides_the_photos_drops_the_remainder_and_stops_the_result_clock(app, db, clock):
    scene = leak(S.PARTLY_DONE)
    undoing.undo(scene.visit, by=scene.technician)
    assert [v.status for v in db.query(Visit).filter_by(follows_id=scene.visit.id)] == [S.CANCELLED]
    assert {f.audience for f in db.query(StoredFile)} <= {Audience.INTERNAL}
    assert [c.met_at is not None for c in scene.ticket.clocks if c.clock is ClockKind.RESULT] == [True]
    assert scene.visit.finished_at is None


def test_a_ticket_that_was_resolved_meanwhile_holds_the_finish(app, clock):
    scene = leak(S.DONE)
    scene.ticket.status = Status.RESOLVED
    with pytest.raises(WrongState):
        undoing.undo(scene.visit, by=scene.technician)


def test_running_late_tells_customer_and_desk(app, db, clock):
    scene = leak(S.ACCEPTED)
    proving.run_late(scene.visit, 30, by=scene.technician)
    assert db.query(OutMessage).order_by(OutMessage.id.desc()).first().body.startswith("抱歉，王建国师傅会晚到，预计 11:30 到达。")
    assert any("runs late" in n.words for n in db.query(Notice).filter_by(person_id=scene.agent.id))
    there = leak(S.ON_SITE)
    with pytest.raises(WrongState):
        proving.run_late(there.visit, 30, by=there.technician)


def test_the_customers_page_shows_the_new_time_and_the_board_says_so(app, db, browser, clock):
    scene = leak(S.ACCEPTED)
    proving.run_late(scene.visit, 30, by=scene.technician)
    token = tracking.link_of(scene.ticket).token
    db.commit()
    page = browser.visit(f"/t/{token}")
    assert (page.has("王师傅会晚到"), page.words(".answer-time").split()[0], page.has("原定 11:00–12:30")) == (True, "11:30", True)
    cast.signed_in(browser.client, scene.agent)
    assert browser.visit("/visits/board").has("约 11:30")
    actions.set_off(scene.visit, by=scene.technician)
    db.commit()
    assert browser.visit(f"/t/{token}").words(".answer-time").split()[0] == "11:30"
