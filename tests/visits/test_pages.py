"""The technician's and the desk's pages."""

from __future__ import annotations

import gzip
import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import event

from portal.core import clock as wall
from portal.core import files
from portal.core.activity import Activity
from portal.core.db import db as database
from portal.core.files import StoredFile
from portal.notifications.models import OutMessage
from portal.visits import proving, queries
from portal.visits.field_models import Unsigned
from portal.visits.models import Answer, Visit, VisitItem, VisitStatus
from tests import cast, make
from tests.visits.scene import complete, leak, photo

HOUR = timedelta(hours=1)


def as_(browser, person):
    cast.signed_in(browser.client, person)
    return browser


def test_today_opens_on_the_next_visit_with_one_button(app, browser, clock):
    scene = leak()
    page = as_(browser, scene.technician).visit("/visits/today")
    assert page.words("#next-title") == "空调漏水，地板已泡"
    assert page.all(".next-visit .button-primary")[0].text_content().strip() == "接单"
    assert (page.has("锦绣里 3 幢 601"), page.has("带 吸水机"), page.has("打给周先生")) == (True, True, True)
    assert "uri.amap.com" in page.link("导航")


def test_the_list_of_today_asks_again_and_gets_an_empty_answer_when_nothing_changed(app, browser, clock):
    scene = leak()
    browser = as_(browser, scene.technician)
    page = browser.visit("/visits/today")
    block = browser.swap("/visits/today?block=visits", "visits")
    assert block.text == page.words("#visits")
    assert browser.swap("/visits/today?block=visits", status=304, tag=block.headers["HX-PTag"]).body == b""


def test_the_whole_visit_without_scripts(app, browser, clock):
    scene = leak()
    browser = as_(browser, scene.technician)
    browser.visit("/visits/today")
    browser.press("接单")
    assert browser.page.has("王建国师傅已出发，正在来您家的路上")  # the message, before it is sent
    browser.press("出发")
    browser.press("已到达")
    assert browser.page.words("#visit-bar [data-gap]") == "还差 1 项必做、1 张作业前照片、1 张作业后照片"
    browser.press("断电，拆面板 必做")
    browser.press("上传照片", within="#slot-before", photos=("前.jpg", photo()))
    browser.press("上传照片", within="#slot-after", photos=("后.jpg", photo()))
    assert browser.page.words("#visit-bar [data-gap]") == "还差 客户签字"
    browser.press("保存签字", words="排水管复位", unsigned="absent")
    assert browser.page.words("#visit-bar [data-gap]") == "什么都不差了"
    browser.press("完成这单", result="排水管复位")
    assert browser.page.path == "/visits/today"
    assert queries.find_for(scene.technician, scene.visit.id).status is VisitStatus.DONE


def test_the_finish_page_says_what_is_missing_and_keeps_the_words(app, browser, clock):
    scene = leak(VisitStatus.ON_SITE)
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}/finish")
    page = browser.press("完成这单", status=422, outcome="done", result="排水管复位")
    assert page.has("还差 1 项必做、1 张作业前照片、1 张作业后照片")
    assert page.value("result") == "排水管复位"


@pytest.mark.parametrize("outcome", ["partly_done", "no_access"])
def test_the_other_outcomes_ask_for_what_they_need(app, browser, clock, outcome):
    scene = leak(VisitStatus.ON_SITE)
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}/finish")
    page = browser.press("完成这单", status=422, outcome=outcome)
    assert page.one("#reason-error") is not None
    proving.sign(scene.visit, "接了一半", None, unsigned=Unsigned.ABSENT, by=scene.technician)
    browser.press("完成这单", outcome=outcome, result="接了一半", reason="没人在家", waited="10", photos=("门.jpg", photo()))
    assert queries.find_for(scene.technician, scene.visit.id).status.value == outcome


def test_the_number_is_masked_until_a_recorded_tap(app, db, browser, clock):
    scene = leak()
    number = scene.ticket.phone.e164
    browser = as_(browser, scene.technician)
    assert number[-8:] not in browser.visit(f"/visits/{scene.visit.id}").body.decode()
    page = browser.press("打给周先生")
    assert page.one(f"a[href='tel:{number}']") is not None
    assert db.query(Activity).filter_by(verb="customer.revealed", actor_id=scene.technician.id, ticket_id=scene.ticket.id).count() == 1
    clock.shift(16 * 60)
    assert number[-8:] not in browser.visit(f"/visits/{scene.visit.id}").body.decode()


