"""Every page of the table under axe: no violation, no console error, no breach of the policy, no two boxes glued together, in both themes."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from portal.accounts import sessions
from tests import addresses, world

TOUCHING = """() => [...document.querySelectorAll("main .card, main .banner, main .fold")].filter(box => {
  const before = box.previousElementSibling;
  if (!box.offsetParent || !before?.offsetParent) return false;
  const [a, b] = [before.getBoundingClientRect(), box.getBoundingClientRect()], gap = b.top - a.bottom;
  return a.height && b.height && gap > -2 && gap < 3 && a.left < b.right && b.left < a.right;
}).map(box => `.${box.className.split(" ")[0]} touches what stands above it: ${box.innerText.slice(0, 20)}`)"""
WIDTHS = {"phone": 390, "wide": 1440}
INK = "getComputedStyle(document.body).color"


@pytest.fixture
def company(site):
    """(records, [(role, address)], role → token of a session)."""
    with site.acting():
        made = world.build()
        pages = [(entry.who[0], entry.address(made)) for entry in addresses.pages()]
        with site.app.test_request_context("/", headers={"User-Agent": "tests"}):
            tokens = {role: sessions.begin(person) for role, person in made.people.items()}
            name = sessions.cookie_name()
    return pages, tokens, name


@pytest.mark.timeout(600)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_page_is_accessible(width, site, company, person, axe):
    pages, tokens, cookie = company
    wrong, open_pages = [], {}
    for role, address in pages:
        if role not in open_pages:
            open_pages[role] = _browser(person, width, site.url, cookie, tokens.get(role))
        page = open_pages[role]
        answer = page.goto(address)
        assert answer.status == 200, f"{address}: {answer.status}"
        found = [*axe(page), *page.evaluate(TOUCHING), *(_dark(page, axe) if width < 500 else ())]
        wrong += [f"{address} as {role}: {what}" for what in found]
    assert not wrong, "\n".join(wrong)


def _dark(page, axe) -> list[str]:
    """The same page in the other theme: its colours alone are new."""
    light = page.evaluate(INK)
    page.emulate_media(color_scheme="dark")
    found = [*axe(page, "color-contrast", "link-in-text-block"), *([] if page.evaluate(INK) != light else ["no other colours in the dark"])]
    page.emulate_media(color_scheme="light")
    return [f"in the dark: {what}" for what in found]


def _browser(person, width: int, url: str, cookie: str, token: str | None):
    page = person(width=width, phone=width < 500)
    if token:
        page.context.add_cookies([{"name": cookie, "value": token, "domain": urlsplit(url).hostname, "path": "/"}])
    return page
