"""A technician's phone in a cellar: a real Chromium whose network is cut where a test says so, and what must hold afterwards."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import time
from collections import Counter
from datetime import timedelta

from PIL import Image
from sqlalchemy import select

from portal.accounts import passwords, sessions
from portal.accounts.models import Person
from portal.core.activity import Activity
from portal.core.files import StoredFile, path_of
from portal.visits.field_models import FieldReport
from portal.visits.models import Visit
from tests import cast
from tests.visits.scene import leak

DELIVER = "**/field/outbox"


def a_day(site, visits: int = 1, status=None) -> tuple[str, list[int]]:
    """(technician's user name, visit ids): planned one after the other for the same technician."""
    from portal.visits import actions
    from portal.visits.models import VisitStatus

    with site.acting():
        scene = leak(status or VisitStatus.ACCEPTED)
        scene.technician.password_hash = passwords.hashed(cast.PASSWORD)
        ids = [scene.visit.id]
        for n in range(1, visits):
            other = leak(None)
            starts = scene.visit.ends_at + timedelta(minutes=90 * n)
            visit = actions.plan(other.ticket, scene.technician, starts, starts + timedelta(minutes=60), by=other.agent)
            actions.accept(visit, by=scene.technician)
            ids.append(visit.id)
        return scene.technician.username, ids


def signed_in(page, username: str) -> None:
    page.goto("/sign-in")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(cast.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def known(site, page, username: str) -> None:
    """Signed in without the form: a session row and its cookie."""
    from portal.core.db import db

    with site.app.test_request_context("/"):
        person = db.session.scalars(select(Person).where(Person.username == username)).one()
        cookie = {"name": sessions.cookie_name(), "value": sessions.begin(person), "url": site.url}
        db.session.commit()
    page.context.add_cookies([cookie])


def jpeg(seed: int, side: int = 320) -> dict:
    """A photo of its own, small enough to stay as it is in the page."""
    rng, out = random.Random(seed), io.BytesIO()
    Image.frombytes("RGB", (8, 8), rng.randbytes(192)).resize((side, side)).save(out, "JPEG", quality=70)
    return {"name": f"{seed}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def step(page, name: str) -> None:
    page.locator("#visit-bar").get_by_role("button", name=name, exact=True).tap()


def tick(page, number: int) -> None:
    page.locator(".checklist .check-row").nth(number).tap()


def photograph(page, slot: str, *photos: dict) -> None:
    page.locator(f"#photos-{slot}").set_input_files(list(photos))


def sign(page, words: str = "排水管复位，试机正常") -> None:
    page.locator("#sign-words").fill(words)
    draw(page)
    page.locator("#sign").get_by_role("button", name="保存签字").tap()


def draw(page) -> None:
    """A dot with a finger. The pad is made when it comes near, and says when something stands on it."""
    page.locator("#sign canvas").scroll_into_view_if_needed()
    page.locator("#sign [data-ui-pad]").wait_for()
    page.locator("#sign canvas").tap(position={"x": 60, "y": 60})
    page.locator("#sign [data-ui-signing]").wait_for()


def finish(page) -> None:
    page.locator("#finish").get_by_role("button", name="完成这单").tap()


def whole_visit(page, seed: int = 0, photos: int = 1) -> int:
    """From setting off to the end, as a thumb does it. How many items the outbox got."""
    before = len(items(page))
    step(page, "出发")
    step(page, "已到达")
    tick(page, 0)
    tick(page, 1)
    photograph(page, "before", *[jpeg(seed + n) for n in range(photos)])
    photograph(page, "after", *[jpeg(seed + 100 + n) for n in range(photos)])
    waiting_photos(page, 2 * photos)
    sign(page)
    kept(page, before + 5 + 2 * photos)
    finish(page)
    kept(page, before + 6 + 2 * photos)
    return 6 + 2 * photos


THUMB = """async photos => {
  const find = name => document.querySelector(name), items = async () => (await window.portalOutbox.all()).length;
  const until = async holds => { while (!await holds()) await new Promise(done => setTimeout(done, 4)); };
  const press = async (form, button) => { const before = await items(); form.requestSubmit(button); await until(async () => !window.portalForms.running.size && await items() > before); };
  for (const step of ["set_off", "arrive"]) await press(find(`[data-outbox=${step}]`), find(`[data-outbox=${step}] button`));
  for (const form of document.querySelectorAll("[data-outbox=answer]")) await press(form, form.querySelector(".check-row"));
  for (const [slot, text] of photos) {
    const box = new DataTransfer(), before = await items(), input = find(`#photos-${slot}`);
    box.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], `${slot}.jpg`, { type: "image/jpeg" }));
    input.files = box.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await until(async () => await items() > before);
  }
  find("#sign-words").value = "排水管复位";
  find("#sign input[value=absent]").checked = true;
  await press(find("#sign form"), find("[data-needs-pad=unsigned]"));
  find("#finish-result").value = "排水管复位";
  find("#finish input[value=done]").checked = true;
  await press(find("#finish form"), find("#finish form .button-primary"));
}"""
BY_SCRIPT = ["visit.set_off", "visit.arrived", "visit.answered", "visit.answered", "visit.photographed", "visit.photographed", "visit.unsigned", "visit.finished"]


def quick_visit(page, seed: int) -> int:
    """The same forms as by thumb, sent by a script as fast as the page takes them. How many items the outbox got."""
    page.evaluate(THUMB, [[slot, base64.b64encode(jpeg(seed * 10 + n, 96)["buffer"]).decode()] for n, slot in enumerate(("before", "after"))])
    return len(BY_SCRIPT)


def waiting_photos(page, number: int) -> None:
    from playwright.sync_api import expect

    expect(page.locator("[data-waiting-photos] .photo img")).to_have_count(number)  # some of them delivered, where there is network


def kept(page, at_least: int) -> None:
    """So many items stand in the phone's store, delivered or not."""
    until(page, lambda: len(items(page)) >= at_least, lambda: f"{len(items(page))} items of {at_least}: {items(page)}")


def items(page) -> list[dict]:
    return page.evaluate("() => window.portalOutbox.all()")


def day_kept(page, visits: list[int]) -> None:
    """The worker has the list and every visit in it."""
    paths = ["/visits/today", "/field/outbox", *(f"/visits/{v}" for v in visits)]

    def lacking() -> list[str]:
        return page.evaluate("async paths => { const lacking = []; for (const path of paths) if (!await caches.match(path)) lacking.push(path); return lacking; }", paths)

    until(page, lambda: not lacking(), lambda: f"not kept: {lacking()}")


def until(page, true, wrong, seconds: int = 60) -> None:
    """Wait until `true()`; what the page asks meanwhile is answered. `wrong()`: what to say when it takes too long (a hang guard, no measure)."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, wrong()
        page.wait_for_timeout(40)


def all_delivered(page) -> None:
    from playwright.sync_api import expect

    expect(page.locator("[data-sync-words]")).to_have_text("已全部同步", timeout=60_000)


def wrong_with(site, visit_id: int, photos: int, verbs: list[str] | None = None) -> list[str]:
    """What is not exactly once, in order and intact; empty when everything holds."""
    with site.app.app_context():
        from portal.core.db import db

        found = []
        rows = [a.verb for a in db.session.scalars(select(Activity).where(Activity.subject_type == "visit", Activity.subject_id == visit_id).order_by(Activity.id))]
        expected = verbs or ["visit.set_off", "visit.arrived", *["visit.answered"] * 2, *["visit.photographed"] * photos, "visit.signed", "visit.finished"]
        seen = [v for v in rows if v in expected]
        if seen != expected:
            found.append(f"visit {visit_id}: {seen} instead of {expected}")
        files = list(db.session.scalars(select(StoredFile).where(StoredFile.subject_type == "visit", StoredFile.subject_id == visit_id, StoredFile.slot.in_(("before", "after")))))
        if len(files) != photos:
            found.append(f"{len(files)} photos instead of {photos}")
        found += [f"{f.name}: broken" for f in files if hashlib.sha256(path_of(f.token).read_bytes()).hexdigest() != f.sha256]
        found += [f"photo twice: {h}" for h, n in Counter(f.sha256 for f in files).items() if n > 1]
        twice = Counter(db.session.scalars(select(FieldReport.key).where(FieldReport.visit_id == visit_id)))
        found += [f"report twice: {k}" for k, n in twice.items() if n > 1]
        times = [t for t in db.session.scalars(select(FieldReport.happened_at).where(FieldReport.visit_id == visit_id).order_by(FieldReport.id))]
        if times != sorted(times):
            found.append(f"order: {times}")
        visit = db.session.get(Visit, visit_id)
        if "visit.finished" in expected and visit.status.value != "done":
            found.append(f"status {visit.status.value}")
        db.session.rollback()
        return found


def ticket_of(site, visit_id: int) -> int:
    return _asked(site, lambda session: session.get(Visit, visit_id).ticket_id)


def agent_of(site, visit_id: int) -> str:
    """The user name of whoever answers for the ticket."""
    return _asked(site, lambda session: session.get(Visit, visit_id).ticket.owner.username)


def link_of(site, visit_id: int) -> str:
    from portal.tickets import tracking

    with site.acting() as session:
        return f"/t/{tracking.link_of(session.get(Visit, visit_id).ticket).token}"


def wrong_clocks(site, visit_id: int) -> list[str]:
    """The result clock runs since the moment at which the phone finished, not since it had network."""
    def look(session) -> list[str]:
        visit = session.get(Visit, visit_id)
        done = session.scalars(select(FieldReport).where(FieldReport.visit_id == visit_id, FieldReport.kind == "finish")).one()
        running = next(c for c in visit.ticket.clocks if c.clock.value == "result")
        ends = [visit.finished_at - done.happened_at, running.due_at - (done.happened_at + timedelta(hours=24))]
        late = abs(done.happened_at - done.device_at)
        return [f"visit {visit_id}: {ends}, {late}"] if any(abs(e) > timedelta(seconds=1) for e in ends) or late > timedelta(seconds=2) else []

    return _asked(site, look)


def _asked(site, question):
    from portal.core.db import db

    with site.app.app_context():
        answer = question(db.session)
        db.session.rollback()
        return answer


class Net:
    """Where the line breaks: before the request leaves, on its way, or after the server has stored it but before its answer is heard."""

    def __init__(self, page, plan):
        self.page, self.plan, self.cuts = page, iter(plan), 0
        page.route(DELIVER, self._handle)

    def _handle(self, route):
        if route.request.method != "POST":
            return route.continue_()
        how = next(self.plan, "through")
        self.cuts += how != "through"
        if how == "before":
            return route.abort("internetdisconnected")
        if how == "after":
            route.fetch()  # the server has it; the phone never hears
            return route.abort("connectionreset")
        return route.continue_()
