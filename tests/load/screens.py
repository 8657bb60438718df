"""Real browsers that show the queue, and when its rows change there."""

from __future__ import annotations

import re

from portal.demo.people import PASSWORD
from tests.load.rows import AGENTS
from tests.load.servers import Place
from tests.load.wire import HOST

WATCH = """() => { window.seenAt = {}; new MutationObserver(list => { for (const one of list) {
  const row = (one.target.nodeType === 1 ? one.target : one.target.parentElement)?.closest("[data-row]"); if (row) (window.seenAt[row.id] ||= []).push(Date.now()); } })
  .observe(document.getElementById("queue"), { subtree: true, childList: true, attributes: true, characterData: true }); }"""


class Screens:
    """Real browsers that show the queue; each notes when a row changes."""

    def __init__(self, place: Place, number: int):
        self.place, self.number, self.pages = place, number, []

    def __enter__(self) -> Screens:
        if self.number:
            from playwright.sync_api import sync_playwright

            from tests.e2e.conftest import FLAGS, find_chromium

            self.playwright = sync_playwright().start()
            self.browser = self.playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS, headless=True)
            self.pages = [self._page() for _n in range(self.number)]
        return self

    def _page(self):
        page = self.browser.new_context().new_page()
        page.goto(f"http://{HOST}:{self.place.port}/sign-in")
        page.fill("[name=username]", AGENTS[0])
        page.fill("[name=password]", PASSWORD)
        page.locator("form button[type=submit], form button:not([type])").first.click()
        page.wait_for_url(re.compile("/tickets/"))
        page.goto(f"http://{HOST}:{self.place.port}/tickets/?view=all")
        page.evaluate(WATCH)
        return page

    def after(self, changes: list) -> list[float]:
        """Seconds from the last change of each row to the first sign of it on each screen; what is left of its time goes on changing by the minute."""
        last = {f"ticket-{c.row}": c.wall for c in changes}
        seen = [(name, [at / 1000 for at in moments]) for page in self.pages for name, moments in page.evaluate("() => Object.entries(window.seenAt)")]
        firsts = [(name, next((at for at in moments if at > last[name] - 0.2), None)) for name, moments in seen if name in last]
        return [max(0.0, at - last[name]) for name, at in firsts if at is not None]

    def __exit__(self, *_error) -> None:
        if self.number:
            self.browser.close()
            self.playwright.stop()
