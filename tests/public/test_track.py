"""The customer's page: one request, nothing else, nothing personal in full."""

import io
import random
import string

import pytest
from sqlalchemy import func, select

from portal.core import options
from portal.core.access import SYSTEM, customer_actor
from portal.core.activity import Activity
from portal.core.files import Received, StoredFile
from portal.followups.actions import drop
from portal.public import progress
from portal.tickets import actions as tickets
from portal.tickets.models import Status, TrackingLink
from portal.visits.models import VisitStatus
from tests import cast, make
from tests.public import story
from tests.public.test_request import photo
from tests.visits import scene

PERSON = customer_actor("周先生")


@pytest.fixture(autouse=True)
def ground(app, clock):
    make.catalogue()
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["DEFAULT_LANGUAGE"] = "en"


def picture() -> Received:
    return Received("leak.jpg", "image/jpeg", photo(), 60, 40)


def test_the_page_shows_where_it_stands_and_shortens_personal_data(app, db, browser):
    ticket = story.ticket()
    page = browser.visit(story.link(ticket))
    assert page.words("h1") == "We have your request"
    assert page.has(ticket.number) and page.has("138****") and page.has("锦绣里 3 幢 ***")
    for secret in (ticket.phone.raw, ticket.phone.digits, "601", "周建军"):
        assert not page.has(secret)
    assert page.headers["Cache-Control"] == "no-store" and "noindex" in page.headers["X-Robots-Tag"]
    assert "http" not in page.headers["Content-Security-Policy"]


def test_internal_notes_and_their_files_never_reach_the_customer(app, db, browser, client):
    ticket, agent = story.ticket(), cast.agent()
    tickets.note(ticket, "客户很难缠，小心", [picture()], by=agent)
    tickets.reply(ticket, "师傅明天来", [picture()], by=agent)
    page = browser.visit(story.link(ticket))
    assert page.has("师傅明天来") and not page.has("难缠") and not page.has(agent.name)
    internal, public = db.scalars(select(StoredFile).order_by(StoredFile.id)).all()
    assert client.get(f"{story.link(ticket)}/files/{internal.id}").status_code == 404
    answer = client.get(f"{story.link(ticket)}/files/{public.id}")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "sandbox" in answer.headers["Content-Security-Policy"] and answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_another_request_is_not_there(app, db, client):
    mine, other = story.ticket(), story.ticket()
    tickets.customer_words(other, "photo", [picture()], by=PERSON)
    file = db.scalars(select(StoredFile)).one()
    assert client.get(f"{story.link(other)}/files/{file.id}").status_code == 200
    assert client.get(f"{story.link(mine)}/files/{file.id}").status_code == 404


def test_a_thousand_altered_links_get_the_same_answer(app, db, client):
    ticket = story.ticket()
    link = story.link(ticket)
    chance, letters = random.Random(7), string.ascii_letters + string.digits + "-_"
    answers = set()
    for _ in range(1000):
        place = chance.randrange(3, len(link))
        asked = link[:place] + chance.choice([c for c in letters if c != link[place]]) + link[place + 1:]
        answer = client.get(asked)
        answers.add((answer.status_code, answer.text.replace(asked, ""), answer.headers["Cache-Control"]))
    assert len(answers) == 1 and answers.pop()[0] == 404


@pytest.mark.parametrize("path", ["/t/x", "/t/S2611-0001", "/t/1", "/s/1", "/t/%00", "/suggest/1", "/request/sent/1", "/t/" + "a" * 34 + "/files/1", "/t/" + "é" * 34])
def test_numbers_and_nonsense_open_nothing(app, db, client, path):
    story.ticket()
    answer = client.get(path)
    assert answer.status_code == 404 and "周" not in answer.text


def test_a_link_ends_some_days_after_closing(app, db, client, clock):
    ticket = story.resolved()
    drop(ticket, by=SYSTEM)
    tickets.close(ticket, by=SYSTEM)
    link = story.link(ticket)
    assert client.get(link).status_code == 200
    clock.shift((options.value("tickets.link_days") + 1) * 86400)
    assert client.get(link).status_code == 404


