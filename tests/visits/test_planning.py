"""A visit is planned, moved and cancelled at the desk; what cannot be is said beside the field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import force_locale

from portal.core import clock as wall
from portal.core.activity import Activity
from portal.core.errors import Forbidden, WrongState
from portal.notifications.models import Notice
from portal.roster import actions as roster
from portal.tickets import actions as tickets
from portal.tickets.models import Status
from portal.visits import actions, planning, queries
from portal.visits.models import VisitStatus
from portal.visits.planning import BadWindow
from tests import cast, make
from tests.visits.scene import leak, take_to

HOUR = timedelta(hours=1)


def plan(scene, start=HOUR, length=HOUR, technician=None, by=None):
    begins = wall.now() + start
    return actions.plan(scene.ticket, technician or scene.technician, begins, begins + length, by=by or scene.agent)


def verbs(db, visit):
    return [a.verb for a in db.query(Activity).filter_by(subject_type="visit", subject_id=visit.id).order_by(Activity.id)]


def test_planning_dispatches_the_ticket_and_copies_the_standard(app, db, clock):
    scene = leak(None)

    visit = plan(scene)

    assert (visit.status, visit.technician, visit.bring) == (VisitStatus.SCHEDULED, scene.technician, "吸水机")
    assert [i.words for i in visit.items] == ["断电，拆面板", "试机制冷", "作业前", "作业后"]
    assert (scene.ticket.status, scene.ticket.visit_state) == (Status.DISPATCHED, "planned")
    assert verbs(db, visit) == ["visit.planned"]


@pytest.mark.parametrize("language,bring,words", [("en", "", "Wet vacuum"), ("zh_CN", "Wet vacuum", "吸水机"), ("en", "梯子", "梯子")])
def test_what_to_bring_is_said_in_the_readers_language(app, language, bring, words):
    scene = leak(None)
    scene.ticket.service.bring_en = "Wet vacuum"
    visit = actions.plan(scene.ticket, scene.technician, wall.now() + HOUR, wall.now() + 2 * HOUR, by=scene.agent, bring=bring)
    with app.test_request_context("/"), force_locale(language):
        assert visit.bring_word == words


def test_a_technician_cannot_plan(app, clock):
    scene = leak(None)
    with pytest.raises(Forbidden):
        plan(scene, by=scene.technician)


def test_nothing_is_planned_for_an_ended_ticket(app, clock):
    scene = leak(None)
    tickets.cancel(scene.ticket, "不修了", by=scene.agent)
    with pytest.raises(WrongState):
        plan(scene)


def test_a_time_that_is_over_is_refused_with_the_earliest_one(app, clock, chinese):
    with pytest.raises(BadWindow) as refused:
        plan(leak(None), start=-HOUR)
    assert (refused.value.field, str(refused.value.sentence)) == ("start", "今天 09:00 已经过了，最早可约 今天 10:30")


def test_the_end_must_be_later_than_the_start(app, clock):
    with pytest.raises(BadWindow) as refused:
        plan(leak(None), length=-HOUR)
    assert refused.value.field == "end"


def test_an_overlap_of_the_same_technician_names_the_other_visit(app, clock, chinese):
    scene = leak()
    with pytest.raises(BadWindow) as refused:
        plan(scene, start=2 * HOUR)
    number = scene.ticket.number
    assert str(refused.value.sentence) == f"王建国 11:00–12:30 已约了 {number}「空调漏水，地板已泡」（林晓 今天 10:00 派的），换个时间或换一位师傅。"


def test_visits_may_touch_and_another_technician_may_come_at_the_same_time(app, clock):
    scene = leak()
    begins, ends = scene.visit.starts_at, scene.visit.ends_at
    actions.plan(scene.ticket, scene.technician, ends, ends + HOUR, by=scene.agent)
    actions.plan(scene.ticket, cast.technician("李强"), begins, ends, by=scene.agent)
    assert len(queries.of_ticket(scene.ticket)) == 3


def test_only_an_active_technician_can_come(app, clock):
    scene = leak(None)
    for somebody in (cast.agent("周敏"), cast.technician("李强", active=False)):
        with pytest.raises(BadWindow) as refused:
            plan(scene, technician=somebody)
        assert refused.value.field == "technician"


def test_moving_gives_the_visit_to_another_technician(app, db, clock):
    scene = leak(VisitStatus.ACCEPTED)
    other, start = cast.technician("李强"), wall.now() + 5 * HOUR

    actions.move(scene.visit, other, start, start + HOUR, by=scene.agent)

    assert (scene.visit.technician, scene.visit.status, scene.visit.accepted_at) == (other, VisitStatus.SCHEDULED, None)
    assert verbs(db, scene.visit)[-1] == "visit.moved"


def test_a_visit_can_move_within_its_own_window(app, clock):
    scene = leak()
    start = scene.visit.starts_at + timedelta(minutes=15)
    actions.move(scene.visit, scene.technician, start, start + HOUR, by=scene.agent)
    assert scene.visit.starts_at == start


def test_a_declined_visit_is_planned_anew(app, clock):
    scene = leak(VisitStatus.DECLINED)
    assert (scene.ticket.status, scene.ticket.visit_state) == (Status.ACCEPTED, "")

    start = wall.now() + HOUR
    actions.move(scene.visit, cast.technician("李强"), start, start + HOUR, by=scene.agent)

    assert (scene.visit.status, scene.visit.reason, scene.ticket.status) == (VisitStatus.SCHEDULED, "", Status.DISPATCHED)


def test_cancelling_needs_a_reason_and_the_right(app, db, clock):
    scene = leak()
    with pytest.raises(Forbidden):
        actions.cancel(scene.visit, "不去了", by=scene.technician)
    actions.cancel(scene.visit, "客户改主意", by=scene.agent)
    assert (scene.visit.status, scene.visit.reason, scene.ticket.visit_state) == (VisitStatus.CANCELLED, "客户改主意", "")
    assert verbs(db, scene.visit)[-1] == "visit.cancelled"


@pytest.mark.parametrize("status", [VisitStatus.ON_SITE, VisitStatus.DONE, VisitStatus.CANCELLED])
def test_what_has_begun_or_ended_is_not_moved(app, clock, status):
    scene = leak(status)
    start = wall.now() + 5 * HOUR
    with pytest.raises(WrongState):
        actions.move(scene.visit, scene.technician, start, start + HOUR, by=scene.agent)


def test_ending_the_ticket_cancels_its_visits_ahead(app, clock):
    scene = leak(VisitStatus.ACCEPTED)
    tickets.cancel(scene.ticket, "客户自己修好了", by=scene.agent)
    assert scene.visit.status is VisitStatus.CANCELLED


def test_merging_the_ticket_cancels_its_visits_ahead(app, clock):
    scene = leak()
    other = make.ticket(scene.ticket.customer, by=scene.agent)
    tickets.merge(scene.ticket, other, by=scene.agent)
    assert scene.visit.status is VisitStatus.CANCELLED


def test_a_ticket_with_a_visit_ahead_is_not_closed(app, clock, chinese):
    scene = leak()
    assert [str(s) for s in tickets.blocks_closing(scene.ticket)] == ["还有没结束的上门，先取消或做完它。"]
    take_to(scene.visit, VisitStatus.DONE)
    assert tickets.blocks_closing(scene.ticket) == []


def test_leave_tells_the_desk_of_the_visits_that_fall_into_it(app, db, clock):
    scene = leak()
    roster.add_leave(scene.technician, scene.visit.starts_at, scene.visit.ends_at, by=cast.supervisor())
    db.flush()
    assert [n.url for n in db.query(Notice).filter_by(person_id=scene.agent.id)][-1] == f"/visits/{scene.visit.id}/move"
