"""Administrators look after people: each change is allowed, recorded, and leaves somebody who administers."""

import pytest
from sqlalchemy import event, select

from portal.accounts import people, queries, sessions
from portal.accounts.models import Person
from portal.core.access import Role
from portal.core.activity import Activity
from portal.core.errors import Forbidden
from tests import cast


@pytest.fixture
def boss(db):
    return cast.administrator(username="boss")


@pytest.fixture
def desk(browser, boss):
    cast.signed_in(browser.client, boss)
    return browser


@pytest.fixture
def queries_of(db):
    """How many statements a deed costs."""
    def count(deed):
        sent = []
        note = lambda *about: sent.append(about[2])  # noqa: E731
        event.listen(db.get_bind(), "before_cursor_execute", note)
        deed()
        event.remove(db.get_bind(), "before_cursor_execute", note)
        return len(sent)

    return count


def verbs(db):
    return list(db.scalars(select(Activity.verb).where(Activity.verb != "person.signed_in").order_by(Activity.id)))


def test_a_new_person_gets_roles_teams_and_a_link_for_the_first_password(desk, db):
    team = cast.team("浦东班组")
    desk.visit("/admin/people/new")
    page = desk.press("添加", name="王建国", username="WangJG", phone="139 0001 0007", roles=["technician", "agent"], teams=[team.id])
    made = queries.named("wangjg")[0]
    assert page.words("h1") == "王建国"
    assert (made.phone, made.roles, made.team_ids, made.initials) == ("+8613900010007", {Role.TECHNICIAN, Role.AGENT}, {team.id}, "wjg")
    page = desk.press("生成一次性链接")
    link = page.words("#reset-link")
    assert link.startswith("http://localhost/reset/")
    fresh = desk.app.test_client()
    assert fresh.post(link, data={"new_password": "a river of quiet tea"}).status_code == 303
    assert fresh.post("/sign-in", data={"username": "wangjg", "password": "a river of quiet tea"}).status_code == 303
    assert verbs(db)[:3] == ["person.added", "person.reset_link_made", "person.password_reset"]


def test_the_same_form_sent_twice_makes_one_person(desk, db):
    desk.visit("/admin/people/new")
    key = desk.page.value("key")
    for _ in range(2):
        desk.post("/admin/people/new", key=key, name="林晓", username="linxiao", roles="agent")
    assert len(queries.named("linxiao")) == 1


@pytest.mark.parametrize("wrong, sentence", [
    ({"name": ""}, "姓名"), ({"username": "a b"}, "2–40"), ({"username": "13900010007"}, "2–40"), ({"phone": "12"}, "数字"),
    ({"roles": []}, "至少选一个角色"), ({"email": "nonsense"}, "name@example.com"), ({"name": "x" * 61}, "60"), ({"name": "a\x00b"}, "控制字符"),
    ({"username": "boss"}, "已有人用"), ({"roles": ["system"]}, "不在可选范围"), ({"teams": ["99999999999999999999"]}, "可选"), ({"teams": ["x"]}, "可选"),
])
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(desk, db, wrong, sentence):
    cast.team()
    desk.visit("/admin/people/new")
    page = desk.press("添加", status=422, **{"name": "王建国", "username": "wang", "roles": ["agent"], "email": "", **wrong})
    assert any(sentence in " ".join(e.text_content().split()) for e in page.all(".field-error"))
    assert page.value("name" if "name" not in wrong else "username")
    assert queries.named("wang") == []


def test_changes_are_recorded_with_before_and_after(desk, db):
    person = cast.agent(username="linxiao")
    desk.visit(f"/admin/people/{person.id}")
    desk.press("保存", roles=["agent", "supervisor"], company_wide="y")
    row = db.scalars(select(Activity).where(Activity.verb == "person.changed")).one()
    assert row.data["before"] == {"company_wide": False, "roles": ["agent"]}
    assert row.data["after"] == {"company_wide": True, "roles": ["agent", "supervisor"]}
    assert row.audience.value == "audit" and row.actor_name == "周敏"
    assert desk.visit("/admin/audit?kind=people").has("客服 → 客服、主管")


def test_a_change_without_a_difference_leaves_no_record(desk, db):
    person = cast.agent()
    desk.visit(f"/admin/people/{person.id}")
    desk.press("保存")
    assert verbs(db) == []


