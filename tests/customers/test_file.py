"""The customer's file: masked, revealed on purpose, edited without losing either side."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.core.activity import Activity, Audience
from portal.customers import queries
from portal.customers.models import Customer
from tests import cast, make


@pytest.fixture
def agent(app, browser):
    person = cast.agent()
    cast.signed_in(browser.client, person)
    return person


def test_a_file_shows_personal_data_shortened(browser, agent):
    customer = make.customer("王建国", "13300004471", email="wang@example.com")

    page = browser.visit(f"/customers/{customer.id}")

    assert page.has("133****4471") and page.has("王**") and page.has("锦绣里 3 幢 ***") and page.has("w***@example.com")
    for hidden in ("13300004471", "王建国", "601", "wang@"):
        assert hidden not in page.body.decode()


@pytest.mark.parametrize(("what", "block", "shown"), [
    ("name", "profile", "王建国"), ("phone", "profile", "133 0000 4471"), ("address", "homes", "上海市浦东新区 锦绣里 3 幢 601"),
])
def test_what_is_revealed_is_shown_on_that_page_only_and_recorded(browser, agent, db, what, block, shown):
    customer = make.customer("王建国", "13300004471")
    what = {"phone": f"phone:{customer.phones[0].id}", "address": f"address:{customer.sites[0].id}"}.get(what, what)

    whole = browser.post(f"/customers/{customer.id}/reveal", what=what)
    swapped = browser.client.post(f"/customers/{customer.id}/reveal?block={block}", data={"what": what})

    assert whole.has(shown) and shown in swapped.get_data(as_text=True)
    assert not browser.visit(f"/customers/{customer.id}").has(shown)
    rows = db.scalars(select(Activity).where(Activity.verb == "customer.revealed")).all()
    assert [(r.actor_id, r.subject_id, r.audience, r.data) for r in rows] == [(agent.id, customer.id, Audience.AUDIT, {"what": what})] * 2
    assert all(r.address for r in rows)


def test_revealing_is_limited(app, browser, agent):
    app.config["REVEALS"] = 2
    customer = make.customer()
    for status in (200, 200, 429):
        browser.post(f"/customers/{customer.id}/reveal", status=status, what="name")


@pytest.mark.parametrize("role", ["analyst", "technician", "administrator"])
def test_others_reveal_nothing(app, browser, role):
    customer = make.customer("王建国")
    cast.signed_in(browser.client, getattr(cast, role)())
    answer = browser.client.post(f"/customers/{customer.id}/reveal", data={"what": "name"})
    assert answer.status_code in (403, 404) and "王建国" not in answer.get_data(as_text=True)


def test_what_belongs_to_another_customer_is_not_revealed(browser, agent):
    mine, other = make.customer(), make.customer("李丽", "13900001111")
    answer = browser.client.post(f"/customers/{mine.id}/reveal", data={"what": f"phone:{other.phones[0].id}"})
    assert answer.status_code == 404 and "1390" not in answer.get_data(as_text=True)


def test_a_customer_is_entered_with_number_and_home_once(browser, agent, db):
    browser.visit("/customers/new")
    home = {"province": "31", "city": "3101", "district": "310115", "estate": "锦绣里", "detail": "3 幢 601"}
    page = browser.press("录入客户", name="马丽", phone="133 0000 4471", **home)
    assert page.path.startswith("/customers/") and page.has("133****4471")
    customer = db.scalars(select(Customer)).one()
    assert (customer.name, customer.initials) == ("马丽", "ml")
    assert (customer.phones[0].e164, customer.sites[0].region_code) == ("+8613300004471", "310115")


def test_the_same_form_sent_twice_makes_one_customer(browser, agent, db):
    key = browser.visit("/customers/new").value("key")
    for _ in range(2):
        browser.post("/customers/new", key=key, name="马丽", phone="13300004471", class_="normal")
    assert len(db.scalars(select(Customer)).all()) == 1


def test_what_was_typed_is_kept_beside_its_refusal(browser, agent):
    browser.visit("/customers/new")
    page = browser.press("录入客户", status=422, name="马丽", phone="133")
    assert page.value("name") == "马丽" and page.value("phone") == "133"
    assert page.one("#phone").get("aria-invalid") == "true"


def test_the_region_lists_follow_each_other_without_scripts(browser, agent):
    browser.visit("/customers/new")
    page = browser.press("显示下一级", name="马丽", province="31")
    assert page.value("name") == "马丽" and "市辖区" in page.words("#city")
    page = browser.press("显示下一级", city="3101")
    assert "浦东新区" in page.words("#district")
    assert "浦东新区" in browser.swap("/customers/regions?province=31&city=3101", "region").text


def test_editing_keeps_what_is_hidden_and_records_the_change(browser, agent, db):
    customer = make.customer("王建国", email="wang@example.com")
    browser.visit(f"/customers/{customer.id}/edit")

    browser.press("保存", salutation="王先生", class_="key")

    changed = db.get(Customer, customer.id)
    assert (changed.name, changed.email, changed.salutation, changed.class_.value) == ("王建国", "wang@example.com", "王先生", "key")
    row = db.scalars(select(Activity).where(Activity.verb == "customer.changed")).one()
    assert row.data["changes"] == {"class_": ["normal", "key"], "salutation": ["", "王**"]}


def test_two_who_edit_at_once_see_both_versions(app, browser, agent, db):
    customer = make.customer("王建国", preference="短信")
    browser.visit(f"/customers/{customer.id}/edit")
    other = cast.signed_in(app.test_client(), cast.agent("周敏"))
    version = browser.page.value("version")
    other.post(f"/customers/{customer.id}/edit", data={"version": version, "class_": "key", "preference": "下午来电", "note": ""})

    page = browser.press("保存", status=409, preference="上午来电", class_="key")
    assert page.has("下午来电") and page.has("上午来电") and page.has("周敏")
    browser.press("按选择保存", **{"preference-keep": "theirs"})

    assert db.get(Customer, customer.id).preference == "下午来电"


def test_looking_does_not_make_an_open_form_stale(browser, agent, db):
    customer = make.customer()
    browser.visit(f"/customers/{customer.id}/edit")
    browser.client.post(f"/customers/{customer.id}/reveal", data={"what": "name"})
    browser.press("保存", preference="短信")
    assert db.get(Customer, customer.id).preference == "短信"


def test_numbers_and_homes_are_added_changed_and_taken_away(browser, agent, db):
    customer = make.customer("王建国", "13300004471")
    browser.visit(f"/customers/{customer.id}/phones/new")
    browser.press("录入号码", number="021-5555 1234 转 8", caller="母亲", site_id=customer.sites[0].id)
    second = db.get(Customer, customer.id).phones[1]
    assert (second.e164, second.extension, second.caller) == ("+862155551234", "8", "母亲")
    browser.visit(f"/customers/{customer.id}/phones/{second.id}/edit")
    browser.press("保存", caller="租客")
    browser.post(f"/customers/{customer.id}/phones/{second.id}/prefer")
    assert [p.caller for p in db.get(Customer, customer.id).phones] == ["租客", ""]
    browser.post(f"/customers/{customer.id}/phones/{second.id}/remove")
    browser.visit(f"/customers/{customer.id}/sites/new")
    browser.press("录入地址", province="31", city="3101", district="310104", estate="和平坊", detail="12 号 204", handover_on="2024-03-01")
    home = db.get(Customer, customer.id).sites[1]
    browser.visit(f"/customers/{customer.id}/sites/{home.id}/edit")
    browser.press("保存", access_notes="东门登记")
    browser.post(f"/customers/{customer.id}/sites/{home.id}/active", active="0")

    after = db.get(Customer, customer.id)
    assert [p.e164 for p in after.phones] == ["+8613300004471"]
    assert (after.sites[1].detail, after.sites[1].access_notes, after.sites[1].active, str(after.sites[1].handover_on)) == (
        "12 号 204", "东门登记", False, "2024-03-01")
    verbs = [a.verb for a in queries.history(after)][::-1]
    assert verbs == ["customer.created", "customer.phone_added", "customer.phone_changed", "customer.phone_preferred",
                     "customer.phone_removed", "site.added", "site.changed", "site.given_up"]


@pytest.mark.parametrize("person", ["analyst"])
def test_an_analyst_reads_and_changes_nothing(app, browser, person, db):
    customer = make.customer()
    cast.signed_in(browser.client, cast.analyst())
    assert "编辑" not in browser.visit(f"/customers/{customer.id}").text
    for path in ("edit", "merge", "phones/new", "sites/new"):
        browser.visit(f"/customers/{customer.id}/{path}", status=403)
        browser.post(f"/customers/{customer.id}/{path}", status=403)


def test_an_unknown_file_looks_like_one_that_is_not_yours(app, browser):
    make.customer()
    cast.signed_in(browser.client, cast.agent())
    browser.visit("/customers/999999", status=404)
    browser.visit("/customers/99999999999999999999999", status=404)
