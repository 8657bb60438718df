"""What the wake-up process costs and gains: `python -m tests.load.waking`. PostgreSQL and everything else on this machine; loopback only.

1,000 held streams: their memory. 200 clients with a queue, three real browsers and 20 changes a minute: from the answered change to the
signal, to the changed live answer, to the changed row on the screen. `--silent`: the signal alone, without the questions that follow it; `--polling`: without the process.
"""

from __future__ import annotations

import argparse
import random
import re
import sched
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from statistics import median, quantiles

from portal.demo.people import PASSWORD
from tests.load.rows import AGENTS, IdlePoll
from tests.load.servers import Place, Server, children, free_port, pss
from tests.load.streams import Listening, Stream, until, wire_of
from tests.load.wire import HOST, Wire

SPREAD = 0.7  # seconds over which the browsers' script spreads its questions
POLL = 2.5
LIMITS = {"memory": 100.0, "signal": 0.5, "answer": 2.0, "screen": 2.0, "screen, polling alone": 3.0}
WATCH = """() => { window.seenAt = {}; new MutationObserver(list => { for (const one of list) {
  const row = (one.target.nodeType === 1 ? one.target : one.target.parentElement)?.closest("[data-row]"); if (row) window.seenAt[row.id] = Date.now(); } })
  .observe(document.getElementById("queue"), { subtree: true, childList: true, attributes: true, characterData: true }); }"""


class Soon(threading.Thread):
    """Does things a little later: one thread, however many of them."""

    def __init__(self, pool: ThreadPoolExecutor):
        super().__init__(daemon=True)
        self.pool, self.scheduler = pool, sched.scheduler()
        self.start()

    def do(self, seconds: float, act) -> None:
        self.scheduler.enter(seconds, 0, self.pool.submit, (act,))

    def run(self) -> None:
        while True:
            self.scheduler.run(blocking=False)
            time.sleep(0.01)


class Client:
    """A queue without a screen: asks when it is told to, as the page's script does; or every 2.5 s."""

    def __init__(self, port: int, cookies: str, page: str):
        self.wire, self.seen = wire_of(port, cookies), []
        found = IdlePoll.LIVE.search(page)
        self.address, self.tag, self.busy = unescape(found[1]), found[2], threading.Lock()

    def ask(self) -> None:
        with self.busy:
            answer = self.wire.get(self.address, **{"HX-Request": "true", "HX-PTag": self.tag})
            if answer.status == 200:
                self.tag = answer.headers["hx-ptag"]
                self.seen.append((time.monotonic(), answer.seconds))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--browsers", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--silent", action="store_true", help="the clients only listen: the way of the signal alone")
    parser.add_argument("--polling", action="store_true", help="without the wake-up process")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-waking-") as made:
        place = Place("postgresql", Path(made), free_port())
        place.environ["WAKE_PORT"] = wake = "0" if wanted.polling else str(free_port())
        place.prepare(wanted.tickets)
        server = place.start("web") if wanted.polling else place.start("web", "wake")
        try:
            server.wait("/healthz")
            lines = [] if wanted.polling else _held(place, server, int(wake), wanted.held)
            lines += _busy(place, int(wake), wanted)
        finally:
            server.stop()
    for name, value, limit in lines:
        print(f"{name:44}{value:>9.2f}  {'' if limit is None else f'limit {limit:g}  ' + ('met' if value <= limit else 'NOT MET')}")
    return int(any(limit is not None and value > limit for _name, value, limit in lines))


def _cookies(place: Place) -> list[str]:
    return [Wire(place.port).sign_in(name, PASSWORD).cookies for name in AGENTS]


def _held(place: Place, server: Server, wake: int, number: int) -> list[tuple]:
    cookies = _cookies(place)
    assert until(lambda: _open(wake, cookies[0]), 20)
    before = _memory(server)
    streams = [Stream(wake, cookies[n % 3]) for n in range(number)]
    listening = Listening(streams)
    until(lambda: all(s.status == 200 for s in streams), 120)
    time.sleep(2)
    after = _memory(server)
    refused = sum(s.status != 200 for s in streams)
    listening.stop()
    return [(f"memory of {number} held streams, MB in all", after, LIMITS["memory"]), ("  before the first one, MB", before, None),
            ("  KB a stream", (after - before) * 1024 / number, None), ("  streams refused", refused, 0)]


def _open(wake: int, cookies: str) -> bool:
    try:
        stream = Stream(wake, cookies)
    except OSError:
        return False
    listening = Listening([stream])
    until(lambda: stream.status, 3)
    listening.stop()
    return stream.status == 200


