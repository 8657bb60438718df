"""An agent's desk in a real browser: what others do appears where it stands, files come by paste and drop, a morning without the mouse."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.calendars import seeds as calendars
from portal.core import clock
from portal.core.files import StoredFile
from portal.followups.models import FollowUp
from portal.macros import seeds as macros
from portal.proposals import actions as proposals
from portal.replies import seeds
from portal.tickets import actions
from portal.tickets.models import Status, Ticket
from tests import cast, make
from tests.e2e.test_loop import come_in

BRING = """([how, name, bytes]) => {
  const box = new DataTransfer();
  box.items.add(new File([new Uint8Array(bytes)], name, { type: "image/jpeg" }));
  const area = document.querySelector("#composer textarea");
  area.dispatchEvent(how === "paste" ? new ClipboardEvent("paste", { clipboardData: box, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: box, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def tickets(site):
    with site.acting():
        make.catalogue()
        agent = cast.agent("林晓", username="agent", password=cast.PASSWORD)
        cast.agent("周敏", username="mate", password=cast.PASSWORD)
        customer = make.customer("马丽", "13300004471")
        return [make.ticket(customer, words, by=agent).id for words in ("空调漏水", "窗户关不上", "地板翘起")]


def _rows(page) -> list[str]:
    return page.locator("[data-row]").evaluate_all("rows => rows.map(row => row.id)")


def test_a_colleagues_change_appears_in_its_row_and_nothing_moves(site, tickets, person):
    from playwright.sync_api import expect

    page = person(width=1440)
    come_in(page, "agent")
    page.goto("/tickets/?view=all")
    before, first = _rows(page), tickets[0]
    page.keyboard.press("j")
    held = page.evaluate("document.activeElement.closest('[data-row]').id")
    with site.acting() as db:
        mate = db.scalars(select(Person).where(Person.username == "mate")).one()
        actions.claim(db.get(Ticket, first), by=mate)
        make.ticket(words="新来的一单", by=mate)
    expect(page.locator(f"#ticket-{first}.changed .q-owner")).to_contain_text("周")
    expect(page.locator("a.pill")).to_have_count(1)
    assert _rows(page) == before
    assert page.evaluate("document.activeElement.closest('[data-row]').id") == held
    expect(page.locator(".side-item .count-all").first).to_have_text("4")


def test_pictures_are_attached_by_paste_and_by_drop(site, tickets, person, tmp_path):
    from playwright.sync_api import expect

    from tests.visits import scene

    page = person(width=1440)
    come_in(page, "agent")
    page.goto(f"/tickets/{tickets[0]}?mode=internal")
    page.locator("#words").fill("现场照片")
    for number, how in enumerate(("paste", "drop"), 1):
        page.evaluate(BRING, [how, f"{how}.jpg", list(scene.photo())])
        expect(page.locator("[data-previews] li")).to_have_count(number)
    page.locator("#words").press("Control+Enter")
    expect(page.locator("#timeline img")).to_have_count(2)
    with site.acting() as db:
        assert len(db.scalars(select(StoredFile).where(StoredFile.ticket_id == tickets[0])).all()) == 2


def test_a_morning_without_the_mouse(site, tickets, person):
    """Walk, open, claim, answer, on to the next; tick two and take them; the sheet of keys; nothing fires while typing."""
    from playwright.sync_api import expect

    page = person(width=1440)
    come_in(page, "agent")
    page.goto("/tickets/?view=all")
    keys = page.keyboard
    keys.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    keys.press("Escape")
    for key in ("j", "x", "j", "x"):
        keys.press(key)
    expect(page.locator(".q-box:checked")).to_have_count(2)
    keys.press("x")
    keys.press("k")
    keys.press("x")
    expect(page.locator(".q-box:checked")).to_have_count(0)
    keys.press("c")
    expect(page.locator("#words")).to_be_focused()
    keys.type("n j k 您好，师傅马上到")
    expect(page.locator("#words")).to_have_value("n j k 您好，师傅马上到")
    answered = page.url.partition("?")[0]
    keys.press("Control+Enter")
    page.wait_for_url(lambda url: "/tickets/" in url and not url.startswith(f"{answered}?"))
    expect(page.locator(".composer-onward")).to_be_visible()  # still walking through the list
    with site.acting() as db:
        assert [t.status for t in db.scalars(select(Ticket).where(Ticket.first_response_at.is_not(None)))] == [Status.NEW]
    keys.press("/")  # no search box here: the page of searches
    expect(page.locator("input[type=search]")).to_be_focused()
    keys.type("地板")
    keys.press("Enter")
    expect(page.locator(".found-title").first).to_contain_text("地板翘起")


def test_menus_forms_and_selections_follow_the_keys(site, tickets, person):
    """What a key opens takes the focus, Esc gives it back; a page of one form waits in its first field; Esc lets go of what is selected."""
    from playwright.sync_api import expect

    with site.acting():
        seeds.load()
        macros.load()
    page = person(width=1440)
    come_in(page, "agent")
    page.goto(f"/tickets/{tickets[0]}?view=all")
    keys = page.keyboard
    keys.press("t")
    expect(page.locator("#replies-q")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("summary[data-key=t]")).to_be_focused()
    keys.press("m")
    expect(page.locator(".actions-menu .popover button.option").first).to_be_focused()
    icon, words = page.locator(".actions-menu .popover button.option").first.evaluate("b => [b.querySelector('svg').getBoundingClientRect().right, (r => (r.selectNodeContents(b.lastChild), r.getBoundingClientRect().left))(document.createRange())]")
    assert words > icon  # beside the picture, not below it
    keys.press("Escape")
    keys.press("a")
    expect(page.locator("main select").first).to_be_focused()
    page.goto("/tickets/?view=all")
    page.locator(".q-filters summary").nth(1).focus()
    keys.press("Enter")
    expect(page.locator(".q-filters details[open] .popover")).to_be_visible()
    for _n in range(page.locator(".q-filters details[open] .popover a").count() + 1):
        keys.press("Tab")  # past its last choice: it must not cover the rows that follow
    expect(page.locator(".q-filters details[open]")).to_have_count(0)
    page.locator(".q-filters summary").nth(1).click()
    page.locator("h1").first.click()
    expect(page.locator(".q-filters details[open]")).to_have_count(0)
    page.goto("/tickets/?view=all")
    for key in ("j", "x", "j", "j", "Shift+X"):
        keys.press(key)
    expect(page.locator(".q-box:checked")).to_have_count(3)
    keys.press("Escape")
    expect(page.locator(".q-box:checked")).to_have_count(0)


def test_a_row_opens_beside_the_list_where_there_is_room_and_as_a_page_where_not(site, tickets, person):
    from playwright.sync_api import expect

    page = person(width=1440)
    come_in(page, "agent")
    page.goto("/tickets/?view=all&sort=newest")
    page.locator(f"#ticket-{tickets[0]} .q-link").click()
    expect(page.locator("#preview h2")).to_have_text("空调漏水")
    expect(page.locator(f"#ticket-{tickets[0]}[data-ui-chosen]")).to_have_count(1)
    assert page.url.endswith(f"/tickets/?view=all&sort=newest&preview={tickets[0]}")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#preview h2")).not_to_have_text("空调漏水")
    expect(page.locator("[data-ui-chosen]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#preview h2")).to_have_count(0)
    assert page.url.endswith("/tickets/?view=all&sort=newest") and page.evaluate("document.activeElement.matches('.q-link')")
    with page.context.expect_page() as another:
        page.locator(f"#ticket-{tickets[0]} .q-link").click(modifiers=["Control"])
    expect(another.value.locator("h1")).to_contain_text("空调漏水")
    page.keyboard.press("c")  # on the row that holds the focus: its reply
    expect(page).to_have_url(re.compile(r"/tickets/\d+\?view=all&sort=newest#words$"))
    page.set_viewport_size({"width": 1100, "height": 800})
    page.goto("/tickets/?view=all")
    page.locator(f"#ticket-{tickets[0]} .q-link").click()
    expect(page).to_have_url(re.compile(rf"/tickets/{tickets[0]}\?view=all$"))


def test_the_preview_fills_its_place_and_the_menu_keeps_its_foot(site, tickets, person):
    page = person(width=1440, height=600)
    come_in(page, "agent")
    page.goto(f"/tickets/?view=all&preview={tickets[0]}")
    preview, place = page.locator(".preview").bounding_box(), page.locator(".aside-preview").bounding_box()
    assert preview["height"] >= place["height"] - 2
    foot = page.locator(".side-foot").bounding_box()
    assert foot["y"] + foot["height"] <= 601


def test_a_long_list_scrolls_by_itself_and_never_the_page(site, tickets, person):
    """Hidden words of rows below once made the page itself two screens high, the second one empty."""
    with site.acting():
        for _n in range(14):
            make.ticket()
    page = person(width=1440, height=500)
    come_in(page, "agent")
    page.goto("/tickets/?view=all")
    assert page.evaluate("document.querySelector('.content').scrollHeight > document.querySelector('.content').clientHeight")
    assert page.evaluate("document.documentElement.scrollHeight") == 500


def test_a_row_is_ticked_by_the_mouse_in_a_narrow_window_too(site, tickets, person):
    """The card's link lies over the whole card, but not over its box."""
    from playwright.sync_api import expect

    page = person(width=390)
    come_in(page, "agent")
    page.goto("/tickets/?view=all")
    page.locator(".q-box:visible").first.click()
    expect(page.locator(".q-box:checked")).to_have_count(1)
    expect(page.locator(".bulk-bar")).to_be_visible()


def test_names_in_a_table_are_not_broken_into_letters_on_a_phone(site, person):
    with site.acting():
        cast.administrator("方圆", username="admin", password=cast.PASSWORD)
        calendars.load()
    page = person(width=320, phone=True)
    come_in(page, "admin")
    page.goto("/admin/calendars/")
    assert page.locator(".table-scroll td:first-child, .table-scroll tbody th:first-child").first.bounding_box()["width"] >= 100


def test_the_right_column_a_merge_and_a_conflict_need_no_mouse(site, tickets, person):
    """Digits reach the parts of the column; the customer's other ticket is chosen by its digit; Ctrl+Enter sends from the page's first words too."""
    from playwright.sync_api import expect

    page = person(width=1440)
    come_in(page, "agent")
    page.goto(f"/tickets/{tickets[0]}")
    for digit in "12345":
        page.keyboard.press(digit)
        expect(page.locator(f"[data-key-focus='{digit}']")).to_be_focused()
    page.goto(f"/tickets/{tickets[0]}/classify")
    with site.acting() as db:
        ticket, mate = db.get(Ticket, tickets[0]), db.scalars(select(Person).where(Person.username == "mate")).one()
        actions.classify(ticket, by=mate, kind_code="repair", category=None, stage_id=None, urgency=ticket.urgency, impact=ticket.impact, title="周敏的标题")
    page.locator("#title").fill("林晓的标题")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".conflict")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".t-title h1")).to_have_text("林晓的标题")
    page.goto(f"/tickets/{tickets[0]}/merge")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]").first).to_contain_text("合并")
    with site.acting() as db:
        assert db.get(Ticket, tickets[0]).merged_into_id in tickets[1:]


