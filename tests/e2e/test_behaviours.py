"""The small scripts, on pages made for them under the real policy."""

import re
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, request
from playwright.sync_api import expect
from werkzeug.serving import make_server

from portal.core import assets
from portal.core.pages import POLICY, TRUSTED
from tests import cast
from tests.e2e.cellar import until

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">{scripts}</head>
<body><main><h1>t</h1>{body}</main></body></html>"""
SCRIPTS = ("js/staff.js",)


@pytest.fixture
def show(shared, person):
    """`show(body, name=function of the request)` → a browser page with the staff scripts; the functions answer at /name."""
    app = Flask("laboratory", static_folder=None)
    app.config.update(TESTING=True, INSTANCE=str(shared), ASSETS_DIR=str(shared / "assets"))
    assets.init_app(app)
    scripts = "".join(f'<script defer src="{app.jinja_env.globals["asset"](name)}"></script>' for name in SCRIPTS)
    answers = {}

    @app.route("/<name>", methods=["GET", "POST"])
    def answer(name):
        return answers[name](request)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show_page(body: str, **more):
        html = PAGE.format(scripts=scripts, body=body)
        answers.update(more, page=lambda _: (html, 200, {"Content-Security-Policy": POLICY + TRUSTED}))
        page = person(at=f"http://127.0.0.1:{server.port}")
        page.goto("/page")
        return page

    yield show_page
    server.shutdown()


def test_a_live_region_asks_again_sends_its_tag_and_swaps_under_trusted_types(show):
    tags = []

    def part(req):
        tags.append(req.headers.get("HX-PTag"))
        return ("<p id=n>new</p>", 200, {"HX-PTag": "two"}) if len(tags) == 1 else ("", 304, {})

    region = '<div data-live="fast" hx-get="/part" hx-trigger="portal:tick from:document" hx-swap="innerMorph" hx-ptag="one"><p id=n>old</p></div>'
    page = show(region + '<span data-live-dot data-ok="live {time}" data-zone="Pacific/Kiritimati" data-lost="lost, {time}"></span>', part=part)

    expect(page.locator("#n")).to_have_text("new")
    there = datetime.now(ZoneInfo("Pacific/Kiritimati"))  # the company's clock, not the reader's
    expect(page.locator("[data-live-dot]")).to_have_text(re.compile("|".join(f"live {there + timedelta(minutes=n):%H:%M}" for n in range(3))))
    until(page, lambda: len(tags) > 1, lambda: "asked only once")
    assert tags[:2] == ["one", "two"]


def test_a_dot_says_when_the_server_is_not_heard(show, person):
    person.noise.append("status of 500")
    region = '<div data-live hx-get="/part" hx-trigger="portal:tick from:document"><p>old</p></div>'
    page = show(region + '<span data-live-dot data-ok="live" data-lost="lost {time}"></span>', part=lambda r: ("broken", 500, {}))
    expect(page.locator("[data-live-dot]")).to_contain_text("lost")
    expect(page.locator("p")).to_have_text("old")


def test_a_draft_is_kept_after_a_rest(show):
    kept = []

    def draft(req):
        kept.append(req.form["words"])
        return "", 204, {}

    form = """<form method=post data-draft-url="/draft"><textarea name=words aria-label=w></textarea>
      <span data-draft-state data-saving="…" data-saved="kept" data-failed="lost"></span></form>"""
    page = show(form, draft=draft)
    page.locator("textarea").fill("会漏水")
    expect(page.locator("[data-draft-state]")).to_have_text("kept")
    assert kept == ["会漏水"]


def test_keys_act_outside_fields_only(show):
    page = show("""<a href="#made" data-key="n">new</a><input aria-label=i>
      <div data-rows data-each-d="#of-{row}"><p data-row=7 id=one><a href="#1">1</a></p><p data-row=8 id=two><a href="#2">2</a><button type=button data-row-key="c" data-copy="x">c</button></p></div>
      <form action="#sent"><fieldset data-digits="next"><input type=radio name=r value=a aria-label=a><input type=radio name=r value=b aria-label=b></fieldset>
      <input name=after aria-label=after></form><dialog id=keys>keys</dialog>""")
    page.locator("[aria-label=i]").press("n")
    assert not page.url.endswith("#made")
    page.locator("[aria-label=i]").blur()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#two a")).to_be_focused()
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("#of-8$"))
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("#made$"))
    page.locator("[aria-label=a]").focus()
    page.keyboard.press("2")
    expect(page.locator("[aria-label=b]")).to_be_checked()
    expect(page.locator("[aria-label=after]")).to_be_focused()
    page.locator("[aria-label=after]").blur()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_digits_of_the_page_choose_from_anywhere_but_a_field(show):
    page = show("""<textarea aria-label=words></textarea><form action="#sent"><fieldset data-digits="next" data-digits-page>
      <input type=radio name=r value=a aria-label=a><input type=radio name=r value=b aria-label=b></fieldset><input name=after aria-label=after></form>""")
    first, second = page.locator("[aria-label=a]"), page.locator("[aria-label=b]")
    page.locator("[aria-label=words]").press("1")
    assert not first.is_checked() and page.locator("[aria-label=words]").input_value() == "1"
    page.locator("[aria-label=words]").blur()
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("1")
    assert not first.is_checked()
    page.evaluate("document.documentElement.dataset.keys = 'on'")
    page.keyboard.press("2")
    expect(second).to_be_checked()
    expect(page.locator("[aria-label=after]")).to_be_focused()


def test_photos_are_shrunk_and_add_up(show, tmp_path):
    from PIL import Image
    got = []

    def take(req):
        got.extend((f.filename, Image.open(f.stream).size) for f in req.files.getlist("photos"))
        return "<p>ok</p>", 200, {}

    for name in ("a", "b"):
        Image.effect_noise((2400, 1200), 60).convert("RGB").save(tmp_path / f"{name}.png")
    page = show("""<form method=post action="/take" enctype="multipart/form-data"><input id=f type=file name=photos multiple data-shrink data-most=2 aria-label=f>
      <ul data-previews="f" data-remove="删除"></ul><button>send</button></form>""", take=take)
    for name in ("a", "b"):
        page.locator("#f").set_input_files(tmp_path / f"{name}.png")
        expect(page.locator("[data-previews] img")).to_have_count("ab".index(name) + 1)
    page.get_by_role("button", name="send").click()
    page.wait_for_url("**/take")
    assert got == [("a.jpg", (1600, 800)), ("b.jpg", (1600, 800))]


def test_a_password_can_be_looked_at_while_it_is_typed(site, person):
    with site.acting():
        cast.agent("林晓", username="agent", password=cast.PASSWORD)
    page = person()
    page.goto("/sign-in")
    page.locator("#password").fill("correct horse")
    page.get_by_label("显示密码").check()
    expect(page.locator("#password")).to_have_attribute("type", "text")
    page.get_by_label("显示密码").uncheck()
    expect(page.locator("#password")).to_have_attribute("type", "password")
    expect(page.locator("#password")).to_have_value("correct horse")
