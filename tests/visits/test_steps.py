"""The technician's steps: every state × step, the wrong person, what the ticket becomes, who is told."""

from __future__ import annotations

import pytest

from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused, WrongState
from portal.notifications.models import Notice, OutMessage
from portal.tickets.models import ClockKind, Status
from portal.visits import actions
from portal.visits.models import Answer, VisitStatus
from portal.visits.workflow import VISIT
from tests import cast
from tests.visits.scene import complete, leak, received, take_to

S = VisitStatus
REACHABLE = [S.SCHEDULED, S.ACCEPTED, S.ON_THE_WAY, S.ON_SITE, S.DONE, S.PARTLY_DONE, S.NO_ACCESS, S.DECLINED, S.CANCELLED]
TAKE = {
    "accept": lambda v, by: actions.accept(v, by=by), "set_off": lambda v, by: actions.set_off(v, by=by),
    "arrive": lambda v, by: actions.arrive(v, by=by), "decline": lambda v, by: actions.decline(v, "车坏了", by=by),
    "answer": lambda v, by: actions.answer(v, v.items[0], Answer.YES, by=by),
    "add_photos": lambda v, by: actions.add_photos(v, "before", [received()], by=by),
    "partly_done": lambda v, by: actions.finish(v, S.PARTLY_DONE, "接了一半", "缺配件", by=by),
    "no_access": lambda v, by: actions.finish(v, S.NO_ACCESS, "", "没人在家", 15, by=by),
    "cancel": lambda v, by: actions.cancel(v, "客户改主意", by=by),
}


@pytest.mark.once
@pytest.mark.parametrize("status", REACHABLE)
@pytest.mark.parametrize("verb", TAKE)
def test_every_step_from_every_state(app, clock, verb, status):
    scene = leak(status)
    step, by = VISIT.steps[verb], scene.agent if verb == "cancel" else scene.technician
    if status in step.start:
        TAKE[verb](scene.visit, by)
        assert scene.visit.status is (step.to or status)
    else:
        with pytest.raises(WrongState):
            TAKE[verb](scene.visit, by)


@pytest.mark.once
@pytest.mark.parametrize("verb", TAKE)
def test_nobody_else_takes_the_step(app, clock, verb):
    scene = leak(next(s for s in REACHABLE if s in VISIT.steps[verb].start))
    wrong = [cast.technician("李强"), cast.analyst(), *([] if verb == "cancel" else [scene.agent])]
    for somebody in wrong:
        with pytest.raises(Forbidden):
            TAKE[verb](scene.visit, somebody)


@pytest.mark.once
def test_each_step_is_recorded_on_visit_and_ticket(app, db, clock):
    scene = leak(S.DONE)
    rows = db.query(Activity).filter_by(subject_type="visit", subject_id=scene.visit.id, ticket_id=scene.ticket.id).order_by(Activity.id)
    assert [a.verb for a in rows] == [
        "visit.planned", "visit.accepted", "visit.set_off", "visit.arrived", "visit.answered", "visit.answered",
        "visit.photographed", "visit.photographed", "visit.finished",
    ]


def test_the_ticket_follows_the_visit(app, clock):
    scene = leak()
    seen = []
    for step in (actions.accept, actions.set_off, actions.arrive):
        step(scene.visit, by=scene.technician)
        seen.append((scene.ticket.visit_state, scene.ticket.status))
    assert seen == [("planned", Status.DISPATCHED), ("on_the_way", Status.DISPATCHED), ("on_site", Status.IN_PROGRESS)]


def test_the_customer_is_told_of_plan_setting_off_and_arrival(app, db, clock):
    scene = leak(S.ON_SITE)
    bodies = [m.body.split("查看进度")[0].strip() for m in db.query(OutMessage).order_by(OutMessage.id)]
    assert bodies == [
        f"您的工单 {scene.ticket.number} 已安排王建国师傅 11-18 11:00–12:30 上门。",
        "王建国师傅已出发，正在来您家的路上，预约时段 11-18 11:00–12:30。",
        "王建国师傅已到达。",
    ]


def test_the_technician_is_told_of_a_new_visit(app, db, clock):
    scene = leak()
    notice = db.query(Notice).filter_by(person_id=scene.technician.id).one()
    assert (notice.url, notice.data["number"]) == (f"/visits/{scene.visit.id}", scene.ticket.number)