def test_another_technicians_visit_is_not_there(app, browser, clock):
    scene = leak(VisitStatus.ON_SITE)
    complete(scene.visit)
    one = queries.photos_of(scene.visit)[0]
    browser = as_(browser, cast.technician("李强"))
    pages = [f"/visits/{scene.visit.id}", f"/visits/{scene.visit.id}/photos/{one.id}", f"/visits/{scene.visit.id}/finish", f"/tickets/{scene.ticket.id}"]
    for path in pages:
        browser.visit(path, status=404)
    for path in ("accept", "set_off", "arrive", "call", "finish", "decline", "photos/before", f"items/{scene.visit.items[0].id}"):
        browser.post(f"/visits/{scene.visit.id}/{path}", status=404, key="abcdefgh12345678")


def test_technicians_see_the_ticket_of_their_visit_and_no_other(app, browser, clock):
    scene = leak()
    other = make.ticket(by=scene.agent)
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/of-ticket/{scene.ticket.id}")
    browser.visit(f"/visits/of-ticket/{other.id}", status=404)
    browser.visit("/visits/", status=403)


def test_a_photo_of_the_wrong_kind_is_refused_with_a_sentence_and_the_words_stay(app, browser, clock):
    scene = leak(VisitStatus.ON_SITE)
    item = scene.visit.items[0]
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}")
    page = browser.press("没做到", within=f"#item-{item.id}", status=422, note="面板锁住了", photos=("说明.txt", b"no picture"))
    assert "说明.txt" in page.words(f"#item-{item.id} .field-error")
    assert page.one(f"#note-{item.id}").text.strip() == "面板锁住了"
    page = browser.press("上传照片", within="#slot-after", status=422, photos=("假.jpg", b"\xff\xd8\xff\xe0 cut off"))
    assert "假.jpg" in page.words("#slot-after .field-error")
    assert queries.photos_of(scene.visit) == []


def test_no_without_a_reason_is_said_at_the_line(app, browser, clock):
    scene = leak(VisitStatus.ON_SITE)
    item = scene.visit.items[0]
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}")
    page = browser.press("没做到", within=f"#item-{item.id}", status=422)
    assert page.words(f"#item-{item.id} .field-error") == "写明为什么没做到，或者拍一张照片。"


def test_a_stored_photo_has_lost_its_place(app, browser, clock):
    scene = leak(VisitStatus.ON_SITE)
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}")
    browser.press("上传照片", within="#slot-before", photos=[("一.jpg", photo()), ("二.jpg", photo())])
    stored = queries.photos_of(scene.visit)
    assert len(stored) == 2
    assert dict(Image.open(io.BytesIO(files.read(stored[0]))).getexif()) == {}


def test_the_same_form_twice_acts_once(app, db, browser, clock):
    scene = leak(VisitStatus.ACCEPTED)
    browser = as_(browser, scene.technician)
    key = browser.visit("/visits/today").value("key")
    for _ in range(2):
        browser.post(f"/visits/{scene.visit.id}/set_off", key=key)
    assert db.query(Activity).filter_by(verb="visit.set_off").count() == 1
    assert db.query(OutMessage).filter(OutMessage.body.contains("已出发")).count() == 1
    browser.post(f"/visits/{scene.visit.id}/set_off", status=409, key="another-key-123456")


def test_declining_leads_to_the_visit_where_it_can_be_taken_back(app, browser, clock):
    scene = leak()
    browser = as_(browser, scene.technician)
    browser.visit(f"/visits/{scene.visit.id}/decline")
    browser.press("不接这单", status=422)
    browser.press("不接这单", reason="车坏了")
    assert browser.page.path == f"/visits/{scene.visit.id}"
    browser.press("撤销")
    assert queries.find_for(scene.technician, scene.visit.id).status is VisitStatus.SCHEDULED


def test_the_desk_plans_looks_at_a_day_and_is_told_of_an_overlap(app, browser, clock):
    scene = leak()
    browser = as_(browser, scene.agent)
    page = browser.visit(f"/visits/new?ticket={scene.ticket.id}&day=2026-11-18&start=10:30&end=12:00")
    assert page.has("这时有别的单 11:00–12:30")
    page = browser.press("派单", status=422, technician=scene.technician.id, day="2026-11-18", start="11:30", end="12:00", bring="梯子")
    assert page.one("#technician-error") is not None
    assert (page.value("bring"), page.value("start")) == ("梯子", "11:30")
    page = browser.press("看这天的安排", day="2026-11-19")
    assert (page.has("没有安排"), page.value("bring")) == (True, "梯子")
    page = browser.press("派单", technician=scene.technician.id)
    assert page.path == f"/tickets/{scene.ticket.id}"
    assert len(queries.of_ticket(scene.ticket)) == 2


