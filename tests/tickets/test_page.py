"""The ticket page and its forms, as an agent uses them."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale
from PIL import Image
from sqlalchemy import event, select, update
from werkzeug.datastructures import FileStorage

from portal.catalogue import queries as catalogue
from portal.core import files
from portal.core.activity import Activity, record
from portal.core.forms import new_key
from portal.notifications.models import Delivery, OutMessage
from portal.tickets import actions, queries, showing, timeline
from portal.tickets.models import OPEN, Draft, Status, Ticket
from portal.tickets.workflow import TICKET
from tests import cast, make
from tests.browser import words


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def verbs(db, ticket):
    return list(db.scalars(select(Activity.verb).where(Activity.ticket_id == ticket.id).order_by(Activity.id)))


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(out, "JPEG")
    return out.getvalue()


def test_accepting_by_the_button(clock, db, browser, agent):
    ticket = make.ticket()
    browser.visit(f"/tickets/{ticket.id}")
    page = browser.press("受理")
    assert page.has("已受理") and verbs(db, ticket)[-1] == "ticket.accepted"


def test_a_reply_with_a_photo_reaches_the_timeline_once(clock, db, browser, agent):
    ticket = make.ticket()
    browser.visit(f"/tickets/{ticket.id}")
    page = browser.press("发送给客户", words="王师傅马上到", photos=("a.jpg", picture()))
    assert page.has("王师傅马上到") and len(page.all(".entry img")) == 1
    assert verbs(db, ticket).count("ticket.replied") == 1


def test_a_reply_that_was_not_delivered_says_so_and_leads_to_the_number(clock, db, browser, agent):
    ticket = make.ticket()
    browser.visit(f"/tickets/{ticket.id}")
    page = browser.press("发送给客户", words="王师傅马上到")
    assert page.has("等待发送") and not page.all(".entry-delivery.is-failed")
    db.execute(update(OutMessage).values(state=Delivery.FAILED))
    db.commit()
    page = browser.visit(f"/tickets/{ticket.id}")
    assert page.one(".entry-delivery.is-failed a").text == "改号码"
    browser.visit(page.one(".entry-delivery.is-failed a").get("href"))


def test_a_delivery_stands_below_its_line_and_not_in_it(clock, db, browser, agent):
    make.catalogue()
    ticket = make.ticket(owner=agent)
    actions.accept(ticket, by=agent)
    actions.start(ticket, by=agent)
    actions.resolve(ticket, catalogue.causes()[0], "换了密封圈", by=agent)
    db.commit()
    text = browser.client.get(f"/tickets/{ticket.id}").text
    assert "entry-line" in text and "entry-delivery" in text
    assert not re.search(r"<p\b(?:(?!</p>).)*<p\b", text, re.DOTALL)


def test_a_late_clock_is_told_in_one_sentence(app):
    with app.test_request_context("/"), force_locale("zh_CN"):
        said = showing._detail(timedelta(hours=1), False, None, datetime(2026, 11, 18, 4, tzinfo=UTC), datetime(2026, 11, 18, 3, tzinfo=UTC))
    assert said.startswith("时限 1 时 00 分，") and "完成，" in said and said.endswith("起超时")


def test_the_same_reply_sent_twice_is_one_reply(clock, db, browser, agent):
    ticket, key = make.ticket(), new_key()
    for _ in range(3):
        browser.post(f"/tickets/{ticket.id}/reply", key=key, mode="public", words="马上到")
    assert verbs(db, ticket).count("ticket.replied") == 1


def test_a_refused_reply_keeps_every_word(clock, browser, agent):
    ticket = make.ticket()
    browser.visit(f"/tickets/{ticket.id}")
    words = "写了很久的话" * 900
    page = browser.press("发送给客户", 422, words=words)
    assert page.one("#words").text.lstrip("\n") == words


def test_a_file_that_is_no_picture_is_refused_in_words(clock, db, browser, agent):
    ticket = make.ticket()
    browser.visit(f"/tickets/{ticket.id}")
    page = browser.press("发送给客户", 422, words="看照片", photos=("a.jpg", b"<svg onload=alert(1)>"))
    assert page.has("a.jpg") and page.one("#words").text.strip() == "看照片"
    assert verbs(db, ticket) == ["ticket.created"]


def test_a_draft_comes_back_after_another_sign_in(clock, db, browser, agent):
    ticket = make.ticket()
    browser.post(f"/tickets/{ticket.id}/draft", 204, words="写到一半", mode="public")
    browser.client.delete_cookie("signed-in")
    cast.signed_in(browser.client, agent)
    assert browser.visit(f"/tickets/{ticket.id}").one("#words").text.strip() == "写到一半"
    assert db.scalars(select(Draft)).one().person_id == agent.id


def test_internal_notes_look_and_read_differently(clock, browser, agent):
    ticket = make.ticket()
    actions.note(ticket, "先别承诺赔付", by=agent)
    actions.reply(ticket, "师傅在路上", by=agent)
    page = browser.visit(f"/tickets/{ticket.id}")
    assert "先别承诺赔付" in page.words("li.entry-internal") and "师傅在路上" in page.words("li.entry-public")


def test_what_is_written_under_the_notes_is_a_note_unless_one_chooses_otherwise(clock, db, browser, agent):
    ticket = make.ticket()
    for address, modes in (("?part=internal", ["internal"]), ("?part=internal&mode=public", ["public"]), ("?part=customer", ["public"]), ("", ["public"])):
        page = browser.visit(f"/tickets/{ticket.id}{address}")
        assert [field.get("value") for field in page.all(".composer input[name=mode]")] == modes
    browser.visit(f"/tickets/{ticket.id}?part=internal")
    browser.press("存为内部备注", words="带专用扳手")
    assert verbs(db, ticket)[-1] == "ticket.noted"


def test_entries_that_share_a_shape_keep_their_own_words(clock, db, browser, agent):
    """Words are put into what was drawn once for all of a kind: escaped, and never one entry's into another."""
    ticket, said = make.ticket(), ["<b>不在家</b> & {0}", "第二次 <img src=x onerror=alert(1)>", "第三次"]
    for one in said:
        actions.note(ticket, one, [], by=agent)
    db.commit()
    for _n in range(2):
        entries = browser.visit(f"/tickets/{ticket.id}").all(".entry-internal")
        assert [entry.cssselect(".entry-text")[0].text_content() for entry in entries] == said
        assert len({entry.get("id") for entry in entries}) == 3 and not any(entry.cssselect(".entry-text *") for entry in entries)


