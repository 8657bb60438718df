"""The options page: every knob with its reason, a form that checks it, every change recorded."""

from __future__ import annotations

import pytest
from flask import g
from sqlalchemy import select

from portal.admin import actions
from portal.core import options
from portal.core.activity import Activity
from portal.core.errors import Forbidden
from portal.core.options import OPTIONS
from tests import cast


@pytest.fixture
def administrator(app, browser):
    person = cast.administrator()
    cast.signed_in(browser.client, person)
    return person


def now(name: str):
    """The stored value, past what this test has read before."""
    g.pop("kept_mark", None)
    return options.value(name)


def test_every_option_is_listed_and_has_its_page(administrator, browser):
    page = browser.visit("/admin/options")
    for name, option in OPTIONS.items():
        assert page.has(str(option.words)), name
        browser.visit(f"/admin/options/{name}")


def test_a_change_is_kept_and_recorded_before_and_after(administrator, browser, db):
    browser.visit("/admin/options/followups.share")
    browser.press("保存", value="45")
    assert now("followups.share") == 0.45
    row = db.scalars(select(Activity).where(Activity.verb == "option.changed")).one()
    assert (row.actor_id, row.data) == (administrator.id, {"name": "followups.share", "before": 0.3, "after": 0.45})
    browser.visit("/admin/options/followups.share")
    browser.press("恢复默认")
    assert now("followups.share") == 0.3


@pytest.mark.parametrize(("name", "value"), [
    ("followups.share", "101"), ("followups.share", "nan"), ("followups.share", "x"), ("followups.attempts", "0"),
    ("followups.attempts", "21"), ("followups.attempts", "9" * 40), ("followups.attempts", ""), ("company.name", "x" * 201),
    ("company.name", "a\x00b"), ("company.name", "\u202eevil"),
])
def test_a_wrong_value_is_refused_in_words_and_kept(administrator, browser, name, value):
    browser.visit(f"/admin/options/{name}")
    before = options.value(name)
    page = browser.press("保存", status=422, value=value)
    assert page.all(".field-error") and now(name) == before


def test_two_at_once_see_both_values(administrator, browser):
    browser.visit("/admin/options/company.hotline")
    actions.change_option("company.hotline", "400 800 1111", by=administrator)
    page = browser.press("保存", status=409, value="400 800 2222")
    assert page.has("400 800 1111") and page.has("400 800 2222")
    browser.press("按选择保存", **{"value-keep": "theirs"})
    assert now("company.hotline") == "400 800 1111"


def test_nobody_else_changes_options(app, db):
    with pytest.raises(Forbidden):
        actions.change_option("company.name", "x", by=cast.supervisor())
    client = cast.signed_in(app.test_client(), cast.supervisor())
    assert client.get("/admin/options").status_code == 403
    assert client.post("/admin/options/company.name", data={"value": "x"}).status_code == 403
    assert options.value("company.name") != "x"


def test_an_unknown_option_is_not_found(administrator, browser):
    browser.visit("/admin/options/nothing.here", status=404)
    browser.post("/admin/options/nothing.here", status=404, value="1")
