"""Found by number, its beginning, its last four digits, name, initials and address; never an unmasking tool."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from portal.core import options
from portal.core.errors import TooMany
from portal.customers import queries
from tests import cast, make


@pytest.fixture
def people(app):
    make.customer("王建国", "13300004471")
    make.customer("李丽", "021-5555 1234 转 8", site={"region_code": "320506", "estate": "御景湾", "detail": "7 幢 1202"})
    return cast.agent()


@pytest.mark.parametrize(("text", "names"), [
    ("133 0000 4471", ["王建国"]), ("+86 133-0000-4471", ["王建国"]), ("１３３", ["王建国"]), ("4471", ["王建国"]), ("13", []),
    ("02155551234", ["李丽"]), ("021 5555", ["李丽"]), ("1234", ["李丽"]), ("王建国", ["王建国"]), ("建国", ["王建国"]),
    ("wjg", ["王建国"]),
    ("WJ", ["王建国"]), ("御景湾", ["李丽"]), ("苏州", ["李丽"]), ("1202", ["李丽"]), ("御景湾 7 幢", ["李丽"]), ("zzz", []),
    ("%", []), ("_", []),
    ("' OR 1=1 --", []), ("{{7*191}}", []), ("\"", []), ("*", []), ("9999", []), ("999", []),
])
def test_a_customer_is_found_in_every_usual_way(people, text, names):
    assert [c.name for c in queries.search(text, people)] == names


def test_a_number_of_the_town_is_found_without_its_area_code(people):
    options.put("customers.area_code", "021")
    assert [c.name for c in queries.by_phone("5555 1234")] == ["李丽"]


def test_searches_by_number_are_limited_and_others_are_not(app, people):
    app.extensions["sqlalchemy"].session.commit()
    app.config["PHONE_SEARCHES"] = 2
    client = cast.signed_in(app.test_client(), people)
    statuses = [client.get(f"/customers/?q={q}").status_code for q in ("133", "1330", "13300", "建国")]
    assert statuses == [200, 200, 429, 200]


def test_the_limit_is_said_in_words(app, people):
    app.config["PHONE_SEARCHES"] = 0
    with pytest.raises(TooMany):
        queries.search("133", people)


def test_results_are_masked(app, browser, people):
    cast.signed_in(browser.client, people)
    for path in ("/customers/?q=133", "/customers/lookup?phone=133", "/customers/lookup?phone=133&block=found"):
        body = browser.client.get(path).get_data(as_text=True)
        assert "133****4471" in body and "13300004471" not in body and "王建国" not in body and "601" not in body


def test_technicians_find_nobody(app, people):
    assert queries.search("王建国", cast.technician()) == []
    assert cast.signed_in(app.test_client(), cast.technician()).get("/customers/").status_code == 403


def test_the_list_is_paged_by_key_and_filtered(app, browser, people):
    for _ in range(52):
        make.customer(class_="key")
    cast.signed_in(browser.client, people)
    page = browser.visit("/customers/")
    assert len(page.all(".customer-row")) == 50
    assert len(browser.follow("下一页").all(".customer-row")) == 4
    assert len(browser.visit("/customers/?class=normal").all(".customer-row")) == 2
    assert len(browser.visit("/customers/?class=nonsense&at=%00&q=").all(".customer-row")) == 50


def test_the_list_costs_the_same_at_one_row_and_at_fifty(app, people):
    client = cast.signed_in(app.test_client(), people)
    client.get("/customers/")

    def cost() -> int:
        asked = []
        engine = app.extensions["sqlalchemy"].engine
        client.get("/customers/")  # what changed is read once and kept
        listen = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        client.get("/customers/")
        event.remove(engine, "before_cursor_execute", listen)
        return len([a for a in asked if a.startswith("SELECT")])

    few = cost()
    for _ in range(48):
        make.site(make.customer())
    assert cost() == few