def test_the_swapped_timeline_is_the_timeline_of_the_page(clock, browser, agent):
    ticket = make.ticket()
    actions.note(ticket, "看过了", by=agent)
    fresh = [e.get("id") for e in browser.visit(f"/tickets/{ticket.id}").all("li.entry")]
    assert [e.get("id") for e in browser.swap(f"/tickets/{ticket.id}", "timeline").all("li.entry")] == fresh


def test_resolving_needs_the_cause_beside_its_field(clock, db, browser, agent):
    ticket = make.ticket()
    actions.accept(ticket, by=agent)
    browser.visit(f"/tickets/{ticket.id}/resolve")
    page = browser.press("解决", 422, solution="换了软管")
    assert page.all("#cause_id-error") and page.one("#solution").text.strip() == "换了软管"


def test_two_who_classify_are_shown_both_versions(clock, db, browser, agent):
    ticket, other = make.ticket(), cast.agent("周敏")
    actions.accept(ticket, by=agent)
    form = browser.visit(f"/tickets/{ticket.id}/classify")
    actions.classify(ticket, by=other, kind_code="complaint", category=None, stage_id=None, urgency=ticket.urgency, impact=ticket.impact, title="别的标题")
    page = browser.press("分类", 409, title="我的标题")
    assert page.has("周敏") and page.has("别的标题") and page.has("我的标题")
    browser.press("分类", **{"title-keep": "theirs"})
    assert db.get(Ticket, ticket.id).title == "别的标题"
    assert form.status == 200


def test_a_step_that_is_gone_is_a_conflict_not_a_crash(clock, db, browser, agent):
    ticket = make.ticket()
    actions.accept(ticket, by=agent)
    browser.post(f"/tickets/{ticket.id}/accept", 409)
    assert verbs(db, ticket).count("ticket.accepted") == 1


def test_a_ticket_of_another_team_does_not_exist_for_its_supervisor(clock, browser):
    area = cast.area()
    team, other = cast.team("浦东", area), cast.team("静安")
    ticket = make.ticket()
    ticket.team = team
    cast.signed_in(browser.client, cast.supervisor(team=other, leads=True, company_wide=False))
    unknown, foreign = browser.visit("/tickets/999999", 404), browser.visit(f"/tickets/{ticket.id}", 404)
    assert [unknown.words("h1"), foreign.words("h1")] == [unknown.words("h1")] * 2 and not foreign.has(ticket.title)


def test_the_page_costs_the_same_queries_with_few_and_many_entries(clock, db, browser, agent):
    ticket = make.ticket()
    actions.note(ticket, "一", by=agent)
    first = _queries(browser, ticket, db)
    for number in range(30):
        actions.note(ticket, f"第 {number} 条", by=agent)
    assert _queries(browser, ticket, db) == first


def _queries(browser, ticket, db) -> int:
    seen = []
    engine = db.get_bind()
    listen = lambda *args: seen.append(args[2])  # noqa: E731
    browser.visit(f"/tickets/{ticket.id}")
    event.listen(engine, "before_cursor_execute", listen)
    browser.visit(f"/tickets/{ticket.id}")
    event.remove(engine, "before_cursor_execute", listen)
    return len(seen)