def _memory(server: Server) -> float:
    roots = [pid for pid in server.family() if b"wake.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return sum(pss(pid) for pid in {*roots, *(c for pid in roots for c in children(pid))})


def _busy(place: Place, wake: int, wanted: argparse.Namespace) -> list[tuple]:
    """Clients and browsers look on while somebody changes a ticket every three seconds."""
    cookies = _cookies(place)
    page = wire_of(place.port, cookies[0]).get("/tickets/?view=all").text
    pages = [page, *(wire_of(place.port, c).get("/tickets/?view=all").text for c in cookies[1:])]
    clients = [Client(place.port, cookies[n % 3], pages[n % 3]) for n in range(wanted.clients)]
    rows = re.findall(r'id="ticket-(\d+)"', page)[:20]
    with ThreadPoolExecutor(8) as pool, Screens(place, wanted.browsers) as screens:
        streams = [Stream(wake, cookies[n % 3]) for n in range(len(clients))] if wake else []
        of = dict(zip(streams, clients, strict=False))
        soon = Soon(pool)
        listening = Listening(streams, lambda stream: None if wanted.silent else soon.do(random.uniform(0, SPREAD), of[stream].ask))
        stopping = threading.Event()
        pollers = [] if wake else [threading.Thread(target=_poll, args=(c, stopping), daemon=True) for c in clients]
        for poller in pollers:
            poller.start()
        time.sleep(6)
        changes, slow = _change(place, cookies[2], rows, wanted.minutes)
        time.sleep(4)
        stopping.set()
        listening.stop()
        return _lines(changes, slow, streams, clients, screens)


def _poll(client: Client, stopping: threading.Event) -> None:
    time.sleep(random.uniform(0, POLL))
    while not stopping.is_set():
        client.ask()
        time.sleep(random.uniform(POLL - 0.5, POLL + 0.5))


def _change(place: Place, cookies: str, rows: list[str], minutes: float) -> tuple[list, list[float]]:
    """[(row, monotonic, wall time) of each answered change], seconds that each took."""
    wire, made, took, ends = wire_of(place.port, cookies), [], [], time.monotonic() + minutes * 60
    people = [place.value(f"SELECT id FROM person WHERE username = '{name}'") for name in AGENTS]
    number = 0
    while time.monotonic() < ends:
        row = rows[number % len(rows)]
        answer = wire.post(f"/tickets/{row}/owner", owner=str(people[number // len(rows) % 3]))
        made.append((row, time.monotonic(), time.time()))
        took.append(answer.seconds)
        number += 1
        time.sleep(3)
    return made, took


def _lines(changes: list, slow: list[float], streams: list[Stream], clients: list[Client], screens: Screens) -> list[tuple]:
    signal = [_after(at, s.signals) for _row, at, _wall in changes for s in streams]
    answer = [_after(at, [when for when, _took in c.seen]) for _row, at, _wall in changes for c in clients]
    took = [seconds for c in clients for _when, seconds in c.seen]
    polling = not streams
    lines = [("signal at each of the clients, p95 s", _p95(signal), LIMITS["signal"])] if streams else []
    if not took:
        return lines
    lines += [("changed live answer at each client, p95 s", _p95(answer), None if polling else LIMITS["answer"]),
              ("  the live answer itself, p50 s", median(took), None), ("  p95 s", _p95(took), None), ("slowest change, s", max(slow), 1.0), ("slowest live answer, s", max(took), 1.0)]
    seen = screens.after(changes)
    if seen:
        lines.append((f"changed row on {screens.number} screens, p95 s ({len(seen)})", _p95(seen), LIMITS["screen, polling alone" if polling else "screen"]))
    return lines


def _after(at: float, moments: list[float]) -> float:
    """Seconds until the first moment after the change; ten when there is none. What came with the commit, before its answer, counts as at once."""
    return min((max(0.0, m - at) for m in moments if m > at - 0.2), default=10.0)


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[18] if len(values) > 1 else 0.0


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
        """Seconds from the last change of each row to its last change on each screen."""
        last = {f"ticket-{row}": wall for row, _at, wall in changes}
        seen = [(name, when / 1000) for page in self.pages for name, when in page.evaluate("() => Object.entries(window.seenAt)")]
        return [max(0.0, when - last[name]) for name, when in seen if name in last and when > last[name] - 0.2]

    def __exit__(self, *_error) -> None:
        if self.number:
            self.browser.close()
            self.playwright.stop()


if __name__ == "__main__":
    sys.exit(main())
