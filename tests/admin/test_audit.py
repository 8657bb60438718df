"""The audit trail: whose data did somebody reveal or export between two days is one question (trust.md, T24)."""

from datetime import timedelta

import pytest

from portal.core import clock
from portal.customers import actions as customers
from tests import cast, make


@pytest.fixture
def desk(browser, db):
    cast.signed_in(browser.client, cast.administrator())
    return browser


def test_whose_data_somebody_revealed_between_two_days_is_one_question(desk, db, clock_at):
    lin, he = cast.agent(name="林晓"), cast.agent(name="何川")
    before, during, after = (make.customer(name) for name in ("王建国", "欧阳静", "赵铁柱"))
    for days, customer, by in ((9, before, lin), (5, during, lin), (5, after, he), (1, after, lin)):
        with clock_at(days):
            customers.reveal(customer, "name", by=by)
    first, last = (clock.today() - timedelta(days=n) for n in (6, 4))
    page = desk.visit(f"/admin/audit?person={lin.id}&kind=data&first={first}&last={last}")
    rows = page.all("tbody tr")
    assert len(rows) == 1
    assert page.has("林晓") and "欧阳静" not in page.text and page.words("tbody tr td:nth-child(3) b").endswith("**")
    assert page.one("tbody time").get("datetime").endswith("+00:00")


@pytest.fixture
def clock_at(db):
    return lambda days: clock.at(clock.now() - timedelta(days=days))


def test_sign_ins_are_listed_with_the_address_they_came_from(desk, app, db):
    cast.agent(username="linxiao", password=cast.PASSWORD)
    app.test_client().post("/sign-in", data={"username": "linxiao", "password": cast.PASSWORD})
    page = desk.visit("/admin/audit?kind=sign_ins")
    assert page.words("tbody tr td:nth-child(3)") == "登录" and page.words("tbody tr td:nth-child(5)") == "127.0.0.1"


def test_the_trail_is_read_in_pages(desk, db):
    people = [cast.agent() for _ in range(3)]
    customer = make.customer()
    for _ in range(20):
        for person in people:
            customers.reveal(customer, "name", by=person)
    page = desk.visit("/admin/audit?kind=data")
    assert len(page.all("tbody tr")) == 50
    assert len(desk.follow("下一页").all("tbody tr")) == 10


def test_opening_the_trail_writes_nothing(desk, db):
    from portal.core.activity import latest_id

    before = latest_id()
    desk.visit("/admin/audit")
    assert latest_id() == before


@pytest.mark.parametrize("nonsense", ["person=9999999", "kind=x", "first=0000-00-00", "last=9999-12-31", "first=2026-02-30", "person='", "at=x&kind=data"])
def test_nonsense_in_the_address_never_breaks_the_page(desk, nonsense):
    answer = desk.client.get(f"/admin/audit?{nonsense}")
    assert answer.status_code in (200, 422)
