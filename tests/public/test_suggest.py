"""Anybody can suggest something and see what became of it by a link."""

import pytest
from sqlalchemy import func, select

from portal.core.limits import Hit
from portal.proposals import actions as proposals
from portal.proposals.models import Naming, Proposal, Source
from tests import cast, make


@pytest.fixture(autouse=True)
def ground(app, clock):
    make.catalogue()
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["DEFAULT_LANGUAGE"] = "en"


def suggest(browser, clock, status: int = 200, **values):
    browser.visit("/suggest")
    clock.shift(5)
    typed = {"problem": "师傅没试水就走了", "suggestion": "洗完一律通水五分钟", "name": "周女士", "contact": "138 0013 8000", **values}
    return browser.press("Send suggestion", status=status, **typed)


def test_a_suggestion_arrives_and_its_link_tells_what_became_of_it(app, db, browser, clock):
    page = suggest(browser, clock)
    made = db.scalars(select(Proposal)).one()
    assert (made.source, made.naming, made.customer_name, made.author_id) == (Source.CUSTOMER, Naming.NAMED, "周女士", None)
    assert page.path == f"/suggest/{made.token}" and page.words("h1") == "Submitted"
    assert page.has(made.number) and page.headers["Cache-Control"] == "no-store"
    assert browser.client.get(page.one("img.qr").get("src")).mimetype == "image/svg+xml"


def test_an_anonymous_one_keeps_no_name_and_counts_nobody(app, db, browser, clock):
    before = db.scalar(select(func.count()).select_from(Hit))
    suggest(browser, clock, naming="anonymous")
    made = db.scalars(select(Proposal)).one()
    assert (made.customer_name, made.customer_contact, made.naming) == ("", "", Naming.ANONYMOUS)
    assert db.scalar(select(func.count()).select_from(Hit)) == before


def test_the_same_page_sent_twice_makes_one_suggestion(app, db, browser, clock, client):
    browser.visit("/suggest")
    clock.shift(5)
    sent = {n: browser.page.value(n) for n in ("token", "stamp", "naming")}
    sent |= {"problem": "p", "suggestion": "s", "name": "n"}
    first, again = client.post("/suggest", data=sent), client.post("/suggest", data=sent)
    assert first.headers["Location"] == again.headers["Location"]
    assert db.scalar(select(func.count()).select_from(Proposal)) == 1


def test_what_is_missing_is_said_and_the_words_stay(app, db, browser, clock):
    page = suggest(browser, clock, status=422, name="")
    assert page.words("#name-error") and page.value("suggestion") == "洗完一律通水五分钟"
    assert suggest(browser, clock, status=422, website="x").status == 422
    assert suggest(browser, clock, status=422, token="short").status == 422
    assert db.scalar(select(func.count()).select_from(Proposal)) == 0


def test_too_many_suggestions_are_stopped(app, db, browser, clock):
    app.config["PUBLIC_POSTS_ADDRESS"] = 2
    suggest(browser, clock)
    suggest(browser, clock)
    suggest(browser, clock, status=429)


def test_what_was_missing_is_answered_by_the_link(app, db, browser, clock):
    suggest(browser, clock)
    made = db.scalars(select(Proposal)).one()
    chief = cast.supervisor()
    proposals.decide(made, "send_back", "哪一种空调？", by=chief)
    page = browser.visit(f"/suggest/{made.token}")
    assert page.has("哪一种空调？")
    browser.press("Send answer", words="挂机")
    assert made.status.value != "returned"


def test_hostile_words_stay_words(app, db, browser, clock):
    page = suggest(browser, clock, problem="<script>alert(1)</script>", suggestion="<img src=x onerror=alert(1)>")
    assert page.all("main script, main img[src=x]") == [] and page.has("<script>alert(1)</script>")
