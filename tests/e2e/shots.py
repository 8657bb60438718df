"""`make shots`: photographs the main pages of the demo as each role, at 390 and 1440, light and dark, Chinese and English."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from portal.demo.people import PASSWORD
from portal.settings import ROOT
from tests.e2e.conftest import FLAGS, find_chromium

PAGES = {  # name: address, or address and the link on it that leads to the page
    "linxiao": {
        "queue": "/tickets/?view=all", "ticket": "/tickets/500", "ledger": "/tickets/500/clocks", "new": "/tickets/new", "next": "/desk/next",
        "calls": "/desk/calls/", "customers": "/customers/", "search": "/search?q=漏水", "inbox": "/inbox/",
    },
    "wangjianguo": {"today": "/visits/today", "visit": ("/visits/today", "main a[href^='/visits/']"), "outbox": "/field/outbox", "me": "/me", "diag": "/diag"},
    "xujing": {
        "dashboard": "/dashboard", "board": "/visits/board", "visits": "/visits/", "proposals": "/proposals/", "proposal": ("/proposals/", "main h3 a[href^='/proposals/']"),
        "funnel": "/proposals/figures", "boards": "/proposals/boards", "ratings": "/surveys/", "handovers": "/desk/handover/", "replies": "/replies/",
    },
    "shenlin": {"figures": "/dashboard?period=quarter"},
    "fangyuan": {
        "admin": "/admin/", "audit": "/admin/audit", "people": "/admin/people/", "access": "/admin/access", "catalogue": "/admin/catalogue/", "options": "/admin/options",
        "policies": "/tickets/policies", "calendars": "/admin/calendars/",
    },
    "": {"request": "/request", "suggest": "/suggest", "improvements": "/improvements", "sign-in": "/sign-in"},
}
SIZES = {"390": (390, 844), "1440": (1440, 900)}
READY_SECONDS = 300


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium found: install one, or name it by CHROMIUM=/path", file=sys.stderr)
        return 1
    folder = ROOT / "instance" / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    server = _demo(port)
    try:
        _wait(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, headless=True)
            number = sum(_series(browser, f"http://127.0.0.1:{port}", folder, who) for who in PAGES)
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(40)
    print(f"{number} pictures in {folder.relative_to(ROOT)}/")
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _demo(port: int) -> subprocess.Popen:
    values = {"DEMO": "1", "INSTANCE_DIR": "instance/demo", "PORT": str(port), "SIGN_IN_TRIES_ADDRESS": "1000"}
    return subprocess.Popen([sys.executable, "-m", "portal.serve"], cwd=ROOT, env={**os.environ, **values})


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)  # noqa: S310 - loopback
            return
        except OSError:
            time.sleep(1)
    raise TimeoutError("the demo did not start")


def _series(browser, base: str, folder: Path, who: str) -> int:
    """All pages of one person in every size, theme and language."""
    number = 0
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            for language in ("zh_CN", "en"):
                context = browser.new_context(base_url=base, viewport={"width": width, "height": height}, color_scheme=theme, timezone_id="Asia/Shanghai")
                page = context.new_page()
                if who:
                    _sign_in(page, who)
                page.request.post("/language", form={"language": language, "next": "/sign-in"}, headers={"Origin": base})
                for name, place in PAGES[who].items():
                    _go(page, *([place] if isinstance(place, str) else place))
                    page.screenshot(path=folder / f"{name}-{size}-{theme}-{language}.png")
                    number += 1
                context.close()
    return number


def _go(page, path: str, link: str = "") -> None:
    """Raises RuntimeError when that is no page: a picture of an error shows nothing."""
    answer = page.goto(path, wait_until="networkidle")
    if link:
        answer = page.goto(page.locator(link).first.get_attribute("href"), wait_until="networkidle")
    if not answer.ok:
        raise RuntimeError(f"{answer.url} answered with {answer.status}")


def _sign_in(page, who: str) -> None:
    page.goto("/sign-in")
    page.fill("#username", who)
    page.fill("#password", PASSWORD)
    page.locator("form:has(#username) button[type=submit], form:has(#username) button.button-primary").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


if __name__ == "__main__":
    sys.exit(main())
