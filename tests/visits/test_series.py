"""Visits that come again, and jobs that nobody can do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused, WrongState
from portal.notifications.models import Notice, OutMessage
from portal.roster import actions as roster
from portal.visits import jobs, nobody, series, waiting
from portal.visits.models import Visit, VisitStatus
from tests import cast, make
from tests.roster.scene import certified, glass
from tests.visits.scene import leak

WEEK = timedelta(weeks=1)


def test_a_visit_comes_again_every_two_weeks_at_the_same_time(app, db, clock):
    scene = leak()
    messages = db.query(OutMessage).count()
    made = series.repeat(scene.visit, 2, 3, by=scene.agent)
    assert [(v.starts_at, v.technician, v.status, len(v.items)) for v in made] == [
        (scene.visit.starts_at + n * 2 * WEEK, scene.technician, VisitStatus.SCHEDULED, 4) for n in (1, 2)
    ]
    assert db.query(OutMessage).count() == messages + 1  # one message for all
    assert db.query(Activity).filter_by(verb="visit.series_planned").one().data["planned"] == 3


def test_where_the_technician_is_away_the_visit_waits_on_the_board_with_the_reason(app, db, clock, chinese):
    scene = leak()
    start = scene.visit.starts_at + WEEK
    roster.add_leave(scene.technician, start, start + timedelta(hours=1), by=cast.supervisor())
    made = series.repeat(scene.visit, 1, 3, by=scene.agent)
    assert [v.status for v in made] == [VisitStatus.PROPOSED, VisitStatus.SCHEDULED]
    assert "请假" in made[0].reason
    assert [(row.visit_id, row.ticket_id) for row in waiting.listed(scene.agent)] == [(made[0].id, scene.ticket.id)]


def test_the_rest_of_a_series_can_be_cancelled_with_one_message(app, db, browser, clock):
    scene = leak()
    series.repeat(scene.visit, 1, 4, by=scene.agent)
    before = db.query(OutMessage).count()
    cast.signed_in(browser.client, scene.agent)
    browser.visit(f"/visits/{scene.visit.id}/cancel")
    browser.press("取消上门", reason="合同到期", later="y")
    assert {v.status for v in db.query(Visit)} == {VisitStatus.CANCELLED}
    assert db.query(OutMessage).count() == before + 1


def test_only_the_desk_repeats_and_only_a_planned_visit_once(app, clock):
    scene = leak()
    with pytest.raises(Forbidden):
        series.repeat(scene.visit, 1, 3, by=scene.technician)
    with pytest.raises(Refused):
        series.repeat(scene.visit, 1, 99, by=scene.agent)
    series.repeat(scene.visit, 1, 2, by=scene.agent)
    with pytest.raises(WrongState):
        series.repeat(scene.visit, 1, 2, by=scene.agent)


def test_the_form_of_a_series(app, db, browser, clock):
    scene = leak()
    cast.signed_in(browser.client, scene.agent)
    browser.visit(f"/visits/{scene.visit.id}/repeat")
    browser.press("全部排上", times="1", status=422)
    browser.press("全部排上", times="3", weeks="4")
    assert db.query(Visit).count() == 3


def notices(db, person):
    db.flush()
    return [n.url for n in db.query(Notice).filter_by(person_id=person.id)]


def test_a_job_that_nobody_can_do_tells_the_supervisor_once_a_day(app, db, clock):
    scene = glass(certificate=True)
    ticket = make.ticket(service=scene.service, by=cast.agent())
    clock.shift(timedelta(minutes=11))
    db.commit()
    assert nobody.look_for_all() == 1
    assert notices(db, scene.supervisor)[-1] == f"/visits/board?ticket={ticket.id}"
    assert nobody.look_for_all() == 0

    clock.shift(timedelta(days=1))
    assert nobody.look_for_all() == 1
    certified(scene)
    clock.shift(timedelta(days=1))
    assert nobody.look_for_all() == 0


def test_the_job_by_the_clock_commits_what_it_tells(app, db, clock):
    scene = glass()
    make.ticket(service=scene.service)
    clock.shift(timedelta(minutes=11))
    db.commit()
    jobs.look_for_nobody()
    assert db.query(Activity).filter_by(verb="visit.nobody").count() == 1
    assert scene.supervisor


def test_the_dispatcher_tells_the_supervisor_from_the_board(app, db, browser, clock):
    scene, agent = glass(), cast.agent()
    ticket = make.ticket(service=scene.service)
    cast.signed_in(browser.client, agent)
    browser.visit(f"/visits/board?ticket={ticket.id}")
    assert browser.press("告知主管").has("已告诉主管")
    assert notices(db, scene.supervisor)[-1] == f"/visits/board?ticket={ticket.id}"
    with pytest.raises(Forbidden):
        nobody.report(ticket, [], by=scene.technician)


def test_a_job_that_somebody_can_do_is_not_reported(app, clock):
    cast.technician()
    make.ticket()
    clock.shift(timedelta(minutes=11))
    assert nobody.look_for_all() == 0
