"""Anybody can suggest something and see what became of it by a link."""

import pytest
from sqlalchemy import func, select

from portal.core.access import customer_actor
from portal.core.limits import Hit
from portal.proposals import actions as proposals
from portal.proposals.models import Naming, Proposal, Source
from portal.surveys import actions as surveys
from portal.surveys.queries import latest_of
from portal.tickets import tracking
from tests import cast, make
from tests.public import story


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
    page = suggest(browser, clock, status=422, name="", problem="")
    assert len(page.all("#form-errors li")) == 2  # all at once, not one after the other
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


@pytest.fixture
def rated(app):
    done = story.resolved("complaint", customer=make.customer("欧阳娜娜", "13800138000"))
    survey = latest_of(done)
    surveys.answer(survey, {"overall": 2, "words": "没试水"}, by=customer_actor("欧阳女士"))
    return survey


@pytest.mark.parametrize("way", ["t", "s"])
def test_from_a_request_or_a_rating_it_comes_with_its_evidence(app, db, browser, clock, rated, way):
    browser.visit(f"/{way}/{rated.token if way == 's' else tracking.link_of(rated.ticket).token}/suggest")
    assert browser.page.has(rated.ticket.number) and not browser.page.all("[name=naming]")
    clock.shift(5)
    page = browser.press("Send suggestion", problem="没试水", suggestion="一律通水五分钟")
    made = db.scalars(select(Proposal)).one()
    assert page.path == f"/suggest/{made.token}"
    assert (made.tickets, made.survey, made.naming) == ([rated.ticket], rated if way == "s" else None, Naming.NAMED)
    assert made.customer_name == rated.ticket.contact_name


def test_the_pages_of_the_customer_lead_there(app, db, browser, rated):
    for start in (f"/s/{rated.token}/thanks", story.link(rated.ticket)):
        links = [a.get("href") for a in browser.visit(start).all("a[href$='/suggest']")]
        assert links and all(browser.visit(link).status == 200 for link in links)
    browser.visit("/t/" + "x" * 34 + "/suggest", 404)
    browser.visit("/s/" + "x" * 34 + "/suggest", 404)


def test_whoever_wants_to_stay_anonymous_leaves_the_evidence_behind(app, db, browser, clock, rated, client):
    """Neither the choice typed into the other page's form nor the link on it ties the words to the request."""
    address = f"/s/{rated.token}/suggest"
    page = browser.visit(address)
    way_out = page.one("a[rel=noreferrer]")
    assert way_out.get("href") == "/suggest"
    browser.visit("/suggest")
    clock.shift(5)
    browser.press("Send suggestion", problem="没试水", suggestion="一律通水五分钟", naming="anonymous")
    made = db.scalars(select(Proposal)).one()
    assert (made.tickets, made.survey_id, made.customer_name) == ([], None, "")


def test_even_an_action_that_is_handed_evidence_forgets_it_for_an_anonymous_author(rated):
    made = proposals.submit(
        "", "问题", "建议", by=customer_actor("欧阳女士"), naming=Naming.ANONYMOUS, source=Source.CUSTOMER, tickets=[rated.ticket], survey=rated,
        customer_name="欧阳女士",
    )
    assert (made.tickets, made.survey, made.customer_name) == ([], None, "")


def test_the_rating_is_read_only_by_whoever_may(app, db, browser, clock, rated):
    """The technician who was rated badly reads the words of the proposal, not the rating."""
    technician = cast.technician()
    rated.technician_id = technician.id
    made = proposals.submit("", "没试水", "一律通水", by=customer_actor("欧阳女士"), source=Source.CUSTOMER, customer_name="欧阳女士", tickets=[rated.ticket], survey=rated)
    seen = []
    for who in (technician, cast.supervisor()):
        cast.signed_in(browser.client, who)
        seen.append(browser.visit(f"/proposals/{made.id}").has("2 of 5"))
    assert seen == [False, True]


def test_staff_attach_a_rating_in_one_tap(app, db, browser, rated):
    cast.signed_in(browser.client, cast.supervisor())
    browser.visit(f"/proposals/new?ticket={rated.ticket_id}&survey={rated.id}&problem=没试水")
    assert browser.page.has(rated.ticket.number)
    browser.press("Hand in", suggestion="一律通水五分钟")
    made = db.scalars(select(Proposal)).one()
    assert (made.survey, made.tickets) == (rated, [rated.ticket])
    browser.visit("/proposals/new?survey=999999", 404)
    browser.visit("/proposals/new?survey=nonsense", 404)
