"""The one-time link for a new password: half an hour, once, the last one made."""

import pytest
from sqlalchemy import select

from portal.accounts import actions, passwords
from portal.accounts.models import Person, ResetLink
from portal.core.activity import Activity
from portal.core.errors import Forbidden
from tests import cast

NEW = "seven small paper boats"


@pytest.fixture
def lin(db):
    return cast.agent(username="linxiao", password=cast.PASSWORD)


@pytest.fixture
def token(db, lin):
    made = actions.make_reset_link(lin, by=cast.administrator())
    db.commit()
    return made


def test_a_link_sets_a_password_once_and_ends_every_session(app, browser, db, lin, token):
    other = cast.signed_in(app.test_client(), lin)
    page = browser.visit(f"/reset/{token}")
    assert page.has("林晓") and page.headers["Cache-Control"] == "no-store"
    page = browser.press("设置密码", new_password=NEW)
    assert page.path == "/sign-in" and page.has("新密码已生效")
    assert other.get("/me").status_code == 303
    assert passwords.matches(db.get(Person, lin.id).password_hash, NEW)
    assert browser.visit(f"/reset/{token}", status=404).has("链接已失效")
    assert browser.post(f"/reset/{token}", status=404, new_password=cast.PASSWORD)
    assert passwords.matches(db.get(Person, lin.id).password_hash, NEW)


def test_a_weak_password_does_not_use_the_link_up(browser, lin, token):
    browser.visit(f"/reset/{token}")
    assert browser.press("设置密码", status=422, new_password="linxiao1234").has("换一个")
    browser.press("设置密码", new_password=NEW)


def test_a_link_is_over_after_half_an_hour(browser, clock, db, lin):
    token = actions.make_reset_link(lin, by=cast.administrator())
    clock.shift(29 * 60)
    browser.visit(f"/reset/{token}")
    clock.shift(61)
    browser.visit(f"/reset/{token}", status=404)


def test_only_the_last_link_works(browser, db, lin, token):
    newer = actions.make_reset_link(lin, by=cast.administrator())
    browser.visit(f"/reset/{token}", status=404)
    browser.visit(f"/reset/{newer}")


def test_a_made_up_link_looks_like_one_that_is_over(client, lin, token):
    used = client.get("/reset/" + "A" * 43)
    assert used.status_code == 404
    for other in (token[:-1], token + "x", token.swapcase(), "1", "%00", "..%2f"):
        assert client.get(f"/reset/{other}").status_code == 404


def test_the_database_holds_only_the_hash(db, lin, token):
    row = db.scalars(select(ResetLink)).one()
    assert token not in row.token_hash and len(row.token_hash) == 64


def test_only_administrators_make_links_and_each_is_recorded(db, lin):
    for maker in (cast.agent, cast.technician, cast.supervisor, cast.analyst):
        with pytest.raises(Forbidden):
            actions.make_reset_link(lin, by=maker())
    boss = cast.administrator()
    actions.make_reset_link(lin, by=boss)
    row = db.scalars(select(Activity)).one()
    assert (row.verb, row.actor_id, row.subject_id, row.audience.value) == ("person.reset_link_made", boss.id, lin.id, "audit")


def test_the_link_of_a_disabled_person_does_not_open_the_door(client, db, lin, token):
    lin.active = False
    db.commit()
    assert client.post(f"/reset/{token}", data={"new_password": NEW}).status_code == 404
    assert client.post("/sign-in", data={"username": "linxiao", "password": NEW}).status_code == 422
