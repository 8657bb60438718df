"""One's own page: look, password, devices, role."""

import pytest
from sqlalchemy import select

from portal.accounts import passwords, sessions
from portal.accounts.models import Person
from portal.core.activity import Activity
from tests import cast

NEW = "seven small paper boats"


@pytest.fixture
def lin(db, browser):
    person = cast.person(cast.Role.AGENT, cast.Role.SUPERVISOR, name="林晓", username="linxiao", phone="+8613300004471", password=cast.PASSWORD)
    cast.signed_in(browser.client, person)
    return person


def verbs(db):
    return db.scalars(select(Activity.verb).order_by(Activity.id)).all()


def test_the_page_shows_who_one_is_and_where_one_is_signed_in(browser, lin):
    page = browser.visit("/me")
    assert page.has("林晓") and page.has("133 0000 4471") and page.has("这台设备")
    assert {"退出登录", "修改密码", "保存外观"} <= set(page.buttons())


def test_language_theme_and_keys_are_kept(browser, db, lin):
    browser.visit("/me")
    page = browser.press("保存外观", language="en", theme="dark", keys_on=[])
    assert page.one("html").get("lang") == "en" and page.one("html").get("data-theme") == "dark" and page.one("html").get("data-keys") == "off"
    person = db.get(Person, lin.id)
    assert (person.language, person.theme.value, person.keys_on) == ("en", "dark", False)
    assert verbs(db) == []  # a preference is no event
    assert "This page was not found" in browser.client.get("/no-such-page").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/no-such-page", "/tickets/999999"])
def test_an_unknown_address_answers_in_the_readers_language_on_a_new_device(client, db, path):
    cast.signed_in(client, cast.administrator(language="en"))
    client.delete_cookie("language")
    assert '<html lang="en"' in client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("fields", [{"language": "xx"}, {"theme": "pink"}, {"language": "", "theme": ""}])
def test_a_look_that_does_not_exist_is_refused(browser, db, lin, fields):
    browser.visit("/me")
    browser.press("保存外观", status=422, **fields)
    assert db.get(Person, lin.id).theme.value == "auto"


def test_a_person_with_two_roles_changes_between_them(browser, db, lin):
    browser.visit("/me")
    page = browser.press("主管")
    assert page.path == "/dashboard"
    assert db.get(Person, lin.id).last_role.value == "supervisor"


def test_a_role_that_one_does_not_hold_changes_nothing(client, db):
    agent = cast.agent()
    cast.signed_in(client, agent)
    assert client.post("/role", data={"role": "administrator"}).headers["Location"] == "/tickets/"
    assert db.get(Person, agent.id).last_role.value == "agent"


def test_a_new_password_holds_and_other_devices_are_signed_out(app, browser, db, lin):
    other = cast.signed_in(app.test_client(), lin)
    browser.visit("/me")
    browser.press("修改密码", password=cast.PASSWORD, new_password=NEW)
    assert browser.visit("/me").status == 200
    assert other.get("/me").status_code == 303
    assert passwords.matches(db.get(Person, lin.id).password_hash, NEW)
    assert verbs(db) == ["person.password_changed"]


@pytest.mark.parametrize("new", [
    "short", "1234567890", "passwordpassword", "aaaaaaaaaaaa", "linxiao2024", "x" * 129, "", "          ",
])
def test_weak_passwords_are_refused_with_a_sentence(browser, db, lin, new):
    browser.visit("/me")
    page = browser.press("修改密码", status=422, password=cast.PASSWORD, new_password=new)
    assert page.all(".form-errors") and not (new.strip() and new in page.body.decode())
    assert passwords.matches(db.get(Person, lin.id).password_hash, cast.PASSWORD)


@pytest.mark.parametrize("new", ["x" * 30 + "绿水青山 no limits" + "y" * 40, "a b\tc d e f g h", "🐼🐼🎋🎋 panda eats bamboo", " leading blank and trailing "])
def test_any_characters_and_long_passwords_are_welcome(browser, db, lin, new):
    browser.visit("/me")
    browser.press("修改密码", password=cast.PASSWORD, new_password=new)
    assert passwords.matches(db.get(Person, lin.id).password_hash, new)


def test_the_present_password_is_asked_and_guesses_are_counted(client, db, lin):
    cast.signed_in(client, lin)
    form = {"password": "not the present one", "new_password": NEW}
    statuses = [client.post("/me/password", data=form).status_code for _ in range(10)]
    assert statuses == [422] * 8 + [429] * 2
    assert client.post("/me/password", data={**form, "password": cast.PASSWORD}).status_code == 429
    assert passwords.matches(db.get(Person, lin.id).password_hash, cast.PASSWORD)


def test_one_ends_one_s_own_sessions_one_by_one_or_all_others(app, browser, db, lin):
    others = [cast.signed_in(app.test_client(), lin) for _ in range(3)]
    page = browser.visit("/me")
    assert len(page.all("form[action$='/end']")) == 3
    first = page.all("form[action$='/end']")[0].get("action")
    browser.post(first)
    assert sorted(o.get("/me").status_code for o in others) == [200, 200, 303]
    browser.visit("/me")
    browser.press("退出其他所有设备")
    assert [o.get("/me").status_code for o in others] == [303] * 3
    assert browser.visit("/me").status == 200


def test_nobody_ends_the_session_of_another_person(app, client, db, lin):
    mine = sessions.open_of(lin)[0].id
    cast.signed_in(client, cast.agent())
    assert client.post(f"/me/sessions/{mine}/end").status_code == 404
    assert client.post("/me/sessions/999999/end").status_code == 404
    assert client.post("/me/sessions/99999999999999999999999/end").status_code == 404
    assert len(sessions.open_of(db.get(Person, lin.id))) == 1


def test_without_sign_in_nothing_of_the_page_is_shown(client, db):
    for path in ("/me", "/"):
        answer = client.get(path)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
    for path in ("/me/password", "/me/preferences", "/me/sessions/end-others", "/role", "/sign-out"):
        assert client.post(path).headers["Location"].startswith("/sign-in")


def test_a_swapped_region_of_somebody_signed_out_leads_to_the_sign_in(client, db):
    answer = client.get("/me", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["HX-Redirect"] == "/sign-in"


def test_the_language_switch_stays_on_the_page_and_needs_no_account(client, db):
    answer = client.post("/language", data={"language": "en", "next": "/sign-in?next=/me"})
    assert answer.headers["Location"] == "/sign-in?next=/me"
    assert "Sign in" in client.get("/sign-in").get_data(as_text=True)
    client.post("/language", data={"language": "tlh"})
    assert "Sign in" in client.get("/sign-in").get_data(as_text=True)