def test_two_administrators_who_edit_at_once_see_both_versions(desk, db, boss):
    person = cast.agent(name="林晓")
    desk.visit(f"/admin/people/{person.id}")
    people.change(person, by=boss, name="林小晓", roles={Role.AGENT, Role.ANALYST})
    page = desk.press("保存", status=409, name="林晓晓")
    assert page.has("林小晓") and page.has("林晓晓") and page.has("周敏")
    db.expire_all()
    assert queries.find_person(person.id).name == "林小晓"
    desk.press("按选择保存", **{"roles-keep": "theirs"})
    db.expire_all()
    assert (queries.find_person(person.id).name, queries.find_person(person.id).roles) == ("林晓晓", {Role.AGENT, Role.ANALYST})


def test_disabling_ends_every_session_at_once_and_can_be_undone(desk, app, db):
    person = cast.agent(password=cast.PASSWORD, username="linxiao")
    theirs = cast.signed_in(app.test_client(), person)
    assert theirs.get("/me").status_code == 200
    desk.visit(f"/admin/people/{person.id}")
    desk.press("停用并退出登录")
    assert theirs.get("/me").status_code == 303
    assert sessions.open_of(queries.find_person(person.id)) == []
    assert theirs.post("/sign-in", data={"username": "linxiao", "password": cast.PASSWORD}).status_code == 422
    desk.press("重新启用", within="main ~ aside")
    assert theirs.post("/sign-in", data={"username": "linxiao", "password": cast.PASSWORD}).status_code == 303


def test_the_last_active_administrator_is_neither_disabled_nor_demoted(desk, db, boss):
    cast.person(Role.ADMINISTRATOR, name="罗平", active=False)
    page = desk.post(f"/admin/people/{boss.id}/disable", status=422)
    assert page.has("没有别的在用管理员了")
    desk.visit(f"/admin/people/{boss.id}")
    page = desk.press("保存", status=422, roles=["agent"])
    assert page.has("没有别的在用管理员了")
    db.expire_all()
    assert queries.find_person(boss.id).active and Role.ADMINISTRATOR in queries.find_person(boss.id).roles
    assert verbs(db) == []


def test_a_lost_role_counts_from_the_next_request_on(desk, app, db):
    person = cast.person(Role.AGENT, Role.ADMINISTRATOR)
    theirs = cast.signed_in(app.test_client(), person)
    assert theirs.get("/admin/people/").status_code == 200
    desk.visit(f"/admin/people/{person.id}")
    desk.press("保存", roles=["agent"])
    assert theirs.get("/admin/people/").status_code == 403


@pytest.mark.parametrize("role", [cast.agent, cast.technician, cast.supervisor, cast.analyst])
def test_nobody_else_opens_or_changes_people(client, db, boss, role):
    cast.signed_in(client, role())
    for address in ("/admin/", "/admin/people/", "/admin/people/new", f"/admin/people/{boss.id}", "/admin/teams/", "/admin/access", "/admin/audit"):
        answer = client.get(address)
        assert answer.status_code == 403 and "周敏" not in answer.get_data(as_text=True)
    for address in ("new", f"{boss.id}", f"{boss.id}/disable", f"{boss.id}/enable", f"{boss.id}/reset-link"):
        assert client.post(f"/admin/people/{address}", data={"name": "x", "username": "xx", "roles": "administrator"}).status_code == 403
    with pytest.raises(Forbidden):
        people.disable(boss, by=role())
    assert db.get(Person, boss.id).active


def test_an_unknown_person_is_not_found(desk):
    for address in ("/admin/people/999999", "/admin/people/99999999999999999999999", "/admin/people/-1", "/admin/people/x"):
        desk.visit(address, status=404)


def test_the_list_finds_by_name_initials_number_and_filters(desk, db):
    team = cast.team("静安班组")
    cast.technician(name="刘长河", username="lch", phone="+8613900010022", team=team)
    cast.agent(name="林晓")
    for question in ("q=刘长", "q=lch", "q=0022", "role=technician", f"team={team.id}"):
        page = desk.visit(f"/admin/people/?{question}")
        assert page.has("刘长河") and not page.has("林晓"), question
    for nonsense in ("q=%25", "q=_", "role=x&team=99999999999999999999", "at=x", "q=' OR 1=1"):
        desk.visit(f"/admin/people/?{nonsense}")
    assert not desk.visit("/admin/people/?show=disabled").has("刘长河")


def test_the_list_costs_the_same_queries_at_one_and_at_fifty_people(desk, db, queries_of):
    cast.agent(team=cast.team("静安班组"))
    few = queries_of(lambda: desk.visit("/admin/people/"))
    team = cast.team("浦东班组")
    for _ in range(49):
        cast.technician(team=team)
    assert queries_of(lambda: desk.visit("/admin/people/")) == few