def test_looking_writes_nothing_and_opening_is_told_once(app, db, client, browser):
    ticket = story.ticket()
    link = story.link(ticket)
    db.commit()
    before = db.scalar(select(func.count()).select_from(Activity))
    for _ in range(3):
        client.get(link), client.get(link + "/qr.svg")
    assert db.scalar(select(func.count()).select_from(Activity)) == before
    assert db.scalar(select(TrackingLink.opened_at)) is None
    assert browser.visit(link).one("[data-opened-url]").get("data-opened-url") == link + "/opened"
    assert client.post(link + "/opened").status_code == 204
    assert client.post(link + "/opened").status_code == 204
    assert db.scalar(select(func.count()).select_from(Activity)) == before + 1
    assert browser.visit(link).all("[data-opened-url]") == []


def test_words_and_photos_are_added_once(app, db, browser, client):
    ticket = story.ticket()
    page = browser.visit(story.link(ticket))
    form = page.one("form[action$='/words']")
    key = form.cssselect("[name=key]")[0].get("value")
    browser.press("Add this", words="门禁码 1234", photos=[("leak.jpg", photo())])
    assert browser.page.has("门禁码 1234") and len(browser.page.all(".photo img")) == 1
    again = client.post(form.get("action"), data={"key": key, "words": "门禁码 1234", "photos": (io.BytesIO(photo()), "leak.jpg")})
    assert again.status_code == 303
    assert db.scalar(select(func.count()).where(Activity.verb == "ticket.customer_wrote")) == 1


def test_a_wrong_file_is_named_and_the_words_stay(app, db, browser):
    browser.visit(story.link(story.ticket()))
    page = browser.press("Add this", status=422, words="看这张", photos=[("evil.svg", b"<svg onload=alert(1)>")])
    assert "evil.svg" in page.words("#photos-error") and page.has("看这张")
    assert browser.visit(page.path.removesuffix("/words")).all(".photo img") == []


def test_nothing_written_is_refused(app, db, browser):
    browser.visit(story.link(story.ticket()))
    assert browser.press("Add this", status=422).has("Write something or add a photo.")


def test_not_solved_opens_the_request_again(app, db, browser):
    ticket = story.resolved()
    browser.visit(story.link(ticket))
    page = browser.press("Open it again", words="又滴水了")
    assert page.has("Your request is open again")
    assert (ticket.status, ticket.reopened) == (Status.IN_PROGRESS, 1)


def test_an_open_request_cannot_be_reopened(app, db, client):
    link = story.link(story.ticket())
    assert client.post(link + "/reopen", data={"key": "abcdefgh1234", "words": "x"}).status_code == 409


def test_a_finished_request_takes_no_more_words(app, db, client):
    ticket = story.ticket()
    tickets.cancel(ticket, "重复", by=cast.agent())
    answer = client.post(story.link(ticket) + "/words", data={"key": "abcdefgh1234", "words": "x"})
    assert answer.status_code == 422


def test_a_merged_request_leads_to_the_one_it_went_into(app, db, browser):
    first = story.ticket()
    second = story.ticket(customer=first.customer)
    tickets.merge(first, second, by=cast.agent())
    assert browser.visit(story.link(first)).has(second.number)


def test_foreign_pages_cannot_post(app, db, client):
    link = story.link(story.ticket())
    answer = client.post(link + "/words", data={"words": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_after_the_visit_the_page_says_so_and_the_agent_need_not_type_the_result_again(app, db, browser):
    done = scene.leak(VisitStatus.DONE)
    page = browser.visit(story.link(done.ticket))
    assert page.has("has been with you") and not page.has("A technician comes when one is needed")
    cast.signed_in(browser.client, done.agent)
    page = browser.visit(f"/tickets/{done.ticket.id}/resolve")
    assert page.value("solution") == done.visit.result != ""


def test_a_summary_of_errors_does_not_put_a_colon_behind_a_question(app, browser, clock):
    browser.visit("/request")
    clock.shift(5)
    page = browser.press("Check it", status=422)
    assert "?:" not in page.words("#form-errors").replace("? :", "?:")


def test_a_call_that_nobody_will_make_is_not_shown_as_made(app, db, browser):
    ticket = story.resolved()
    ticket.follow_up_state, ticket.survey_state = "", "sent"
    step = progress.steps_of(ticket, None)[4]
    assert (step["state"], step["detail"]) == ("skipped", "not needed")
    ticket.follow_up_state = "done"
    assert progress.steps_of(ticket, None)[4]["state"] == "done"


def test_the_summary_of_errors_has_the_focus_without_scripts_too(app, browser, clock):
    browser.visit("/request")
    clock.shift(5)
    page = browser.press("Check it", status=422)
    assert page.one("[autofocus]").get("id") == "form-errors"
