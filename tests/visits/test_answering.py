"""The customer says that a time suits, asks for another one or calls off; both sides' changes are recorded and told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.core.access import customer_actor
from portal.core.activity import Activity, Audience
from portal.core.errors import Forbidden, WrongState
from portal.core.forms import new_key
from portal.notifications.models import Notice
from portal.tickets import tracking
from portal.tickets.models import Status
from portal.visits import actions, answering
from portal.visits.models import BookedQuarter, VisitStatus
from tests import cast
from tests.visits.scene import leak, take_to

CUSTOMER = customer_actor("周先生")
HOUR = timedelta(hours=1)


def last(db, visit):
    row = db.query(Activity).filter_by(subject_type="visit", subject_id=visit.id).order_by(Activity.id.desc()).first()
    return row.verb, row.actor_kind, row.audience


def told(db, person):
    db.flush()
    return [n.words for n in db.query(Notice).filter_by(person_id=person.id).order_by(Notice.id)]


def test_confirming_is_recorded_once_and_told_to_the_technician(app, db, clock):
    scene = leak()
    answering.confirm(scene.visit, by=CUSTOMER)
    answering.confirm(scene.visit, by=CUSTOMER)
    assert last(db, scene.visit) == ("visit.confirmed", "customer", Audience.PUBLIC)
    assert db.query(Activity).filter_by(verb="visit.confirmed").count() == 1
    assert "confirmed" in told(db, scene.technician)[-1]


def test_another_time_is_asked_for_and_the_old_one_holds_until_the_desk_moves_it(app, db, clock):
    scene = leak()
    answering.confirm(scene.visit, by=CUSTOMER)
    answering.ask_other_time(scene.visit, "明天上午", by=CUSTOMER)
    assert (scene.visit.wish, scene.visit.confirmed_at, scene.visit.status) == ("明天上午", None, VisitStatus.SCHEDULED)
    assert "another time" in told(db, scene.agent)[-1]

    start = scene.visit.starts_at + 24 * HOUR
    actions.move(scene.visit, scene.technician, start, start + HOUR, by=scene.agent)
    assert (scene.visit.wish, last(db, scene.visit)[:2]) == ("", ("visit.moved", "person"))


def test_calling_off_frees_the_time_and_gives_the_request_back_to_the_desk(app, db, clock):
    scene = leak()
    answering.call_off(scene.visit, "自己修好了", by=CUSTOMER)
    assert (scene.visit.status, scene.visit.reason, scene.ticket.status, scene.ticket.visit_state) == (VisitStatus.CANCELLED, "自己修好了", Status.ACCEPTED, "")
    assert db.query(BookedQuarter).count() == 0
    assert "called off" in told(db, scene.technician)[-1] and "called off" in told(db, scene.agent)[-1]


@pytest.mark.parametrize("status", [VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE, VisitStatus.DONE, VisitStatus.CANCELLED])
def test_what_has_begun_or_ended_is_not_answered(app, clock, status):
    scene = leak(status)
    for step in (answering.confirm, answering.call_off, lambda visit, by: answering.ask_other_time(visit, "明天", by=by)):
        with pytest.raises(WrongState):
            step(scene.visit, by=CUSTOMER)


def test_a_technician_does_not_answer_for_the_customer(app, clock):
    scene = leak()
    for step in (answering.confirm, answering.call_off, lambda visit, by: answering.ask_other_time(visit, "明天", by=by)):
        with pytest.raises(Forbidden):
            step(scene.visit, by=scene.technician)


def test_the_tracking_page_confirms_asks_and_calls_off(app, db, browser, clock):
    scene = leak()
    path = f"/t/{tracking.link_of(scene.ticket).token}"
    browser.visit(path)
    page = browser.press("这个时间可以")
    assert page.has("您已确认这个时间")

    page = browser.press("提交新时间", preferred=page.all("input[name=preferred]")[0].get("value"))
    assert page.has("您想改到") and scene.visit.wish

    page = browser.press("提交新时间", status=422, preferred="other", words="")
    assert page.has("在下面写明哪天、几点方便")
    page = browser.press("提交新时间", status=422, words="字" * 301)
    assert page.words("#other-words-error") == "最多 300 个字符。" and "字" * 301 in page.one("#other-words").text_content() and page.all("a[href='#other-words']")
    browser.visit(path)
    page = browser.press("提交新时间", words="下周三下午两点以后")
    assert scene.visit.wish == "下周三下午两点以后" and page.has("您想改到")

    page = browser.press("取消这次上门", words="出差")
    assert (scene.visit.status, page.has("取消这次上门")) == (VisitStatus.CANCELLED, False)


def test_an_answer_to_a_time_that_has_moved_meanwhile_is_not_taken(app, client, clock):
    scene = leak()
    path, version = f"/t/{tracking.link_of(scene.ticket).token}", scene.visit.version
    start = scene.visit.starts_at + 24 * HOUR
    actions.move(scene.visit, scene.technician, start, start + HOUR, by=scene.agent)
    for step in ("confirm", "call-off"):
        answer = client.post(f"{path}/{step}", data={"key": new_key(), "visit": scene.visit.id, "version": version})
        assert answer.status_code == 409
    assert (scene.visit.confirmed_at, scene.visit.status) == (None, VisitStatus.SCHEDULED)


def test_the_board_shows_who_has_confirmed(app, browser, clock):
    scene = leak()
    cast.signed_in(browser.client, scene.agent)
    assert len(browser.visit("/visits/board").all("a.block-asked")) == 1
    answering.confirm(scene.visit, by=CUSTOMER)
    assert len(browser.visit("/visits/board").all("a.block-agreed")) == 1


def test_a_finished_visit_offers_nothing_to_answer(app, browser, clock):
    scene = leak()
    take_to(scene.visit, VisitStatus.ON_SITE)
    assert not browser.visit(f"/t/{tracking.link_of(scene.ticket).token}").has("这个时间可以")
