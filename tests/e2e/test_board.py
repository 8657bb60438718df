"""The dispatch board on a phone and without a mouse, in a real browser."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from portal.core import clock
from tests import cast, make
from tests.e2e import cellar
from tests.roster.scene import office_hours
from tests.visits.scene import leak


def _picked(site) -> tuple[str, str]:
    """(agent's user name, address of tomorrow's board with a time in the afternoon that was chosen)."""
    with site.acting():
        scene = leak(None)
        office_hours(scene.technician, cast.supervisor())
        day = (clock.today() + timedelta(days=1)).isoformat()
        return scene.agent.username, f"/visits/board?day={day}&ticket={scene.ticket.id}&who={scene.technician.id}&at=1300"


def test_a_phone_shows_the_time_that_was_chosen(site, person):
    username, address = _picked(site)
    page = person(390, 844, phone=True)
    cellar.known(site, page, username)
    page.goto(address)
    expect(page.locator(".offer.is-chosen")).to_have_attribute("title", "13:00")
    whole, chosen = (page.locator(css).bounding_box() for css in (".lanes", ".offer.is-chosen"))
    assert whole["x"] + 144 <= chosen["x"] and chosen["x"] + chosen["width"] <= whole["x"] + whole["width"]
    button = page.get_by_role("button", name="确认派单").bounding_box()
    assert button["width"] > 200


def test_a_job_is_given_out_by_keyboard_alone(site, person):
    username, address = _picked(site)
    with site.acting():
        make.ticket(words="窗户关不上")
    page = person(1440, 900)
    cellar.known(site, page, username)
    page.goto(address.split("&")[0])
    for _step in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.job')"):
            break
    assert page.evaluate("document.activeElement.matches('.job')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="确认派单")).to_be_focused()
    chosen = page.locator(".offer.is-chosen").get_attribute("title")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".offer.is-chosen")).not_to_have_attribute("title", chosen)
    expect(page.get_by_role("button", name="确认派单")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".offer.is-chosen")).to_have_attribute("title", chosen)
    page.keyboard.press("Enter")
    expect(page.locator(".lane .block")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator(".job").first).to_be_focused()  # on to the next one


def test_the_thanks_for_a_confirmed_time_are_not_covered(site, person):
    _username, (visit,) = cellar.a_day(site)
    page = person(390, 844, phone=True)
    page.goto(cellar.link_of(site, visit))
    page.get_by_role("button", name="这个时间可以").tap()
    expect(page.get_by_text("您已确认这个时间")).to_be_visible()
    thanks, band = (page.locator(css).first.bounding_box() for css in (".banner", ".answer-band"))
    assert thanks["y"] + thanks["height"] <= band["y"]
