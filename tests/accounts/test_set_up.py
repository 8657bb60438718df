"""The first administrator of an empty portal."""

import stat
from pathlib import Path

import pytest
from flask_babel import lazy_gettext
from sqlalchemy import func, select

from portal.accounts import actions, setup
from portal.accounts.models import Person
from portal.accounts.options import NAME
from portal.catalogue.models import Category, Service
from portal.core import options
from portal.core.activity import Activity
from portal.core.i18n import in_companys_language
from portal.tickets.models import ClockPolicy
from tests import cast

PASSWORD = "four quiet bamboo poles"


@pytest.fixture
def empty(app, db):
    """A portal whose every page leads to the set-up page."""
    app.config["SET_UP_PAGE"] = True
    app.config.pop("SOMEBODY_IS_HERE", None)
    yield app
    setup.done()


def filled(**other):
    return {"code": setup.code(), "company": "青石家居", "name": "周敏", "username": "ZhouMin", "new_password": PASSWORD, "language": "zh_CN", **other}


def test_every_page_of_an_empty_portal_leads_to_the_set_up(empty, client):
    for rule in empty.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments and rule.endpoint not in setup.OPEN:
            assert client.get(rule.rule).headers["Location"] == "/set-up", rule.rule
    assert client.get("/healthz").status_code == 200
    assert client.post("/sign-in", data={"username": "a", "password": "b"}).headers["Location"] == "/set-up"


def test_the_console_shows_a_code_that_only_the_owner_of_the_machine_can_read(empty):
    line = setup.console_line()
    path = Path(empty.config["INSTANCE"]) / "set-up-code"
    assert setup.code() in line and "/set-up" in line
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(setup.code().replace("-", "")) == 16


def test_the_first_administrator_comes_in_and_finds_everything_filled_in(empty, browser, db):
    browser.visit("/")
    page = browser.press("建立", **filled())
    assert page.path == "/admin/"
    person = db.scalars(select(Person)).one()
    assert (person.username, person.name, {r.value for r in person.roles}) == ("zhoumin", "周敏", {"administrator"})
    assert options.value(NAME) == "青石家居"
    for model in (Service, Category, ClockPolicy):
        assert db.scalar(select(func.count()).select_from(model)) > 0
    assert db.scalars(select(Activity.verb).order_by(Activity.id)).all() == ["company.set_up", "person.signed_in"]
    assert not (Path(empty.config["INSTANCE"]) / "set-up-code").exists() and setup.console_line() is None


def test_the_set_up_is_over_as_soon_as_somebody_has_an_account(empty, client, db):
    code = setup.code()
    cast.agent()
    assert client.get("/set-up").headers["Location"] == "/"
    assert client.post("/set-up", data=filled(code=code)).headers["Location"] == "/"
    assert db.scalar(select(func.count()).select_from(Person)) == 1
    with pytest.raises(actions.AlreadySetUp):
        actions.set_up("other", "Other", "hash", "Other", "en")


@pytest.mark.parametrize("fields", [
    {"code": "AAAA-BBBB-CCCC-DDDD"}, {"code": ""}, {"code": "ＡＡＡＡ"}, {"new_password": "short"}, {"new_password": "青石家居1234"},
    {"company": " "}, {"name": ""}, {"username": "13300004471"}, {"username": "a b"}, {"language": "tlh"}, {"company": "x\x00y"},
])
def test_a_wrong_set_up_is_refused_and_what_was_typed_stays(empty, browser, db, fields):
    browser.visit("/set-up")
    page = browser.press("建立", status=422, **filled(**fields))
    assert page.all(".form-errors") and page.value("new_password") == ""
    assert "name" in fields or page.value("name") == "周敏"
    assert db.scalar(select(func.count()).select_from(Person)) == 0


def test_guessing_the_code_is_slowed_down_even_with_the_right_one(empty, client):
    guesses = [client.post("/set-up", data=filled(code="AAAA-AAAA-AAAA-AAAA")).status_code for _ in range(11)]
    assert guesses == [422] * 10 + [429]
    assert client.post("/set-up", data=filled()).status_code == 429


def test_the_code_is_read_however_it_is_typed(empty):
    assert setup.is_code(setup.code().lower().replace("-", " "))
    assert not setup.is_code("") and not setup.is_code("---")


def test_extra_fields_make_nobody_more(empty, client, db):
    client.post("/set-up", data=filled(roles="agent", company_wide="1", active="", id="77", created_at="2000-01-01"))
    person = db.scalars(select(Person)).one()
    assert (person.id, person.company_wide, person.active, person.created_at.year > 2000) == (1, False, True, True)


def test_a_company_that_is_set_up_in_english_speaks_english(empty, browser, db):
    from portal.macros.models import Macro
    from portal.replies.models import ReplyTemplate

    browser.visit("/")
    browser.press("建立", **filled(language="en", company="Willow Homes"))
    browser.client.delete_cookie("language")
    assert browser.visit("/request").one("html").get("lang") == "en"
    assert browser.visit("/admin/options").has("EN")
    for words in (*db.scalars(select(Macro.name)), *db.scalars(select(ReplyTemplate.name)), *db.scalars(select(ReplyTemplate.body))):
        assert words.isascii() or "“" in words, words
    with in_companys_language():
        assert str(lazy_gettext("Sign in")) == "Sign in"
