"""Administrators keep the catalogue; nothing is deleted, every change is on the audit trail."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from portal.catalogue import actions, queries
from portal.catalogue.models import Category, Cause, Impact, Kind, Priority, Service, StandardItem, Urgency
from portal.core.activity import Activity
from portal.core.db import db as database
from portal.core.errors import Forbidden
from tests import cast, make


@pytest.fixture
def administrator(app, browser):
    make.catalogue()
    person = cast.administrator()
    cast.signed_in(browser.client, person)
    return person


def changes(db, verb: str = "catalogue.changed") -> list[dict]:
    return [r.data for r in db.scalars(select(Activity).where(Activity.verb == verb).order_by(Activity.id))]


@pytest.mark.parametrize("path", ["", "services/1", "services/new", "services/1/items/1", "problems", "problems/1", "problems/1/new",
                                  "kinds", "stages", "causes", "kinds/repair", "causes/1", "priorities"])
def test_every_page_of_the_catalogue_opens_for_administrators_only(app, administrator, browser, path):
    browser.visit(f"/admin/catalogue/{path}")
    for role in (cast.agent, cast.supervisor, cast.analyst, cast.technician):
        client = cast.signed_in(app.test_client(), role())
        assert client.get(f"/admin/catalogue/{path}").status_code == 403
        assert client.post(f"/admin/catalogue/{path}").status_code in (403, 405)


def test_a_service_with_its_standard_is_entered_and_put_in_order(administrator, browser, db):
    browser.visit("/admin/catalogue/services/new")
    browser.press("保存", name="地毯清洗", name_en="Carpet cleaning", group="special", minutes="90")
    made = db.scalars(select(Service).where(Service.name == "地毯清洗")).one()
    for name in ("吸尘", "清洗"):
        browser.visit(f"/admin/catalogue/services/{made.id}/items/new")
        browser.press("保存", name=name, kind="check")
    browser.visit(f"/admin/catalogue/services/{made.id}/items/new")
    browser.press("保存", status=422, name="作业后", kind="photo", minimum="2")
    browser.press("保存", slot="after")

    items = db.get(Service, made.id).items
    browser.post(f"/admin/catalogue/services/{made.id}/items/{items[2].id}/up")
    db.expire_all()

    assert [(i.name, i.minimum, i.position) for i in db.get(Service, made.id).items] == [("吸尘", 0, 0), ("作业后", 2, 1), ("清洗", 0, 2)]
    assert len(changes(db, "catalogue.added")) == 4 and len(changes(db, "catalogue.moved")) == 1


def test_an_item_is_switched_off_and_recorded(administrator, browser, db):
    item = db.scalars(select(StandardItem)).first()
    browser.visit(f"/admin/catalogue/services/{item.service_id}/items/{item.id}")
    browser.post(browser.page.path, version=item.version, name=item.name, name_en=item.name_en, kind="check", required="y")
    assert db.get(StandardItem, item.id).active is False
    assert changes(db)[-1]["changes"] == {"active": [True, False]}


def test_two_problems_cannot_have_the_same_digit(administrator, browser, db):
    root = queries.roots()[0]
    browser.visit(f"/admin/catalogue/problems/{root.id}")
    page = browser.press("保存", status=422, digit="2")
    assert page.one("#digit").get("aria-invalid") == "true"
    assert db.get(Category, root.id).digit == 1


def test_a_branch_is_added_below_its_root(administrator, browser, db):
    root = queries.roots()[0]
    browser.visit(f"/admin/catalogue/problems/{root.id}/new")
    browser.press("保存", name="窗台没擦", name_en="Sill not wiped", kind_code="rework")
    assert db.scalars(select(Category).where(Category.name == "窗台没擦")).one().parent_id == root.id


def test_a_kind_gets_a_code_and_the_last_one_stays(administrator, browser, db):
    browser.visit("/admin/catalogue/kinds/new")
    browser.press("保存", name="表扬", name_en="Praise")
    assert db.get(Kind, "praise").position == 6
    for kind in queries.kinds():
        if kind.code != "praise":
            actions.change(kind, by=administrator, active=False)
    with pytest.raises(actions.LastOne):
        actions.change(db.get(Kind, "praise"), by=administrator, active=False)


def test_causes_are_added_renamed_and_moved(administrator, browser, db):
    browser.visit("/admin/catalogue/causes/new")
    browser.press("保存", name="台风")
    made = db.scalars(select(Cause).where(Cause.name == "台风")).one()
    browser.visit(f"/admin/catalogue/causes/{made.id}")
    browser.press("保存", name="台风天气")
    browser.post(f"/admin/catalogue/causes/{made.id}/up")
    db.expire_all()
    assert [c.name for c in queries.causes()][-2:] == ["台风天气", "误报，没有问题"]


def test_the_table_of_priorities_is_changed_cell_by_cell(administrator, browser, db):
    browser.visit("/admin/catalogue/priorities")
    browser.press("保存", can_wait_room="normal")
    assert queries.priority_of(Urgency.CAN_WAIT, Impact.ROOM) == Priority.NORMAL
    assert [(r["before"], r["after"]) for r in changes(db, "catalogue.priority_changed")] == [("low", "normal")]


@pytest.mark.parametrize("path", ["services/1", "problems/1", "kinds/repair", "causes/1"])
def test_two_administrators_at_once_see_both_names(app, administrator, browser, path):
    browser.visit(f"/admin/catalogue/{path}")
    other = cast.signed_in(app.test_client(), cast.administrator("吴刚"))
    names = ("version", "name_en", "group", "minutes", "urgency", "impact", "digit", "icon", "kind_code")
    fields = {n: browser.page.value(n) or "" for n in names}
    other.post(f"/admin/catalogue/{path}", data={**fields, "name": "别人改的", "active": "y"})

    page = browser.press("保存", status=409, name="我改的")

    assert page.has("别人改的") and page.has("我改的") and page.has("吴刚")
    assert browser.press("按选择保存").status == 200
    assert browser.visit(f"/admin/catalogue/{path}").value("name") == "我改的"


def test_only_administrators_change_the_catalogue(app, db):
    make.catalogue()
    for act in (
        lambda: actions.add(Cause(name="x"), by=cast.agent()),
        lambda: actions.change(queries.causes()[0], by=cast.supervisor(), name="x"),
        lambda: actions.move(queries.causes()[0], queries.causes(), True, by=cast.analyst()),
        lambda: actions.set_priorities({}, by=cast.technician()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_unknown_rows_are_not_found(administrator, browser):
    for path in ("services/999", "services/1/items/999", "services/2/items/1", "problems/999", "kinds/nothing", "causes/999", "causes/%00"):
        browser.visit(f"/admin/catalogue/{path}", status=404)


def test_lists_cost_the_same_however_long_they_are(app, administrator, browser):
    def cost(path: str) -> int:
        asked = []
        engine = app.extensions["sqlalchemy"].engine
        browser.client.get(path)  # what changed is read once and kept
        listen = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        browser.client.get(path)
        event.remove(engine, "before_cursor_execute", listen)
        return len([a for a in asked if a.startswith("SELECT")])

    paths = ("/admin/catalogue/", "/admin/catalogue/problems", "/admin/catalogue/causes", "/admin/catalogue/services/1")
    few = [cost(p) for p in paths]
    for n in range(30):
        actions.add(Service(name=f"项目{n}", group="indoor", items=[]), by=administrator)
        actions.add(Category(name=f"问题{n}", parent_id=1), by=administrator)
        actions.add(Cause(name=f"原因{n}"), by=administrator)
        actions.add(StandardItem(name=f"条目{n}", service_id=1), by=administrator)
    database.session.commit()
    assert all(cost(path) <= before + 2 for path, before in zip(paths, few, strict=True))