def test_a_file_of_another_ticket_is_not_reached_through_mine(clock, db, browser, agent):
    mine, other = make.ticket(), make.ticket()
    browser.visit(f"/tickets/{other.id}")
    browser.press("发送给客户", words="照片", photos=("a.jpg", picture()))
    url = browser.page.one(".entry img").getparent().get("href")
    assert browser.visit(url.replace(f"/{other.id}/", f"/{mine.id}/", 1), 404).status == 404
    assert browser.client.get(url).headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_what_a_technician_was_never_sent_to_does_not_exist(clock, app, browser):
    ticket, technician = make.ticket(), cast.technician()
    assert queries.visible_to(technician) is not None
    cast.signed_in(browser.client, technician)
    browser.visit(f"/tickets/{ticket.id}", 404)


def test_an_english_timeline_reads_as_a_log(clock, db, browser, agent):
    ticket = make.ticket()
    actions.accept(ticket, by=agent)
    db.commit()
    agent.language = "en"
    db.commit()
    assert browser.visit(f"/tickets/{ticket.id}").has("林晓: Accepted") and browser.page.has("Created today")
    agent.language = "zh_CN"
    db.commit()
    assert not browser.visit(f"/tickets/{ticket.id}").has("林晓:")


def test_merging_offers_the_customers_other_tickets(clock, db, browser, agent):
    ticket = make.ticket()
    other = make.ticket(ticket.customer, "窗户关不上")
    page = browser.visit(f"/tickets/{ticket.id}/merge")
    assert page.one("input[name=other][checked]").get("value") == other.number and page.has("窗户关不上")
    assert browser.press("合并").has("完成：合并")
    assert db.get(Ticket, ticket.id).merged_into_id == other.id


def test_a_number_that_no_ticket_has_is_said_beside_its_field(clock, db, browser, agent):
    ticket = make.ticket()
    browser.visit(f"/tickets/{ticket.id}/merge")
    page = browser.press("合并", status=422, number="S2611-9999")
    assert (page.words("#number-error"), page.value("number")) == ("没有这张工单，核对一下单号。", "S2611-9999")
    browser.visit(f"/tickets/{ticket.id}/merge")
    assert browser.press("合并", status=422).words("#number-error") == "选一张工单，或写下单号。"


def test_archiving_is_offered_once_nothing_is_due_before_it(clock, db, browser, agent, monkeypatch):
    ticket = make.ticket(owner=agent)
    ticket.status = Status.RESOLVED
    db.commit()
    monkeypatch.setattr(actions, "close_checks", [lambda t: "还要回访"])
    page = browser.visit(f"/tickets/{ticket.id}")
    steps = [e.get("action") or e.get("href") for e in page.all(".t-title form, .t-title a")]
    assert page.has("还要回访") and not any(s.endswith("/close") for s in steps) and any("/reopen" in s for s in steps)
    monkeypatch.setattr(actions, "close_checks", [])
    assert browser.visit(f"/tickets/{ticket.id}").one(f"form[action='/tickets/{ticket.id}/close']") is not None


@pytest.mark.parametrize("status", [*OPEN, Status.RESOLVED, Status.CLOSED, Status.CANCELLED])
def test_d_dispatches_on_the_page_and_in_the_preview_alike(clock, db, browser, agent, status):
    ticket = make.ticket(owner=agent)
    ticket.status = status
    db.commit()
    head, preview = browser.visit(f"/tickets/{ticket.id}"), browser.visit(f"/tickets/?view=all&preview={ticket.id}")
    expected = [f"/visits/new?ticket={ticket.id}"] if status in TICKET.steps["dispatch"].start else []
    assert [[a.get("href") for a in page.all(f"{where} a[data-key=d]")] for page, where in ((head, ".t-head"), (preview, ".preview"))] == [expected] * 2
    assert len(head.all(".t-title .button-primary")) <= 1


@pytest.mark.parametrize("latest", [100, 1])
def test_an_entry_of_pictures_alone_is_counted_and_found(clock, db, browser, agent, monkeypatch, latest):
    """A signature has no words; counted the same from the rows of the page and by the database."""
    monkeypatch.setattr(timeline, "LATEST", latest)
    ticket = make.ticket()
    row = record("visit.signed", ticket, by=agent, name="周先生")
    files.store(files.receive([FileStorage(io.BytesIO(picture()), "a.jpg")], most=1)[0], ticket, by=agent, ticket_id=ticket.id, activity_id=row.id)
    db.commit()
    page = browser.visit(f"/tickets/{ticket.id}")
    assert [words(e) for e in page.all(".t-tabs .tab")] == ["全部 2", "与客户往来 1", "内部备注 1"]
    page = browser.visit(f"/tickets/{ticket.id}?part=internal")
    assert len(page.all(".entry")) == len(page.all(".entry img")) == 1
