"""The dispatch board: pick a job, then a time; live; the same cost for few and for many; two dispatchers cannot book the same time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from portal.core import clock as wall
from portal.core.access import customer_actor
from portal.core.forms import new_key
from portal.roster import actions as roster
from portal.visits import actions, answering, lanes, queries, waiting
from portal.visits.models import Visit, VisitStatus
from tests import cast, make
from tests.counting import statements
from tests.roster.scene import certified, glass, office_hours
from tests.visits.crowd import crowd
from tests.visits.scene import leak, take_to

HOUR = timedelta(hours=1)
THURSDAY = date(2026, 11, 19)
BOARD = "/visits/board?day=2026-11-19"


def at(hour: int, minute: int = 0, day: date = THURSDAY):
    return wall.day_bounds(day)[0] + timedelta(hours=hour, minutes=minute)


def as_(browser, person):
    cast.signed_in(browser.client, person)
    return browser


def test_a_job_is_picked_then_confirmed_and_goes_to_the_recommended_technician(app, db, browser, clock):
    scene = leak(None)
    office_hours(scene.technician, cast.supervisor())
    browser = as_(browser, scene.agent)
    page = browser.visit(BOARD)
    assert page.words(".job b") == scene.ticket.title

    page = browser.visit(page.one(".job").get("href"))
    assert page.one(".offer.is-chosen").get("title") == "09:00"
    page = browser.press("确认派单")

    visit = queries.of_ticket(scene.ticket)[0]
    assert (visit.technician, visit.starts_at, visit.ends_at) == (scene.technician, at(9), at(10, 30))
    assert page.path.startswith("/visits/board") and page.all(".job") == []
    assert page.words(".block b") == scene.ticket.title


def test_another_free_time_is_a_link(app, browser, clock):
    scene = leak(None)
    office_hours(scene.technician, cast.supervisor())
    browser = as_(browser, scene.agent)
    page = browser.visit(f"{BOARD}&ticket={scene.ticket.id}")
    offers = page.all(".offer")
    assert [o.get("title") for o in offers] == ["09:00", "13:00"]
    browser.visit(offers[1].get("href"))
    browser.press("确认派单")
    assert queries.of_ticket(scene.ticket)[0].starts_at == at(13)


def test_a_second_technician_is_chosen_beside_the_time(app, db, browser, clock):
    scene = leak(None)
    mate, away, boss = cast.technician("赵磊"), cast.technician("孙伟"), cast.supervisor()
    office_hours(scene.technician, boss)
    roster.add_leave(away, *wall.day_bounds(THURSDAY), by=boss)
    db.commit()
    page = as_(browser, scene.agent).visit(f"{BOARD}&ticket={scene.ticket.id}&who={scene.technician.id}")
    assert [o.get("disabled") for o in page.all("#second option")] == [None, "disabled", None]  # nobody else, on leave, free
    browser.press("确认派单", second=str(mate.id))
    visit = queries.of_ticket(scene.ticket)[0]
    assert (visit.technician, visit.second) == (scene.technician, mate)

    page = browser.visit(f"{BOARD}&visit={visit.id}&who={scene.technician.id}&at=1300")
    assert page.one("#second option[selected]").get("value") == str(mate.id)
    browser.press("确认派单", second="")
    assert (visit.starts_at, visit.second) == (at(13), None)


@pytest.mark.parametrize(("who", "sentence"), [("away", "孙伟：请假"), ("busy", "赵磊"), ("same", "同去的要是另一个人"), ("0", "选一位师傅")])
def test_the_second_one_is_bound_by_the_same_rules(app, db, client, clock, who, sentence):
    scene = leak(None)
    busy, away, boss = cast.technician("赵磊"), cast.technician("孙伟"), cast.supervisor()
    roster.add_leave(away, *wall.day_bounds(THURSDAY), by=boss)
    make.visit(make.ticket(), busy, at(9), by=scene.agent)
    db.commit()
    ids = {"away": away.id, "busy": busy.id, "same": scene.technician.id, "0": "999999"}
    cast.signed_in(client, scene.agent)
    form = {"day": "2026-11-19", "ticket": scene.ticket.id, "who": scene.technician.id, "at": "0900", "second": ids[who], "key": new_key()}
    answer = client.post("/visits/board/book", data=form)
    assert answer.status_code == 409 and sentence in answer.get_data(as_text=True)
    assert queries.of_ticket(scene.ticket) == []


def test_a_planned_visit_is_picked_and_moved(app, browser, clock):
    scene = leak()
    browser = as_(browser, scene.agent)
    actions.move(scene.visit, scene.technician, at(9), at(10), by=scene.agent)
    page = browser.visit(BOARD)
    page = browser.visit(page.one("a.block").get("href"))
    assert page.has("待客户确认")
    browser.visit(f"{BOARD}&visit={scene.visit.id}&who={scene.technician.id}&at=0800")
    browser.press("确认派单")
    assert (scene.visit.starts_at, scene.visit.ends_at) == (at(8), at(9))


def test_the_second_dispatcher_is_told_who_was_first(app, browser, clock):
    scene = leak(None)
    browser = as_(browser, scene.agent)
    browser.visit(f"{BOARD}&ticket={scene.ticket.id}")
    make.visit(make.ticket(), scene.technician, at(8), by=cast.agent("周敏"))

    page = browser.press("确认派单", status=409)

    assert page.has("周敏 今天 10:00 派的")
    assert page.one(".job.is-picked") is not None
    assert queries.of_ticket(scene.ticket) == []


def test_a_visit_that_has_changed_meanwhile_is_not_moved_again(app, db, client, clock):
    scene = leak()
    cast.signed_in(client, scene.agent)
    form = {"day": "2026-11-19", "visit": scene.visit.id, "version": scene.visit.version, "who": scene.technician.id, "at": "1400", "key": new_key()}
    actions.move(scene.visit, scene.technician, at(9), at(10), by=scene.agent)
    assert client.post("/visits/board/book", data=form).status_code == 409
    assert scene.visit.starts_at == at(9)


def test_sending_the_same_choice_twice_books_once(app, client, clock):
    scene = leak(None)
    cast.signed_in(client, scene.agent)
    form = {"day": "2026-11-19", "ticket": scene.ticket.id, "who": scene.technician.id, "at": "0900", "key": new_key()}
    assert [client.post("/visits/board/book", data=form).status_code for _n in range(2)] == [303, 303]
    assert len(queries.of_ticket(scene.ticket)) == 1


@pytest.mark.parametrize("wrong", [{"at": "2599"}, {"at": ""}, {"who": "0"}, {"who": "x"}, {"ticket": ""}])
def test_nonsense_is_refused(app, client, clock, wrong):
    scene = leak(None)
    cast.signed_in(client, scene.agent)
    form = {"day": "2026-11-19", "ticket": scene.ticket.id, "who": scene.technician.id, "at": "0900", "key": new_key(), **wrong}
    assert client.post("/visits/board/book", data=form).status_code == 422


def test_blocks_say_their_state(app, browser, clock):
    scene = leak(VisitStatus.ON_SITE)
    late = make.visit(make.ticket(), cast.technician("赵磊"), wall.now() + timedelta(minutes=30), by=scene.agent)
    done = make.visit(make.ticket(), cast.technician("孙玉梅"), wall.now() + timedelta(minutes=30), by=scene.agent)
    take_to(done, VisitStatus.DONE)
    clock.move_to(late.starts_at + timedelta(minutes=20))
    page = as_(browser, scene.agent).visit("/visits/board")
    assert sorted(b.get("class").split()[1] for b in page.all(".block")) == ["block-done", "block-late", "block-working"]
    assert page.has("晚 20 分") and page.has("作业中")


def test_lunch_leave_and_days_off_are_drawn(app, browser, clock):
    boss, technician = cast.supervisor(), cast.technician()
    office_hours(technician, boss)
    roster.add_leave(technician, at(0), at(12, 30), by=boss)
    page = as_(browser, boss).visit(BOARD)
    assert page.has("午休") and page.has("请假，12:30 到岗")
    roster.set_hours(technician, [3], None, by=boss)
    assert as_(browser, boss).visit(BOARD).has("休息")


def test_whoever_cannot_stands_below_with_the_reason(app, browser, clock):
    scene = glass(certificate=True)
    certified(scene, until=date(2026, 11, 18))
    ticket = make.ticket(service=scene.service)
    page = as_(browser, scene.supervisor).visit(f"{BOARD}&ticket={ticket.id}")
    assert page.has("其他师傅，1 人") and page.has("玻璃证书") and page.has("没人能做")
    assert "确认派单" not in page.buttons()


def test_filters_choose_by_area_and_skill(app, browser, clock):
    scene, area = glass(), cast.area()
    near = cast.technician("赵磊", team=cast.team("浦东班组", area))
    certified(scene)
    browser = as_(browser, cast.agent())
    assert [n.text for n in browser.visit(f"{BOARD}&area={area.id}").all(".lane-name b")] == [near.name]
    assert [n.text for n in browser.visit(f"{BOARD}&skill={scene.skill.id}").all(".lane-name b")] == [scene.technician.name]
    assert browser.visit(f"{BOARD}&skill={scene.skill.id}&area={area.id}").has("没有符合条件的师傅")


def test_the_week_shows_how_much_everybody_has(app, browser, clock):
    scene = leak()
    office_hours(scene.technician, cast.supervisor())
    page = as_(browser, scene.agent).visit("/visits/board/week?day=2026-11-19")
    assert page.has("1 单") and len(page.all("thead th")) == 8


def test_a_supervisor_of_another_team_sees_that_somebody_is_busy_and_nothing_else(app, db, browser, clock):
    scene = leak()
    own, other = cast.team("浦东班组"), cast.team("静安班组")
    scene.ticket.team = other
    boss = cast.supervisor(company_wide=False, team=own, leads=True)
    page = as_(browser, boss).visit("/visits/board")
    assert page.has("有单") and not page.has(scene.ticket.title) and page.all("a.block") == []


def test_the_board_asks_again_and_shows_a_colleagues_booking_within_five_seconds(app, db, client, clock):
    """The region asks every 2.5 seconds: an answer without a body while nothing has changed, the new block at once."""
    scene = leak(None)
    cast.signed_in(client, scene.agent)
    first = client.get(BOARD + "&block=board", headers={"HX-Request": "true"})
    tag = first.headers["HX-PTag"]
    assert client.get(BOARD + "&block=board", headers={"HX-Request": "true", "HX-PTag": tag}).status_code == 304

    make.visit(scene.ticket, scene.technician, at(9), by=cast.agent("周敏"))
    again = client.get(BOARD + "&block=board", headers={"HX-Request": "true", "HX-PTag": tag})
    assert again.status_code == 200 and "block-asked" in again.get_data(as_text=True)
    assert 'data-live="fast"' in again.get_data(as_text=True)


def test_the_board_costs_the_same_statements_for_one_technician_and_for_sixty(app, db, client, clock):
    agent = cast.agent()
    cast.signed_in(client, agent)
    crowd(1, 1, THURSDAY, agent)
    ticket = make.ticket()
    db.commit()
    addresses = (BOARD, f"{BOARD}&ticket={ticket.id}", "/visits/board/week?day=2026-11-19", "/roster/")
    few = [statements(lambda a=a: client.get(a)) for a in addresses for _n in (1, 2)][1::2]
    crowd(59, 399, THURSDAY, agent)
    many = [statements(lambda a=a: client.get(a)) for a in addresses for _n in (1, 2)][1::2]
    assert many == few
    assert client.get(BOARD).get_data(as_text=True).count('class="block ') == 400


@pytest.mark.once
def test_one_changed_visit_draws_one_lane_anew(app, db, client, clock):
    agent = cast.agent()
    crowd(6, 18, THURSDAY, agent)
    visit = db.query(Visit).first()
    visit.ticket = make.ticket()
    db.commit()
    cast.signed_in(client, agent)
    client.get(BOARD)
    known = _lanes_drawn()
    answering.confirm(visit, by=customer_actor("郭女士"))
    db.commit()
    client.get(BOARD)
    assert [person_id for person_id, drawn in _lanes_drawn().items() if drawn is not known[person_id]] == [visit.technician_id]


def _lanes_drawn() -> dict:
    """Technician → the lane that was kept last."""
    return dict([table for key, table in lanes._tables._answers.items() if key[1] == "lane"][-1])


def test_whoever_comes_along_stands_in_both_lanes_and_in_no_other(app, db, browser, clock):
    """Lanes are kept: another second technician changes three of them."""
    scene, one, other = leak(None), cast.technician("赵磊"), cast.technician("孙玉梅")
    visit = actions.plan(scene.ticket, scene.technician, at(9), at(10), by=scene.agent, second=one)
    browser = as_(browser, scene.agent)
    shown = {name: 0 for name in (scene.technician.name, one.name, other.name)}
    for second, expected in ((one, (1, 1, 0)), (other, (1, 0, 1)), (None, (1, 0, 0))):
        actions.move(visit, scene.technician, at(9), at(10), by=scene.agent, second=second)
        db.commit()
        for lane in browser.visit(BOARD).all(".lane"):
            shown[lane.cssselect(".lane-name b")[0].text] = len(lane.cssselect(".block"))
        assert tuple(shown.values()) == expected


@pytest.mark.once
def test_what_is_to_be_given_out_is_found_along_an_index(app, db, clock):
    """Of a million tickets a few wait: nobody walks through all of them."""
    statement = waiting._query.__wrapped__(None, False).compile(db.get_bind(), compile_kwargs={"literal_binds": True})
    plan = [row.detail for row in db.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    assert [step for step in plan if step.startswith("SCAN ticket")] == []
    assert any("ix_ticket_queue (status=?" in step for step in plan)


def test_the_board_belongs_to_the_desk(app, client, clock):
    assert cast.signed_in(client, cast.technician()).get("/visits/board").status_code == 403


def test_what_the_board_has_drawn_is_drawn_anew_when_anything_on_it_changes(app, db, browser, clock):
    """Lanes and filters are kept: a booking, a leave, a title, a new skill and somebody else's eyes must all show at once."""
    scene, boss = leak(), cast.supervisor()
    browser = as_(browser, scene.agent)
    board = "/visits/board"
    assert browser.visit(board).has("空调漏水")
    scene.ticket.title = "阳台漏水"
    roster.add_skill(by=boss, name="玻璃", name_en="Glass")
    roster.add_leave(scene.technician, *wall.day_bounds(wall.today()), by=boss)
    db.commit()
    page = browser.visit(board)
    assert [page.has(w) for w in ("阳台漏水", "玻璃", "请假")] == [True] * 3
    actions.cancel(scene.visit, "客户改主意", by=scene.agent)
    db.commit()
    assert len(browser.visit(board).all(".block")) == 0