def test_a_visit_changed_meanwhile_is_shown_beside_what_was_typed(app, db, browser, clock):
    scene = leak()
    browser = as_(browser, scene.agent)
    browser.visit(f"/visits/{scene.visit.id}/move")
    from portal.visits import actions

    start = wall.now() + 6 * HOUR
    actions.move(scene.visit, scene.technician, start, start + HOUR, by=cast.agent("周敏"))
    page = browser.press("保存并通知双方", status=409, start="13:00", end="14:00")
    assert (page.has("周敏"), page.value("start")) == (True, "13:00")
    browser.press("保存并通知双方")
    assert wall.local(queries.find_for(scene.agent, scene.visit.id).starts_at).hour == 13


def test_cancelling_shows_what_the_customer_will_get(app, browser, clock):
    scene = leak()
    browser = as_(browser, scene.agent)
    assert browser.visit(f"/visits/{scene.visit.id}/cancel").has("原定 11-18 11:00–12:30 的上门已取消")
    browser.press("取消上门", reason="客户改主意")
    assert queries.find_for(scene.agent, scene.visit.id).status is VisitStatus.CANCELLED


def test_the_panel_of_the_ticket_page_is_the_block_of_its_own_page(app, browser, clock):
    scene = leak()
    browser = as_(browser, scene.agent)
    block = browser.swap(f"/visits/of-ticket/{scene.ticket.id}?block=visits_panel").text
    assert block == browser.visit(f"/visits/of-ticket/{scene.ticket.id}").words("#visits_panel")


@pytest.mark.parametrize("path", ["/visits/new", "/visits/new?ticket=99999999999999999999", "/visits/new?ticket=x", "/visits/999999"])
def test_unknown_things_are_not_there(app, browser, clock, path):
    as_(browser, cast.agent()).visit(path, status=404)


@pytest.mark.parametrize("query", ["day=0000-00-00", "day=9999-12-31", "day=2026-02-30", "technician=x", "status=x", "at=%00"])
def test_nonsense_in_the_address_shows_today(app, browser, clock, query):
    as_(browser, cast.agent()).visit(f"/visits/?{query}")




@pytest.fixture
def counted(app):
    """Runs a request and says how many queries it took."""
    seen: list[str] = []

    def note(connection, cursor, statement, *more):
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)

    def count(client, path):
        client.get(path)
        seen.clear()
        assert client.get(path).status_code == 200
        return len(seen)

    yield count
    event.remove(database.engine, "before_cursor_execute", note)


def many(scene, number: int) -> None:
    start, _end = wall.day_bounds(wall.today())
    for n in range(number):
        ticket = make.ticket(by=scene.agent)
        database.session.add(Visit(
            ticket=ticket, technician=scene.technician, status=VisitStatus.SCHEDULED, starts_at=start + timedelta(minutes=11 * 60 + n),
            ends_at=start + timedelta(minutes=11 * 60 + n + 1), created_at=wall.now(), changed_at=wall.now(),
            items=[VisitItem(position=0, kind="check", words="断电")],
        ))
    database.session.commit()


@pytest.mark.once
def test_lists_cost_the_same_number_of_queries_at_one_and_at_fifty(app, client, clock, counted):
    scene = leak()
    desk, phone = cast.signed_in(app.test_client(), scene.agent), cast.signed_in(app.test_client(), scene.technician)
    before = counted(desk, "/visits/"), counted(phone, "/visits/today")
    many(scene, 49)
    assert (counted(desk, "/visits/"), counted(phone, "/visits/today")) == before


@pytest.mark.once
def test_the_work_page_costs_the_same_with_many_lines_and_photos(app, client, clock, counted):
    scene = leak(VisitStatus.ON_SITE)
    phone = cast.signed_in(client, scene.technician)
    path = f"/visits/{scene.visit.id}"
    before = counted(phone, path)
    scene.visit.items += [VisitItem(position=9 + n, kind="check", words="断电", answer=Answer.NO, note="x") for n in range(40)]
    complete(scene.visit)
    assert counted(phone, path) == before


@pytest.mark.once
def test_a_phone_page_is_at_most_100_kb_before_photos(app, client, clock):
    scene = leak(VisitStatus.ON_SITE)
    phone = cast.signed_in(client, scene.technician)
    page = phone.get(f"/visits/{scene.visit.id}").get_data()
    links = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.decode()))
    sizes = [len(phone.get(link, headers={"Accept-Encoding": "br"}).get_data()) for link in links]
    assert len(gzip.compress(page)) + sum(sizes) <= 100 * 1024


@pytest.mark.once
def test_stored_files_know_their_slot(app, db, clock):
    scene = leak(VisitStatus.ON_SITE)
    complete(scene.visit)
    assert sorted(f.slot for f in db.query(StoredFile)) == ["after", "before"]
