"""Who can come is scored with reasons, and whoever cannot is said with what is in the way."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from portal.core import clock as wall
from portal.core.access import customer_actor
from portal.core.activity import Activity
from portal.roster import actions as roster
from portal.roster.models import Level
from portal.surveys import actions as surveys
from portal.surveys.models import Survey
from portal.visits import actions, candidates, slots
from portal.visits.booking import BadWindow
from portal.visits.candidates import Job
from tests import cast, make
from tests.counting import statements
from tests.roster.scene import certified, glass, office_hours
from tests.visits.scene import leak

HOUR = timedelta(hours=1)
WEDNESDAY, THURSDAY = date(2026, 11, 18), date(2026, 11, 19)


def at(hour: int, minute: int = 0, day: date = THURSDAY) -> datetime:
    return wall.day_bounds(day)[0] + timedelta(hours=hour, minutes=minute)


def found(ticket, day=THURSDAY, window=None, length=HOUR):
    return {c.person.name: c for c in candidates.for_day(Job.of(ticket, length), day, window)}


def needing(scene):
    return make.ticket(service=scene.service)


def test_the_best_fitting_technician_is_recommended_with_reasons(app, db, clock, chinese):
    scene = glass()
    certified(scene, level=Level.EXPERT)
    area = cast.area()
    near = cast.technician("赵磊", team=cast.team("浦东班组", area))
    ticket = needing(scene)
    ticket.team_id, ticket.area_id = next(iter(near.team_ids)), area.id
    roster.grant(near, scene.skill, Level.SKILLED, by=scene.supervisor)

    best, other = candidates.for_day(Job.of(ticket, HOUR), THURSDAY)

    assert (best.person, best.why) == (near, "玻璃，熟练 +10、本片区 +20、没有安排、路程约 20 分 −6")
    assert (other.person, other.why) == (scene.technician, "玻璃，专家 +15、外片区、没有安排、路程约 40 分 −13")


def test_whoever_lacks_the_skill_or_whose_certificate_has_expired_is_barred(app, clock, chinese):
    scene = glass(certificate=True)
    cast.technician("赵磊")
    certified(scene, until=date(2026, 11, 18))
    people = found(needing(scene))
    assert people["赵磊"].words == "去不了：无玻璃技能"
    assert (people["王建国"].obstacle.kind, people["王建国"].words) == ("expired", "去不了：玻璃证书 11 月 18 日 周三 已过期")
    assert candidates.recommended(list(people.values())) is None


def test_leave_lunch_shift_and_the_most_visits_are_respected(app, clock):
    boss, technician = cast.supervisor(), cast.technician()
    office_hours(technician, boss)
    ticket = make.ticket()

    def obstacle(start, end):
        return getattr(found(ticket, window=(start, end))["王建国"].obstacle, "kind", None)

    assert [obstacle(at(9), at(10)), obstacle(at(8), at(9)), obstacle(at(12), at(13)), obstacle(at(17, 30), at(18, 30))] == [None, "hours", "rest", "hours"]
    roster.add_leave(technician, at(9), at(12), by=boss)
    assert obstacle(at(9), at(10)) == "leave"
    roster.set_daily_visits(technician, 1, by=boss)
    make.visit(make.ticket(), technician, at(14))
    assert obstacle(at(16), at(17)) == "full"


def test_the_free_times_of_a_day_leave_room_for_lunch_visits_and_travel(app, db, clock):
    boss, technician = cast.supervisor(), cast.technician()
    office_hours(technician, boss)
    make.visit(make.ticket(), technician, at(9), hours=1)  # no area is known: 40 minutes of travel
    times = found(make.ticket())["王建国"].slots
    assert [(s.starts_at, s.travel) for s in times] == [(at(10, 45), 40), (at(13), 40)]


def test_a_time_of_day_that_the_customer_wants_comes_first(app, clock):
    office_hours(cast.technician(), cast.supervisor())
    times = found(make.ticket(preferred="明天下午"))["王建国"].slots
    assert [s.starts_at for s in times] == [at(13), at(9)]


def test_travel_is_estimated_by_estate_and_area(app):
    here = slots.Place(1, "锦绣里")
    ways = slots.Ways.known()
    assert [ways.between(p, here) for p in (here, slots.Place(1, "和平坊"), slots.Place(2), None)] == [10, 20, 40, 40]


def test_what_this_customer_gave_before_counts(app, db, clock, chinese):
    scene = leak()
    survey = Survey(ticket_id=scene.ticket.id, technician_id=scene.technician.id, selector="s" * 12, secret="t" * 40, sent_at=wall.now())
    db.add(survey)
    db.flush()
    surveys.answer(survey, {"overall": 5}, by=customer_actor("周先生"))
    reasons = found(make.ticket(scene.ticket.customer))["王建国"].reasons
    assert ("这位客户评过 5.0 分", 12) in [(r.words, r.points) for r in reasons]


def test_planning_refuses_what_is_in_the_way_and_says_it(app, clock, chinese):
    boss, technician, agent = cast.supervisor(), cast.technician(), cast.agent()
    office_hours(technician, boss)
    with pytest.raises(BadWindow) as refused:
        actions.plan(make.ticket(), technician, at(12), at(13), by=agent)
    assert (refused.value.soft, str(refused.value.sentence)) == (True, "王建国：午休 12:00–13:00。换个时间或换人，或写明为什么一定要派。")
    roster.add_leave(technician, at(0), at(23), by=boss)
    with pytest.raises(BadWindow) as refused:
        actions.plan(make.ticket(), technician, at(14), at(15), by=agent, despite="水管爆了")
    assert refused.value.soft is False


def test_an_emergency_overrules_lunch_with_a_reason_that_is_recorded(app, db, clock, chinese):
    office_hours(cast.technician(), cast.supervisor())
    technician = candidates.for_day(Job.of(make.ticket(), HOUR), THURSDAY)[0].person
    visit = actions.plan(make.ticket(), technician, at(12), at(13), by=cast.agent(), despite="水管爆了")
    row = db.query(Activity).filter_by(verb="visit.overruled", subject_id=visit.id).one()
    assert row.data == {"obstacle": "午休 12:00–13:00", "reason": "水管爆了"}


def test_the_form_names_the_best_one_and_asks_for_a_reason_against_lunch(app, browser, clock):
    scene = leak(None)
    office_hours(scene.technician, cast.supervisor())
    cast.signed_in(browser.client, scene.agent)
    page = browser.visit(f"/visits/new?ticket={scene.ticket.id}&day=2026-11-19&start=09:00&end=10:00")
    assert page.value("technician") == str(scene.technician.id)
    browser.press("派单", start="12:00", end="13:00", status=422)
    assert browser.page.has("午休 12:00–13:00")
    browser.press("派单", despite="水管爆了")
    assert browser.page.path == f"/tickets/{scene.ticket.id}"


def opened(browser, ticket) -> tuple:
    page = browser.visit(f"/visits/new?ticket={ticket.id}")
    return page.value("day"), page.value("start"), page.value("end"), page.value("technician")


def test_the_form_opens_at_the_first_time_at_which_somebody_can_come(app, db, browser, clock):
    """10:00 on a Wednesday: the next half hour is taken."""
    scene = leak()  # 11:00 to 12:30, then 40 minutes of travel
    one = str(scene.technician.id)
    office_hours(scene.technician, cast.supervisor())
    cast.signed_in(browser.client, scene.agent)
    other = make.ticket(scene.ticket.customer, service=scene.ticket.service)
    assert opened(browser, other) == ("2026-11-18", "13:15", "14:45", one)
    make.visit(make.ticket(), scene.technician, at(13, day=WEDNESDAY), hours=5, by=scene.agent)
    assert opened(browser, other) == ("2026-11-19", "09:00", "10:30", one)
    other.preferred = "今天下午三点"
    assert opened(browser, other)[:3] == ("2026-11-18", "15:00", "16:30"), "what the customer wants stays, with what is in the way"
    db.delete(db.merge(scene.technician.role_rows[0]))
    other.preferred = ""
    assert opened(browser, other)[0] == "2026-11-18", "nobody at all: the next half hour"


def test_two_technicians_come_and_both_are_booked(app, db, clock):
    scene, second = leak(None), cast.technician("赵磊")
    visit = actions.plan(scene.ticket, scene.technician, at(9), at(10), by=scene.agent, second=second)
    with pytest.raises(BadWindow):
        make.visit(make.ticket(), second, at(9, 30))
    with pytest.raises(BadWindow) as refused:
        actions.move(visit, second, at(14), at(15), by=scene.agent, second=second)
    assert refused.value.field == "second"


def test_candidates_cost_the_same_for_few_and_for_many(app, db, clock):
    ticket = make.ticket()
    cast.technician()

    def cost():
        db.expire_all()
        job = Job.of(ticket, HOUR)
        return statements(lambda: candidates.for_day(job, THURSDAY))

    cost()
    few = cost()
    for n in range(5):
        make.visit(make.ticket(), cast.technician(f"王{n}"), at(9 + n))
    assert cost() == few
