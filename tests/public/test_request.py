"""A customer asks for help without an account and without scripts."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from portal.core import clock as wall
from portal.core.activity import Activity, Audience
from portal.core.files import StoredFile
from portal.customers.models import Customer
from portal.notifications.models import OutMessage
from portal.public.links import request_url
from portal.public.models import PendingRequest
from portal.public import jobs
from portal.tickets.models import Channel, Ticket
from tests import make
from tests.public import story


@pytest.fixture(autouse=True)
def english_catalogue(app, clock):
    make.catalogue()
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["DEFAULT_LANGUAGE"] = "en"


def photo(color: str = "red", kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(out, kind)
    return out.getvalue()


def tickets(db) -> int:
    return db.scalar(select(func.count()).select_from(Ticket))


def test_a_request_becomes_a_ticket_after_a_look_at_it(app, db, browser, clock):
    page = story.ask(browser, clock, photos=[("leak.jpg", photo()), ("floor.png", photo("blue", "PNG"))])
    assert page.has(story.WORDS) and page.has("御景湾 7 幢 1202") and len(page.all(".photo img")) == 2
    assert tickets(db) == 0, "nothing is sent before the look"
    page = browser.press("Send request")
    ticket = db.scalars(select(Ticket)).one()
    assert page.has(ticket.number) and page.path.startswith("/request/sent/")
    assert (ticket.channel, ticket.kind_code, ticket.contact_name) == (Channel.WEB, ticket.category.kind_code, "周先生")
    assert [f.audience for f in db.scalars(select(StoredFile).where(StoredFile.ticket_id == ticket.id))] == [Audience.PUBLIC] * 2
    assert browser.client.get(page.one("img.qr").get("src")).mimetype == "image/svg+xml"
    assert browser.follow("See progress").has("We have your request")


def test_a_complaint_stays_a_complaint(app, db, browser, clock):
    assert story.send(browser, clock, kind="complaint").kind_code == "complaint"


def test_everything_typed_is_kept_when_something_is_wrong(app, db, browser, clock):
    page = story.ask(browser, clock, status=422, phone="186 0000 731", photos=[("leak.jpg", photo())])
    assert page.words("#phone-error") == "1 digit is missing, a mobile number has 11."
    assert (page.value("words"), page.value("phone"), page.value("address")) == (story.WORDS, "186 0000 731", "御景湾 7 幢 1202")
    assert len(page.all(".photo img")) == 1, "the photo need not be chosen again"
    page = browser.press("Check it", phone="186 0000 7310")
    assert len(page.all(".photo img")) == 1
    browser.press("Send request")
    assert db.scalar(select(func.count()).select_from(StoredFile).where(StoredFile.ticket_id.is_not(None))) == 1


def test_a_refused_form_is_read_in_the_other_language_where_it_was(app, db, browser, clock):
    story.ask(browser, clock, status=422, phone="12")
    assert browser.page.value("next") == "/request"
    browser.press("中文")
    assert browser.page.path == "/request"


def test_one_can_go_back_and_change_it(app, db, browser, clock):
    story.ask(browser, clock)
    page = browser.follow("Change")
    assert page.value("words") == story.WORDS
    clock.shift(5)
    page = browser.press("Check it", words="其实是厨房漏水")
    browser.press("Send request")
    assert [t.description for t in db.scalars(select(Ticket))] == ["其实是厨房漏水"]


def test_sending_twice_makes_one_ticket(app, db, browser, clock):
    story.ask(browser, clock)
    token = browser.page.value("token")
    first = browser.client.post("/request/send", data={"token": token})
    again = browser.client.post("/request/send", data={"token": token})
    assert (first.status_code, first.headers["Location"]) == (303, again.headers["Location"])
    assert tickets(db) == 1


def test_the_same_words_from_two_tabs_make_one_ticket(app, db, browser, clock):
    story.send(browser, clock)
    story.send(browser, clock)
    assert tickets(db) == 1


def test_a_known_number_joins_its_customer_without_telling_the_name(app, db, browser, clock):
    known = make.customer("欧阳修远", "186 0000 7310")
    ticket = story.send(browser, clock)
    assert ticket.customer_id == known.id
    assert not browser.page.has("欧阳")
    assert not browser.follow("See progress").has("欧阳")
    assert db.scalar(select(func.count()).select_from(Customer)) == 1


def test_a_known_address_is_not_doubled(app, db, browser, clock):
    known = make.customer("欧阳修远", "186 0000 7310")
    ticket = story.send(browser, clock, address="锦绣里3幢601")
    assert ticket.site_id == known.sites[0].id and len(known.sites) == 1


def test_a_signed_link_fills_in_the_home_and_an_altered_one_nothing(app, db, browser, clock):
    known = make.customer("欧阳修远")
    url = request_url(known.sites[0])
    path = url[url.index("/request"):]
    page = browser.visit(path)
    assert page.has("锦绣里 3 幢 ***") and not page.has("601") and page.value("address") is None
    clock.shift(5)
    values = story.typed()
    values.pop("address")
    browser.press("Check it", **values)
    browser.press("Send request")
    ticket = db.scalars(select(Ticket)).one()
    assert (ticket.site_id, ticket.customer_id) == (known.sites[0].id, known.id)
    assert [p.caller for p in known.phones][-1] == "周先生"
    assert browser.visit(path[:-3] + "abc").value("address") == ""


def test_the_number_gets_one_message_without_words_of_the_sender(app, db, browser, clock):
    story.send(browser, clock)
    story.send(browser, clock, words="另一件事 http://evil.example")
    story.send(browser, clock, words="第三件事")
    messages = db.scalars(select(OutMessage)).all()
    assert len(messages) == 1 and "evil" not in messages[0].body and "空调" not in messages[0].body and "周先生" not in messages[0].body
    clock.shift(11 * 60)
    story.send(browser, clock, words="第四件事")
    assert db.scalar(select(func.count()).select_from(OutMessage)) == 2


def test_a_filled_trap_and_a_hasty_form_are_refused(app, db, browser, clock):
    app.config["PUBLIC_FILL_SECONDS"] = 3
    story.ask(browser, clock, status=422, website="http://spam.example")
    browser.visit("/request")
    page = browser.press("Check it", status=422, **story.typed())
    assert page.value("words") == story.WORDS
    assert "Stamp" not in page.text and "#stamp" not in [a.get("href") for a in page.all("#form-errors a")]  # what is hidden has no name
    clock.shift(5)
    browser.press("Check it")
    assert browser.page.path.startswith("/request/check/")
    assert browser.client.post("/request/check", data=story.typed(key="abcdefgh12345", stamp="forged")).status_code == 422


def test_thirty_requests_a_minute_are_stopped_by_address_and_by_number(app, db, browser, clock):
    app.config["PUBLIC_POSTS_ADDRESS"] = 1000
    for n in range(4):
        story.send(browser, clock, words=f"第 {n} 件事")
    story.ask(browser, clock, words="第 5 件事")
    browser.press("Send request", status=429)
    assert tickets(db) == 4
    app.config["PUBLIC_POSTS_ADDRESS"] = 3
    page = story.ask(browser, clock, status=429, words="第 6 件事")
    assert page.value("words") == "第 6 件事"


@pytest.mark.parametrize("name, content", [
    ("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("page.jpg", b"<html><script>alert(1)</script></html>"),
    ("cut.jpg", photo()[:200]),
    ("zip.png", b"PK\x03\x04" + b"\0" * 500),
    ("gif.jpg", b"GIF89a/*<script>alert(1)</script>*/"),
])
def test_what_is_no_picture_is_refused_by_name_and_the_words_stay(app, db, browser, clock, name, content):
    page = story.ask(browser, clock, status=422, photos=[(name, content)])
    assert name in page.words("#photos-error")
    assert page.value("words") == story.WORDS


def test_a_picture_of_too_many_pixels_is_refused(app, db, browser, clock):
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert "pixels" in story.ask(browser, clock, status=422, photos=[("bomb.png", out.getvalue())]).words("#photos-error")


def test_seven_photos_are_one_too_many(app, db, browser, clock):
    page = story.ask(browser, clock, status=422, photos=[(f"{n}.jpg", photo()) for n in range(7)])
    assert page.words("#photos-error").startswith("At most 6")


HOSTILE = "<script>alert(1)</script>%s' OR 1=1 -- ${7*191}"


def test_hostile_words_stay_words_everywhere(app, db, browser, clock):
    page = story.ask(browser, clock, words=HOSTILE, name='"><img src=x onerror=1>', address=HOSTILE)
    assert page.has(HOSTILE) and page.all("main script") == [] and "1337" not in page.text
    browser.press("Send request")
    assert browser.follow("See progress").all("main script, main img[src=x]") == []


def test_words_are_never_a_template(app, db, browser, clock, client):
    browser.visit("/request")
    sent = {"key": browser.page.value("key"), "stamp": browser.page.value("stamp")}
    clock.shift(5)
    answer = client.post("/request/check", data=story.typed(words="{{7*191}}", **sent), follow_redirects=True)
    assert "{{7*191}}" in answer.text and "1337" not in answer.text


@pytest.mark.parametrize("field, value", [
    ("words", "a\0b"), ("words", "x" * 2001), ("words", "‮evil"), ("kind", "dispute"), ("problem", "999999999999999999999"), ("problem", "'"),
    ("preferred", "0000-99-99 am"), ("phone", "9" * 60), ("address", ""), ("name", "x" * 61),
])
def test_strange_input_gets_a_sentence(app, db, browser, clock, field, value):
    page = story.ask(browser, clock, status=422, **{field: value})
    assert page.all(".field-error") and tickets(db) == 0


def test_looking_stores_nothing(app, db, browser, clock):
    story.ask(browser, clock)
    before = [db.scalar(select(func.count()).select_from(m)) for m in (PendingRequest, Activity, Ticket, OutMessage)]
    for _ in range(3):
        browser.visit("/request"), browser.visit("/privacy"), browser.visit("/suggest")
    assert [db.scalar(select(func.count()).select_from(m)) for m in (PendingRequest, Activity, Ticket, OutMessage)] == before


def test_what_was_never_sent_is_forgotten_after_a_day(app, db, browser, clock):
    story.ask(browser, clock, photos=[("leak.jpg", photo())])
    path = browser.page.path
    clock.shift(25 * 3600)
    assert browser.client.get(path).status_code == 404
    jobs.sweep()
    assert db.scalar(select(func.count()).select_from(PendingRequest)) == 0
    assert db.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_anothers_check_page_cannot_be_guessed(app, db, browser, clock):
    story.ask(browser, clock)
    path = browser.page.path
    assert browser.client.get(path[:-1] + ("a" if path[-1] != "a" else "b")).status_code == 404
    assert browser.client.get("/request/check/1").status_code == 404
    assert browser.client.post("/request/send", data={"token": "1"}).status_code == 404


def test_the_wanted_time_is_kept_with_its_day(app, db, browser, clock):
    """Tomorrow is another day by the time that somebody reads it."""
    day = wall.today() + timedelta(days=1)
    ticket = story.send(browser, clock, preferred=f"{day} am")
    assert ticket.preferred == "Thu 19 Nov morning"
