"""Visits that end otherwise: a specialist is needed, or nobody opened the door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.core import clock as wall
from portal.core import options
from portal.core.db import db as database
from portal.core.errors import Refused, WrongState
from portal.notifications.models import Notice
from portal.roster import actions as roster
from portal.roster.models import Level
from portal.tickets.models import ClockKind, Status
from portal.visits import actions, candidates, needing, planning, proof, queries, undoing, waiting
from portal.visits.booking import BadWindow
from portal.visits.candidates import Job
from portal.visits.models import VisitStatus
from portal.visits.options import DOOR_PHOTO_NEEDED
from tests import cast
from tests.visits.scene import leak, photo
from tests.visits.test_outbox import Phone, picture
from tests.visits.test_pages import as_

S = VisitStatus
HOUR = timedelta(hours=1)


def glass() -> tuple:
    """(scene with a visit on site, the skill, who has it)."""
    scene, keeper = leak(S.ON_SITE), cast.supervisor()
    skill = roster.add_skill(name="玻璃", name_en="Glass", by=keeper)
    able = cast.technician("何志强")
    roster.grant(able, skill, Level.SKILLED, by=keeper)
    database.session.commit()
    return scene, skill, able


def needs_specialist(scene, skill):
    actions.finish(scene.visit, S.NEEDS_SPECIALIST, "拆开看过", "中空玻璃要换，我不会", skill=skill, by=scene.technician)
    database.session.commit()


def test_the_ticket_goes_back_and_the_desk_hears_which_skill(app, db, clock):
    scene, skill, _able = glass()
    needs_specialist(scene, skill)
    assert (scene.visit.status, scene.ticket.status, scene.ticket.visit_state) == (S.NEEDS_SPECIALIST, Status.ACCEPTED, "")
    notice = db.query(Notice).filter_by(person_id=scene.agent.id).order_by(Notice.id.desc()).first()
    assert (notice.data["skill"], notice.url) == (skill.word, f"/visits/board?ticket={scene.ticket.id}")
    assert [c for c in scene.ticket.clocks if c.clock is ClockKind.RESULT and c.due_at]


def test_only_whoever_has_the_skill_is_offered_next(app, clock, chinese):
    scene, skill, able = glass()
    needs_specialist(scene, skill)
    found = {c.person.id: c.obstacle for c in candidates.for_day(Job.of(scene.ticket, HOUR), wall.today() + timedelta(days=1))}
    assert found[able.id] is None
    assert found[scene.technician.id].words == "无玻璃技能"
    assert [w.needs for w in waiting.listed(scene.agent) if w.ticket_id == scene.ticket.id] == ["玻璃"]
    assert [w.ticket_id for w in waiting.listed(scene.agent, skill_id=skill.id)] == [scene.ticket.id]


def test_a_beginner_in_it_is_no_specialist(app, clock, chinese):
    scene, skill, _able = glass()
    beginner = cast.technician("小李")
    roster.grant(beginner, skill, Level.TRAINEE, by=cast.supervisor())
    needs_specialist(scene, skill)
    start = wall.now() + timedelta(days=1)
    with pytest.raises(BadWindow):
        planning.check(beginner, start, start + HOUR, needs=needing.needs_of(scene.ticket))


def test_once_a_specialist_has_been_there_nothing_more_is_asked(app, clock):
    scene, skill, able = glass()
    needs_specialist(scene, skill)
    start = wall.now() + timedelta(days=1)
    again = actions.plan(scene.ticket, able, start, start + HOUR, by=scene.agent)
    clock.shift(24 * 3600)
    for step in (actions.accept, actions.set_off, actions.arrive):
        step(again, by=able)
    assert needing.wanted_of(scene.ticket).id == skill.id
    actions.finish(again, S.PARTLY_DONE, "换了一半", "缺一块", by=able)
    assert needing.wanted_of(scene.ticket) is None


@pytest.mark.once
@pytest.mark.parametrize("at", [S.ACCEPTED, S.ON_THE_WAY, S.DONE])
def test_it_is_found_on_site_only(app, clock, at):
    scene = leak(at)
    with pytest.raises(WrongState):
        actions.finish(scene.visit, S.NEEDS_SPECIALIST, "", "不会", by=scene.technician)


@pytest.mark.once
def test_it_needs_words(app, clock):
    scene = leak(S.ON_SITE)
    with pytest.raises(Refused):
        actions.finish(scene.visit, S.NEEDS_SPECIALIST, "", " ", by=scene.technician)


@pytest.mark.once
def test_undone_it_asks_for_nothing(app, clock):
    scene, skill, _able = glass()
    needs_specialist(scene, skill)
    undoing.undo(scene.visit, by=scene.technician)
    assert (scene.visit.status, scene.visit.skill_id, needing.wanted_of(scene.ticket)) == (S.ON_SITE, None, None)


def test_the_form_asks_for_the_skill_and_the_panel_names_it(app, browser, clock):
    scene, skill, _able = glass()
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}/finish")
    page = browser.press("完成这单", status=422, outcome="needs_specialist", reason="要换中空玻璃")
    assert page.has("选择需要的技能。")
    browser.press("完成这单", outcome="needs_specialist", reason="要换中空玻璃", skill=skill.id)
    assert as_(browser, scene.agent).visit(f"/visits/of-ticket/{scene.ticket.id}").has("需要玻璃技能")


def test_without_access_the_door_is_photographed(app, browser, clock):
    scene = leak(S.ON_SITE)
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}/finish")
    assert browser.press("完成这单", status=422, outcome="no_access", reason="没人应门", waited=20).has("拍一张门口照片。")
    browser.press("完成这单", outcome="no_access", reason="没人应门", waited=20, photos=("门.jpg", photo()))
    assert [p.slot for p in queries.photos_of(scene.visit)] == [proof.ACCESS]
    assert as_(browser, scene.agent).visit(f"/visits/{scene.visit.id}").has("门口照片")


def test_from_an_outbox_the_door_comes_along_and_a_broken_camera_can_be_allowed(app, db, clock):
    scene, other = leak(S.ON_THE_WAY), leak(S.ON_THE_WAY)
    said = {"outcome": "no_access", "reason": "没人应门", "waited": "20"}
    phone = Phone(app, scene.technician)
    assert phone.send(scene.visit, "finish", **said).json["state"] == "refused"
    assert phone.send(scene.visit, "finish", **said, **picture()).json["state"] == "done"
    options.put(DOOR_PHOTO_NEEDED, False)
    db.commit()
    assert Phone(app, other.technician).send(other.visit, "finish", **said).json["state"] == "done"
