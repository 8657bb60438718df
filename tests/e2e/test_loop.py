"""A call taken with the keyboard alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.tickets.models import Ticket
from tests import cast, make

NUMBER = "13300004471"


@pytest.fixture
def staff(site):
    """Everybody signs in with the same password. Username: role."""
    with site.acting():
        make.catalogue()
        for act, name in ((cast.agent, "林晓"), (cast.technician, "韩立"), (cast.supervisor, "许静")):
            act(name, username=act.__name__, password=cast.PASSWORD)
        make.ticket(make.customer("马丽", NUMBER), "窗户关不上")


def come_in(page, username: str) -> None:
    page.goto("/sign-in")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(cast.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_intake_by_keyboard(site, staff, person):
    page = person(width=1280)
    come_in(page, "agent")
    presses = 0

    def key(name: str) -> None:
        nonlocal presses
        presses += 1
        page.keyboard.press(name)

    key("n")
    page.wait_for_url("**/tickets/new")
    for digit in NUMBER:
        key(digit)
    page.locator(".intake-found", has_text="马丽").wait_for()
    while not page.evaluate("document.activeElement.name === 'category_id'"):
        key("Tab")
    key("5")
    assert page.evaluate("document.activeElement.name") == "words"
    page.keyboard.insert_text("油烟机还在滴油")
    key("Control+Enter")
    page.wait_for_url("**/visits/new?ticket=*")
    assert presses <= 40, presses
    with site.acting() as db:
        made = db.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert (made.customer.name, made.description, made.site_id is not None) == ("马丽", "油烟机还在滴油", True)
