"""Nothing moves under the thumb: pictures have their room before they arrive, and what is delivered does not push away what is being tapped."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from portal.visits.models import VisitStatus
from tests.e2e import cellar
from tests.e2e.cellar import DELIVER, a_day, all_delivered, draw, jpeg, known, photograph, sign, tick, waiting_photos

FINISH = "#finish form .button-primary"
WATCH = """name => {
  window.tops = [];
  const look = () => { window.tops.push(Math.round(document.querySelector(name).getBoundingClientRect().top)); window.watching = requestAnimationFrame(look); };
  look();
}"""


REST = """name => new Promise(done => {
  let top, calm = 0;
  const look = () => {
    const now = document.querySelector(name).getBoundingClientRect().top;
    calm = now === top && !window.portalForms.running.size ? calm + 1 : 0;
    top = now;
    calm < 20 ? requestAnimationFrame(look) : done();
  };
  look();
})"""


@pytest.fixture
def at_work(site, person):
    """(page, let go): a visit at which somebody works, whose outbox is held back until it is let go."""
    username, (visit,) = a_day(site, status=VisitStatus.ON_SITE)
    page, held, free = person(width=390, height=844, phone=True, service_workers="block"), [], []
    known(site, page, username)
    page.goto(f"/visits/{visit}")
    page.evaluate("() => { for (const part of [document.documentElement, document.body]) part.style.overflowAnchor = 'none'; }")  # as on an iPhone
    page.route(DELIVER, lambda route: held.append(route) if route.request.method == "POST" and not free else route.continue_())

    def let_go():
        free.append(True)  # what has not asked yet is not held at all: a phone asks in its own time
        while held:
            held.pop().continue_()

    yield page, let_go


def moved(page) -> int:
    """How far it went from frame to frame, both ways together, in pixels."""
    return page.evaluate("() => { cancelAnimationFrame(window.watching); return window.tops.slice(1).reduce((sum, top, n) => sum + Math.abs(top - window.tops[n]), 0); }")


def test_the_button_stays_where_it_is_while_the_signature_and_the_photos_arrive(at_work):
    page, let_go = at_work
    tick(page, 0)
    tick(page, 1)
    photograph(page, "before", jpeg(1))
    photograph(page, "after", *[jpeg(2 + n) for n in range(4)])
    waiting_photos(page, 5)
    sign(page)
    cellar.kept(page, 8)
    expect(page.locator("#sign img.signature")).to_be_visible()
    page.locator(FINISH).scroll_into_view_if_needed()
    page.evaluate(REST, FINISH)
    page.evaluate(WATCH, FINISH)
    let_go()
    all_delivered(page)
    expect(page.locator("#sign img.signature[src^='/']")).to_be_visible()
    page.wait_for_function("() => document.querySelectorAll('#slot-after .photo img[src^=\"/\"]').length === 4")
    page.evaluate(REST, FINISH)
    assert moved(page) <= 2


def test_the_button_that_was_tapped_stays_under_the_thumb_and_the_picture_has_its_room(at_work):
    page, let_go = at_work
    page.locator("#sign-words").fill("排水管复位，试机正常")
    draw(page)
    button = page.locator("#sign").get_by_role("button", name="保存签字")
    button.scroll_into_view_if_needed()
    page.evaluate(REST, "#sign [data-needs-pad]")
    page.evaluate(WATCH, "#sign [data-needs-pad]")
    button.tap()
    cellar.kept(page, 1)
    expect(page.locator("#sign img.signature")).to_be_visible()
    page.evaluate(REST, "#sign [data-needs-pad]")
    room = page.locator("#sign img.signature").bounding_box()
    assert moved(page) <= 2
    let_go()
    all_delivered(page)
    expect(page.locator("#sign img.signature[src^='/']")).to_be_visible()
    there = page.locator("#sign img.signature").bounding_box()
    assert (there["width"], there["height"]) == (room["width"], room["height"])


def test_a_tick_looks_the_same_before_it_is_delivered_and_after(at_work):
    page, let_go = at_work
    tick(page, 0)
    cellar.kept(page, 1)
    expect(page.locator("[data-mark] use").first).to_have_attribute("href", re.compile("#check$"))
    before = page.locator("[data-mark]").first.inner_html()
    let_go()
    all_delivered(page)
    page.reload()
    assert page.locator("[data-mark]").first.inner_html() == before


DRAWN = """() => [...document.querySelectorAll("#work, #visit-bar")].map(part => {
  const copy = part.cloneNode(true);
  for (const act of copy.querySelectorAll("[data-act]")) { act.removeAttribute("href"); if (act.hidden) act.replaceChildren(); }  // the same place, or not seen
  return copy.innerHTML.replace(/\\s+/g, " ");
}).join("\\n")"""


@pytest.mark.parametrize("status", [VisitStatus.ACCEPTED, VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE], ids=lambda s: s.value)
def test_a_page_on_which_nothing_waits_is_left_as_the_server_made_it(site, person, status):
    """A script draws a visit only once something was done on this phone; it would draw the same."""
    username, (visit,) = a_day(site, status=status)
    page = person(width=390, height=844, phone=True, service_workers="block")
    known(site, page, username)
    page.goto(f"/visits/{visit}")
    expect(page.locator("[data-sync]")).to_contain_text("已全部同步")
    made = page.evaluate(DRAWN)
    page.route(DELIVER, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.evaluate("visit => window.portalOutbox.add({ person: Number(document.querySelector('[data-sync]').dataset.person), visit, kind: 'late', title: '', fields: [] }, [])", visit)
    page.evaluate("() => window.portalVisit.draw()")
    assert page.evaluate(DRAWN) == made
