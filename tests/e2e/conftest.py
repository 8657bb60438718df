"""A real Chromium against a real server on a free port, with a database of its own."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from portal import work
from portal.core.db import db, unit_of_work
from portal.schedule import SCHEDULE
from tests.databases import Prepared

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=zh-CN"]
EXPECTED = re.compile(r"status of (409|413|422|429) ")
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PATIENCE = 30_000  # a hang guard, no measure: machines are busy


def find_chromium() -> str | None:
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items):
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.timeout(300))  # unless the test has its own


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    if path is None:
        words = "no Chromium found: install one, or name it by CHROMIUM=/path"
        pytest.fail(words) if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip(words)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield browser
        browser.close()


def morning() -> str:
    """A time zone in which it is about ten o'clock now: a whole visit fits into what is left of the day, whenever the tests run."""
    ahead = (10 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"


class Counted:
    """The application, counting what it works on: a database must not be laid anew under a late request."""

    def __init__(self, app):
        self.app, self.busy, self.lock = app, 0, threading.Lock()

    def __call__(self, environ, start_response):
        self._count(1)
        try:
            return self.app(environ, start_response)
        finally:
            self._count(-1)

    def _count(self, number: int) -> None:
        with self.lock:
            self.busy += number

    def wait_until_quiet(self) -> None:
        calm = 0
        while calm < 5:
            time.sleep(0.02)
            calm = 0 if self.busy else calm + 1


class Site:
    """The running portal: `url`, `app`; `acting()` for seeds, `work()` runs every job once."""

    def __init__(self, prepared: Prepared, url: str):
        self.prepared, self.app, self.url = prepared, prepared.app, url

    @contextmanager
    def acting(self):
        with self.app.app_context(), unit_of_work():
            yield db.session

    def work(self) -> None:
        for name, _seconds, _path in SCHEDULE:
            work.run_job(self.app, name)


@pytest.fixture(scope="session")
def _server(tmp_path_factory, shared):
    folder = tmp_path_factory.getbasetemp() / "e2e-instance"
    server = counted = None

    def start(app):
        nonlocal server, counted
        counted = Counted(app)
        server = make_server("127.0.0.1", 0, counted, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.port}"

    prepared = Prepared("sqlite", folder, shared, "e2e")
    url = start(prepared.app)
    prepared.config["PUBLIC_URL"] = prepared.config["PUBLIC_BASE"] = url
    prepared.config["TIME_ZONE"] = morning()
    yield prepared, url, counted
    server.shutdown()


@pytest.fixture
def site(_server):
    prepared, url, counted = _server
    counted.wait_until_quiet()
    prepared.reset()
    prepared.app.config.clear()
    prepared.app.config.update(prepared.config)
    return Site(prepared, url)


@pytest.fixture
def person(chromium, request):
    """`person(width=1280, height=900, …)` → a page of somebody new (own cookies). Errors in any console fail the test, but those that
    hold words of `person.noise`, whenever they come."""
    contexts, errors, noise = [], [], []

    def open_page(width: int = 1280, height: int = 900, phone: bool = False, at: str = "", **more):
        url = at or request.getfixturevalue("site").url
        context = chromium.new_context(
            base_url=url, viewport={"width": width, "height": height}, locale="zh-CN",
            timezone_id="Asia/Shanghai", has_touch=phone, is_mobile=phone, **more,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        contexts.append(context)
        page.on("console", lambda message: _note(errors, message))
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on("request", lambda asked: _own_only(errors, asked, url))
        return page

    open_page.noise = noise
    yield open_page
    for context in contexts:
        context.close()
    wrong = [error for error in errors if not any(words in error for words in noise)]
    assert not wrong, "\n".join(wrong)


def _note(errors: list[str], message) -> None:
    asked = message.location.get("url") or ""
    if message.type == "error" and not EXPECTED.search(message.text) and not asked.endswith("/favicon.ico"):  # browsers ask for it unasked
        errors.append(f"{message.location.get('url')}: {message.text}")


def _own_only(errors: list[str], request, url: str) -> None:
    if not request.url.startswith((url, "data:", "blob:", "about:")):
        errors.append(f"asked another host: {request.url}")


@pytest.fixture
def axe():
    """`axe(page)` → what axe-core finds on it (rules of WCAG 2.2 A and AA); `axe(page, rule, …)`: by these rules alone."""
    source = AXE.read_text()

    def run(page, *rules: str) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']}).then(r => r.violations)", list(rules or RULES))
        return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]

    return run


