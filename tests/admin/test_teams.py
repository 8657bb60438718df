"""Teams and areas: who belongs together and which districts they serve."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Area, Team
from portal.core.activity import Activity
from tests import cast


@pytest.fixture
def desk(browser, db):
    cast.signed_in(browser.client, cast.administrator())
    return browser


def test_a_team_and_its_area_are_entered_and_changed(desk, db):
    desk.visit("/admin/areas/new")
    desk.press("保存", name="浦东", name_en="Pudong", regions="浦东新区，310104")
    area = db.scalars(select(Area)).one()
    assert area.regions == "310115 310104"
    desk.visit("/admin/teams/new")
    page = desk.press("保存", name="浦东班组", areas=[area.id])
    assert page.has("上海市浦东新区、上海市徐汇区")
    team = db.scalars(select(Team)).one()
    desk.visit(f"/admin/teams/{team.id}")
    desk.press("保存", name="浦东一站", areas=[])
    rows = db.scalars(select(Activity).order_by(Activity.id)).all()
    assert [r.verb for r in rows] == ["area.added", "team.added", "team.changed"]
    assert rows[-1].data == {"before": {"name": "浦东班组", "areas": ["浦东"]}, "after": {"name": "浦东一站", "areas": []}}


@pytest.mark.parametrize("typed, sentence", [("火星区", "没有「火星区」"), ("朝阳区", "不止一处"), ("310115 999999", "没有「999999」")])
def test_a_district_that_is_not_clear_is_refused_with_a_sentence(desk, typed, sentence):
    desk.visit("/admin/areas/new")
    page = desk.press("保存", status=422, name="片区", regions=typed)
    assert sentence in page.words(".field-error") and page.one("textarea").text.strip() == typed


def test_a_team_with_people_stays_at_work(desk, db):
    team = cast.team()
    cast.technician(team=team)
    desk.visit(f"/admin/teams/{team.id}")
    form = {"name": "浦东班组", "version": team.version}
    page = desk.post(f"/admin/teams/{team.id}", status=422, **form)
    assert page.has("班组里还有人")
    db.expire_all()
    assert team.active


def test_two_who_change_an_area_at_once_see_both_versions(desk, db):
    area = cast.area()
    desk.visit(f"/admin/areas/{area.id}")
    area.name = "川沙"
    db.commit()
    page = desk.press("保存", status=409, name="金桥")
    assert page.has("川沙") and page.has("金桥")
    desk.press("按选择保存", **{"name-keep": "theirs"})
    db.expire_all()
    assert area.name == "川沙"


def test_the_same_team_form_sent_twice_makes_one_team(desk, db):
    desk.visit("/admin/teams/new")
    key = desk.page.value("key")
    for _ in range(2):
        desk.post("/admin/teams/new", key=key, name="静安班组")
    assert len(db.scalars(select(Team)).all()) == 1


def test_an_unknown_team_or_area_is_not_found(desk):
    desk.visit("/admin/teams/999", status=404)
    desk.visit("/admin/areas/999", status=404)