def test_what_an_absent_person_has_is_counted_as_soon_as_they_are_chosen(site, tickets, person):
    from playwright.sync_api import expect

    with site.acting() as db:
        cast.supervisor("许静", username="boss", password=cast.PASSWORD)
        agent = db.scalars(select(Person).where(Person.username == "agent")).one()
        actions.claim(db.get(Ticket, tickets[0]), by=agent)
    page = person(width=1440)
    come_in(page, "boss")
    page.goto("/desk/handover/new")
    expect(page.locator("#from_id")).to_be_focused()
    page.locator("#from_id").select_option(label="林晓")
    expect(page.locator("#counts")).to_contain_text("1 张工单")


def test_every_list_is_walked_by_the_same_keys(site, tickets, person):
    from playwright.sync_api import expect

    with site.acting() as db:
        boss = cast.supervisor("许静", username="boss", password=cast.PASSWORD)
        make.visit(db.get(Ticket, tickets[0]), cast.technician())
        db.get(Ticket, tickets[1]).status = Status.RESOLVED
        db.add(FollowUp(ticket_id=tickets[1], rule="kind", owner=boss, created_at=clock.now(), due_at=clock.now()))
        proposals.submit("", "没试水", "洗后通水", by=cast.technician())
    page = person(width=1440)
    come_in(page, "boss")
    for path in ("/customers/", "/follow-ups/", "/visits/", "/proposals/", "/proposals/?look=list", "/dashboard/figures/received"):
        page.goto(path)
        page.keyboard.press("j")
        expect(page.locator("[data-rows] [data-row] :focus")).to_have_count(1)
    page.goto("/follow-ups/")
    for key in ("j", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: url.rstrip("/")[-1].isdigit())
    for key in ("1", "2"):  # answered, not satisfied: from wherever the focus is
        page.keyboard.press(key)
    expect(page.locator("input[name=reached][value=yes]")).to_be_checked()
    expect(page.locator("input[name=satisfied][value=no]")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#form-errors")).to_be_focused()  # why not is asked


def test_a_page_of_one_form_waits_in_its_first_field(site, tickets, person):
    from playwright.sync_api import expect

    with site.acting():
        cast.administrator("方圆", username="admin", password=cast.PASSWORD)
    page = person(width=1440)
    come_in(page, "admin")
    for path in ("/admin/people/new", "/admin/teams/new", "/admin/catalogue/services/new", "/admin/catalogue/causes/new"):
        page.goto(path)
        expect(page.locator("#name")).to_be_focused()