def test_declining_tells_owner_and_supervisor(app, db, clock):
    boss = cast.supervisor()
    scene = leak(S.DECLINED)
    told = {n.person_id for n in db.query(Notice) if "declined" in n.words}
    assert told == {boss.id, scene.agent.id}


def test_declining_needs_a_reason(app, clock):
    scene = leak()
    with pytest.raises(Refused):
        actions.decline(scene.visit, " ", by=scene.technician)


def test_done_is_locked_while_the_standard_lacks_something(app, clock, chinese):
    scene = leak(S.ON_SITE)
    with pytest.raises(Refused) as refused:
        actions.finish(scene.visit, S.DONE, "管道已接好", by=scene.technician)
    assert str(refused.value.sentence) == "还差 1 项必做、1 张作业前照片、1 张作业后照片"

    complete(scene.visit)
    actions.finish(scene.visit, S.DONE, "管道已接好", by=scene.technician)
    assert scene.visit.status is S.DONE


def test_finishing_shows_the_customer_the_result_and_starts_the_result_clock(app, db, clock):
    scene = leak(S.DONE)
    row = db.query(Activity).filter_by(verb="visit.finished").one()
    assert (row.audience.value, row.body, row.data["outcome"]) == ("public", "管道已接好", "done")
    from portal.core.files import StoredFile

    assert {(f.slot, f.audience.value, f.activity_id) for f in db.query(StoredFile)} == {("before", "public", row.id), ("after", "public", row.id)}
    assert [c for c in scene.ticket.clocks if c.clock is ClockKind.RESULT and c.due_at]
    assert any("finished" in n.words for n in db.query(Notice).filter_by(person_id=scene.agent.id))


def test_what_is_left_over_becomes_a_proposed_visit(app, db, clock):
    scene = leak(S.ON_SITE)
    actions.answer(scene.visit, scene.visit.items[0], Answer.YES, by=scene.technician)

    rest = actions.finish(scene.visit, S.PARTLY_DONE, "接了一半", "缺配件", by=scene.technician)

    assert (rest.status, rest.follows_id, rest.technician_id, rest.reason) == (S.PROPOSED, scene.visit.id, None, "缺配件")
    assert [i.words for i in rest.items] == ["试机制冷", "作业前", "作业后"]
    assert (scene.ticket.status, scene.ticket.visit_state) == (Status.IN_PROGRESS, "planned")


def test_no_access_gives_the_ticket_back_to_the_desk(app, db, clock):
    scene = leak(S.ON_THE_WAY)
    actions.finish(scene.visit, S.NO_ACCESS, "", "没人在家", 15, by=scene.technician)
    assert (scene.visit.waited_minutes, scene.ticket.status, scene.ticket.visit_state) == (15, Status.ACCEPTED, "")
    assert any("could not get in" in n.words for n in db.query(Notice).filter_by(person_id=scene.agent.id))


def test_no_needs_words_or_a_photo(app, clock):
    scene = leak(S.ON_SITE)
    item = scene.visit.items[0]
    with pytest.raises(Refused):
        actions.answer(scene.visit, item, Answer.NO, by=scene.technician)
    actions.answer(scene.visit, item, Answer.NO, photos=[received()], by=scene.technician)
    assert item.answer is Answer.NO


def test_the_same_answer_again_changes_nothing(app, db, clock):
    scene = leak(S.ON_SITE)
    for _ in range(2):
        actions.answer(scene.visit, scene.visit.items[0], Answer.YES, by=scene.technician)
    assert db.query(Activity).filter_by(verb="visit.answered").count() == 1


def test_arriving_goes_on_with_a_ticket_that_waited(app, clock):
    scene = leak(S.ON_THE_WAY)
    from portal.tickets import actions as tickets

    tickets.wait(scene.ticket, "等客户确认", by=scene.agent)
    actions.arrive(scene.visit, by=scene.technician)
    assert scene.ticket.status is Status.IN_PROGRESS


def test_the_walk_leads_to_every_end(app, clock):
    for end in (S.DONE, S.PARTLY_DONE, S.NO_ACCESS):
        scene = leak()
        take_to(scene.visit, end)
        assert scene.visit.finished_at is not None
