"""The visit sheet: one page to print, a PDF with Chinese glyphs, and the link sent once more."""

from __future__ import annotations

import pytest

from portal.core import clock as wall
from portal.core.errors import Refused
from portal.core.forms import new_key
from portal.notifications.models import OutMessage
from portal.tickets import tracking
from portal.tickets.models import Status
from portal.visits import actions, proving, sheet
from portal.visits.field_models import Payer
from portal.visits.models import VisitStatus
from tests import cast
from tests.visits.scene import leak, received

S = VisitStatus


def signed(scene):
    proving.use_part(scene.visit, "排水软管", 2, 1250, Payer.CUSTOMER, by=scene.technician)
    proving.sign(scene.visit, "管道已接好", received(), "周先生", by=scene.technician)
    return scene


def test_the_sheet_says_what_was_done_used_and_signed(app, browser, clock):
    scene = signed(leak(S.ON_SITE))
    cast.signed_in(browser.client, scene.agent)
    page = browser.visit(f"/visits/{scene.visit.id}/sheet")
    assert [page.has(w) for w in ("上门服务单", scene.ticket.number, "排水软管", "25 元", "周先生")] == [True] * 5
    assert scene.ticket.phone.e164[-8:] not in page.body.decode()


def test_the_sheet_shows_photos_of_every_slot_and_says_which(app, db, browser, clock):
    """However many there are of one slot; a sheet to be filled in by hand leaves room for the money."""
    scene = leak(S.ON_SITE)
    for slot, number in (("before", 7), ("after", 1)):
        actions.add_photos(scene.visit, slot, [received() for _n in range(number)], by=scene.technician)
    db.commit()
    cast.signed_in(browser.client, scene.agent)
    page = browser.visit(f"/visits/{scene.visit.id}/sheet")
    assert [f.text for f in page.all(".paper-photos figcaption")] == ["作业前"] * 5 + ["作业后"]
    assert page.has("应付 ________") and page.has("实收 ________")


@pytest.mark.once
def test_the_pdf_is_one_page_with_its_chinese_and_its_pictures(app, clock):
    scene = signed(leak(S.ON_SITE))
    if not sheet.can_pdf():
        with pytest.raises(sheet.NoPdf):
            sheet.pdf(scene.visit)
        return
    with app.test_request_context():
        made = sheet.pdf(scene.visit)
    assert made.startswith(b"%PDF") and made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") <= 2
    assert b"/Image" in made


def test_it_is_sent_again_as_a_link_once_the_visit_is_over(app, db, clock):
    scene = leak(S.DONE)
    agent = cast.signed_in(app.test_client(), scene.agent)
    for _twice in range(2):
        assert agent.post(f"/visits/{scene.visit.id}/send_sheet", data={"key": "one-and-the-same-key"}).status_code == 303
    assert db.query(OutMessage).filter(OutMessage.body.like("%上门记录、照片和签字%/t/%")).count() == 1
    with pytest.raises(Refused):
        sheet.send_again(leak(S.ON_SITE).visit, by=scene.agent)
    assert agent.post(f"/visits/{scene.visit.id}/send_sheet", data={"key": new_key()}).status_code == 303


def link_in(db) -> str:
    body = db.query(OutMessage).filter(OutMessage.body.like("%/sheet/%")).one().body
    return "/t/" + body.split("/t/")[1].split()[0]


def test_the_link_shows_the_sheet_without_sign_in_as_long_as_the_customers_link_is_open(app, db, browser, clock):
    scene = leak(S.DONE)
    sheet.send_again(scene.visit, by=scene.agent)
    db.commit()
    page = browser.visit(link_in(db))
    assert [page.has(w) for w in ("上门服务单", scene.ticket.number, "管道已接好")] == [True] * 3
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert browser.visit(link_in(db).split("/sheet")[0]).has("已完成")
    scene.ticket.status, scene.ticket.closed_at = Status.CLOSED, wall.now()
    db.commit()
    clock.shift(365 * 24 * 3600)
    browser.visit(link_in(db), status=404)


def test_a_link_opens_the_finished_visits_of_its_own_request_only(app, db, browser, clock):
    over, running = leak(S.DONE), leak(S.ON_SITE)
    tokens = [tracking.link_of(s.ticket).token for s in (over, running)]
    db.commit()
    for token, visit in [(tokens[0], running.visit), (tokens[1], over.visit), (tokens[1], running.visit), ("x" * 34, over.visit)]:
        browser.visit(f"/t/{token}/sheet/{visit.id}", status=404)
        browser.visit(f"/t/{token}/sheet/{visit.id}.pdf", status=404)


def test_the_customer_keeps_it_as_pdf(app, db, client, clock):
    scene = leak(S.DONE)
    token = tracking.link_of(scene.ticket).token
    db.commit()
    answers = [client.get(f"/t/{token}/sheet/{scene.visit.id}.pdf") for _twice in range(2)]
    expected = 200 if sheet.can_pdf() else 422
    assert [a.status_code for a in answers] == [expected] * 2
    assert answers[0].data == answers[1].data
