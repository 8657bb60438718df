"""Supervisors keep hours, leave and skills of the technicians whom they look after."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.core import clock as wall
from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused, WrongState
from portal.core.forms import new_key
from portal.roster import actions, queries
from portal.roster.duty import Duty
from portal.roster.models import LeaveKind, Level
from tests import cast
from tests.roster.scene import certified, glass, office_hours

WEDNESDAY = date(2026, 11, 18)
HOUR = timedelta(hours=1)


def at(hour: int, minute: int = 0, day: date = WEDNESDAY) -> datetime:
    return wall.day_bounds(day)[0] + timedelta(hours=hour, minutes=minute)


def against(technician, start, end, needs=(), load=0):
    found = Duty(wall.local(start).date()).obstacle(technician.id, start, end, needs, load)
    return (found.kind, found.soft) if found else None


def verbs(db):
    return list(db.scalars(select(Activity.verb).order_by(Activity.id)))


def test_hours_are_set_for_some_days_and_say_what_stands_in_the_way(app, db, clock):
    boss, technician = cast.supervisor(), cast.technician()
    assert against(technician, at(3), at(4)) is None  # nothing kept, nothing forbidden

    actions.set_hours(technician, [2, 3], (540, 1080, 720, 780), by=boss)

    assert against(technician, at(9), at(12)) is None
    assert against(technician, at(8), at(10)) == ("hours", True)
    assert against(technician, at(11, 30), at(12, 30)) == ("rest", True)
    assert against(technician, at(9, day=date(2026, 11, 20)), at(10, day=date(2026, 11, 20))) == ("off", True)
    assert verbs(db)[-1] == "roster.hours_set"


def test_a_day_off_takes_the_hours_away(app, clock):
    boss, technician = cast.supervisor(), cast.technician()
    office_hours(technician, boss)
    actions.set_hours(technician, [2], None, by=boss)
    assert against(technician, at(9), at(10)) == ("off", True)


@pytest.mark.parametrize("hours", [(600, 540, 0, 0), (540, 1080, 500, 560), (540, 1080, 780, 720)])
def test_hours_that_make_no_sense_are_refused(app, hours):
    with pytest.raises(Refused):
        actions.set_hours(cast.technician(), [0], hours, by=cast.supervisor())


def test_leave_bars_its_time_and_can_be_withdrawn(app, db, clock):
    boss, technician = cast.supervisor(), cast.technician()
    leave = actions.add_leave(technician, at(8), at(12, 30), LeaveKind.SICK, by=boss)
    assert against(technician, at(12), at(13)) == ("leave", False)
    assert against(technician, at(12, 30), at(13)) is None

    actions.withdraw_leave(leave, by=boss)
    assert against(technician, at(12), at(13)) is None
    with pytest.raises(WrongState):
        actions.withdraw_leave(leave, by=boss)
    assert verbs(db)[-2:] == ["leave.added", "leave.withdrawn"]


def test_an_expired_certificate_bars_and_a_missing_skill_can_be_overruled(app, clock):
    scene = glass(certificate=True)
    needs = queries.needs_of(scene.service.id)
    assert against(scene.technician, at(9), at(10), needs) == ("skill", True)
    certified(scene, until=date(2026, 11, 17))
    assert against(scene.technician, at(9), at(10), needs) == ("expired", False)
    certified(scene, until=WEDNESDAY)
    assert against(scene.technician, at(9), at(10), needs) is None


def test_a_level_below_the_needed_one_is_not_enough(app, clock):
    scene = glass(level=Level.EXPERT)
    certified(scene, level=Level.SKILLED)
    assert against(scene.technician, at(9), at(10), queries.needs_of(scene.service.id)) == ("skill", True)


def test_a_certificate_needs_a_number_or_a_day(app):
    scene = glass(certificate=True)
    with pytest.raises(Refused):
        actions.grant(scene.technician, scene.skill, Level.SKILLED, by=scene.supervisor)


def test_the_most_visits_a_day_is_the_persons_or_the_companys(app, db):
    boss, technician = cast.supervisor(), cast.technician()
    assert against(technician, at(9), at(10), load=8) == ("full", True)
    actions.set_daily_visits(technician, 9, by=boss)
    assert against(technician, at(9), at(10), load=8) is None
    assert verbs(db)[-1] == "roster.most_set"


def test_a_skill_is_taken_back(app, db):
    scene = glass()
    certified(scene)
    actions.revoke(scene.technician, queries.find_held(scene.technician, scene.skill.id), by=scene.supervisor)
    db.flush()
    assert queries.find_held(scene.technician, scene.skill.id) is None
    assert verbs(db)[-1] == "roster.skill_revoked"


def test_only_supervisors_who_look_after_a_technician_keep_anything(app, clock):
    own, other = cast.team("浦东班组"), cast.team("静安班组")
    technician = cast.technician(team=other)
    scene = glass()
    for somebody in (cast.agent(), technician, cast.supervisor(company_wide=False, team=own, leads=True)):
        for attempt in (
            lambda: actions.set_hours(technician, [0], None, by=somebody), lambda: actions.add_leave(technician, at(8), at(9), by=somebody),
            lambda: actions.set_daily_visits(technician, 3, by=somebody), lambda: actions.grant(technician, scene.skill, Level.EXPERT, by=somebody),
        ):
            with pytest.raises(Forbidden):
                attempt()
    for somebody in (cast.agent(), technician):
        with pytest.raises(Forbidden):
            actions.add_skill(by=somebody, name="水电")
        with pytest.raises(Forbidden):
            actions.change_skill(scene.skill, by=somebody, name="水电", name_en="", certificate=False, services=[], level=Level.TRAINEE, active=True)


def test_the_forms_keep_what_is_typed(app, browser, clock):
    scene = glass()
    cast.signed_in(browser.client, scene.supervisor)
    path = f"/roster/{scene.technician.id}"
    browser.visit(path + "/hours")
    browser.press("保存", status=422)
    browser.press("保存", days=["0", "1"], starts="08:00", ends="17:00", rest_starts="12:00", rest_ends="12:30")
    assert browser.page.path == path and browser.page.has("08:00–17:00") and browser.page.has("午休 12:00–12:30")

    browser.visit(path + "/leave")
    browser.press("保存", kind="sick", from_day="2026-11-20", until_day="2026-11-19", status=422)
    browser.press("保存", kind="sick", from_day="2026-11-20", until_day="2026-11-20", until_time="12:30")
    assert browser.page.has("病假")

    browser.visit(path + "/skill")
    browser.press("保存", skill=str(scene.skill.id), level="expert", expires_on="2026-12-01")
    assert browser.page.has("玻璃，专家") and browser.page.has("12 月 1 日")
    browser.visit("/roster/")
    assert browser.page.has("玻璃，专家")


def test_a_skill_is_changed_with_the_services_that_need_it(app, db, browser):
    scene = glass()
    cast.signed_in(browser.client, scene.supervisor)
    browser.visit(f"/roster/skills/{scene.skill.id}")
    browser.press("保存", name="玻璃安装", services=[])
    assert browser.page.has("玻璃安装")
    assert queries.needs_of(scene.service.id) == []


def test_a_page_of_a_technician_of_another_team_is_not_there(app, client):
    technician = cast.technician(team=cast.team("静安班组"))
    boss = cast.signed_in(client, cast.supervisor(company_wide=False, team=cast.team("浦东班组"), leads=True))
    assert boss.get(f"/roster/{technician.id}").status_code == 404
    assert boss.post(f"/roster/{technician.id}/most", data={"most": "3", "key": new_key()}).status_code == 404
