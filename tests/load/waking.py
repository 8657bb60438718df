"""A desk at work on one machine, and what the wake-up process adds: `python -m tests.load.waking` (about twelve minutes; PostgreSQL,
loopback only). Three parts, each on its own with `--only`; a verdict a line, exit status 1 when one is not met.

polling: 200 clients with a queue, three real browsers and 20 changes a minute, everybody asking every 2.5 s.
wake: the same with the wake-up process: from the answered change to the signal, to the changed live answer, to the changed row on the
screen; before that 1,000 held streams and their memory. `--silent`: the signal alone, without the questions that follow it.
pollers: 1,000 clients that ask every 2.5 s for five minutes, and a change a minute.
"""

from __future__ import annotations

import argparse
import random
import re
import sched
import secrets
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from statistics import median, quantiles

from portal.demo.people import PASSWORD
from tests.load.bench import FLAGS
from tests.load.rows import AGENTS, IdlePoll
from tests.load.screens import Screens
from tests.load.servers import Place, Server, children, free_port, pss
from tests.load.streams import Listening, Stream, until, wire_of
from tests.load.wire import HOST, Wire

SPREAD = 0.7  # seconds over which the browsers' script spreads its questions
POLL = 2.5
PARTS = ("polling", "wake", "pollers")
LIMITS = {"memory": 100.0, "live": 5.0, "signal": 0.5, "answer": 2.0, "screen": 2.0, "screen, polling alone": 3.0}


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
        self.wire, self.seen, self.asked, self.failed = wire_of(port, cookies), [], 0, []
        found = IdlePoll.LIVE.search(page)
        self.address, self.tag, self.busy = unescape(found[1]), found[2], threading.Lock()

    def ask(self) -> None:
        with self.busy:
            self.asked += 1
            try:
                answer = self.wire.get(self.address, **{"HX-Request": "true", "HX-PTag": self.tag})
            except OSError as error:
                return self.failed.append(type(error).__name__)
            if answer.status == 200:
                self.tag = answer.headers["hx-ptag"]
                self.seen.append((time.monotonic(), answer.seconds))
            elif answer.status != 304:
                self.failed.append(str(answer.status))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, help="one part of the three")
    parser.add_argument("--held", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--pollers", type=int, default=1000)
    parser.add_argument("--browsers", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--pollers-minutes", type=float, default=5)
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--silent", action="store_true", help="the clients only listen: the way of the signal alone")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-waking-") as made:
        place = Place("postgresql", Path(made), free_port())
        place.prepare(wanted.tickets)
        missed = sum(_part(name, place, wanted) for name in PARTS if wanted.only in (None, name))
    return int(missed > 0)


def _part(name: str, place: Place, wanted: argparse.Namespace) -> int:
    """Runs one part and prints its lines; how many are not met."""
    place.environ["WAKE_PORT"] = wake = str(free_port()) if name == "wake" else "0"
    server = place.start("web", "wake") if name == "wake" else place.start("web")
    try:
        server.wait("/healthz")
        if name == "pollers":
            lines = _crowded(place, wanted)
        else:
            lines = (_held(place, server, int(wake), wanted.held) if name == "wake" else []) + _busy(place, int(wake), wanted) + [_live_answer(place)]
    finally:
        server.stop()
    return tell(name, lines)


def tell(name: str, lines: list[tuple]) -> int:
    print(f"\n{name}")
    for line, value, limit in lines:
        print(f"{line:52}{value:>9.2f}  " + ("" if limit is None else f"limit {limit:g}  {'met' if value <= limit else 'NOT MET'}"), flush=True)
    return sum(limit is not None and value > limit for _line, value, limit in lines)


def _crowded(place: Place, wanted: argparse.Namespace) -> list[tuple]:
    """Many clients with a queue, and somebody who changes a ticket once a minute."""
    cookies = _cookies(place)
    pages = [wire_of(place.port, c).get("/tickets/?view=all").text for c in cookies]
    clients = [Client(place.port, cookies[n % 3], pages[n % 3]) for n in range(wanted.pollers)]
    rows, stopping = re.findall(r'id="ticket-(\d+)"', pages[0])[:5], threading.Event()
    pollers = [threading.Thread(target=_poll, args=(c, stopping), daemon=True) for c in clients]
    for poller in pollers:
        poller.start()
    changes = _change(place, cookies[2], rows, wanted.pollers_minutes, pause=60)
    stopping.set()
    for poller in pollers:
        poller.join(10)
    took = [seconds for c in clients for _when, seconds in c.seen]
    return [("questions asked", sum(c.asked for c in clients), None), ("  of which failed", sum(len(c.failed) for c in clients), 0),
            ("  clients that never saw a change", sum(not c.seen for c in clients), 0), ("  changed answer, p95 s", _p95(took), None),
            ("changes lost", _lost(place, changes), 0)]


def _live_answer(place: Place) -> tuple:
    """An answer with one changed row against a bare page, nobody else asking."""
    port = free_port()
    floor = Server(["-m", "gunicorn", *FLAGS, "--bind", f"{HOST}:{port}", "tests.load.floor:app"], port, dict(place.environ), place.folder / "floor.log")
    try:
        floor.wait("/")
        cookies, bare, ratios = _cookies(place), Wire(port), []
        page = wire_of(place.port, cookies[0]).get("/tickets/?view=all").text
        client, other = Client(place.port, cookies[0], page), wire_of(place.port, cookies[2])
        rows = re.findall(r'id="ticket-(\d+)"', page)
        for n in range(24):
            other.post(f"/tickets/{rows[n % len(rows)]}/reply", key=secrets.token_urlsafe(18), mode="internal", words=f"第 {n} 次", then="")
            before = len(client.seen)
            client.ask()
            ratios += [took / median(bare.get("/").seconds for _n in range(20)) for _when, took in client.seen[before:]]
        return ("the live answer itself, × a bare page", median(ratios), LIMITS["live"])
    finally:
        floor.stop()


def _cookies(place: Place) -> list[str]:
    return [Wire(place.port).sign_in(name, PASSWORD).cookies for name in AGENTS]


def _held(place: Place, server: Server, wake: int, number: int) -> list[tuple]:
    cookies = _cookies(place)
    assert until(lambda: _open(wake, cookies[0]))
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
        changes = _change(place, cookies[2], rows, wanted.minutes)
        time.sleep(4)
        stopping.set()
        listening.stop()
        lines = _lines(changes, streams, clients, screens)
    return [*lines, ("questions that failed", sum(len(c.failed) for c in clients), 0), ("changes lost", _lost(place, changes), 0)]


def _poll(client: Client, stopping: threading.Event) -> None:
    time.sleep(random.uniform(0, POLL))
    while not stopping.is_set():
        client.ask()
        time.sleep(random.uniform(POLL - 0.5, POLL + 0.5))


@dataclass
class Change:
    """One answered change: the ticket, its new owner, when (by both clocks), how long it took; `answer`: the status."""

    row: str
    owner: int
    at: float
    wall: float
    took: float
    answer: int


def _change(place: Place, cookies: str, rows: list[str], minutes: float, pause: float = 3) -> list[Change]:
    wire, made, ends = wire_of(place.port, cookies), [], time.monotonic() + minutes * 60
    people = [place.value(f"SELECT id FROM person WHERE username = '{name}'") for name in AGENTS]
    owners = {str(row): owner for row, owner in place.rows(f"SELECT id, owner_id FROM ticket WHERE id IN ({', '.join(rows)})")}
    while time.monotonic() < ends:
        row = rows[len(made) % len(rows)]
        owner = owners[row] = another(owners[row], people)
        answer = wire.post(f"/tickets/{row}/owner", owner=str(owner))
        made.append(Change(row, owner, time.monotonic(), time.time(), answer.seconds, answer.status))
        time.sleep(min(pause, max(0.0, ends - time.monotonic())))
    return made


def another(owner: int | None, people: list[int]) -> int:
    """Somebody else than the present owner: giving a ticket to whoever has it changes nothing, and nobody would hear of it."""
    return people[(people.index(owner) + 1) % len(people)] if owner in people else people[0]


def _lost(place: Place, changes: list[Change]) -> int:
    """Changes that were refused, and tickets that are not as their last change left them."""
    last = {c.row: c.owner for c in changes}
    owners = {str(row): owner for row, owner in place.rows(f"SELECT id, owner_id FROM ticket WHERE id IN ({', '.join(last)})")}
    return sum(c.answer != 303 for c in changes) + sum(owners[row] != owner for row, owner in last.items())


def _lines(changes: list[Change], streams: list[Stream], clients: list[Client], screens: Screens) -> list[tuple]:
    signal = [_after(c.at, s.signals) for c in changes for s in streams]
    answer = [_after(change.at, [when for when, _took in c.seen]) for change in changes for c in clients]
    took = [seconds for c in clients for _when, seconds in c.seen]
    polling = not streams
    lines = [("signal at each of the clients, p95 s", _p95(signal), LIMITS["signal"])] if streams else []
    if not took:
        return lines
    lines += [("changed live answer at each client, p95 s", _p95(answer), None if polling else LIMITS["answer"]),
              ("  that answer, p50 s", median(took), None), ("  p95 s", _p95(took), None), ("slowest change, s", max(c.took for c in changes), 1.0), ("slowest live answer, s", max(took), 1.0)]
    seen = screens.after(changes)
    if seen:
        lines.append((f"changed row on {screens.number} screens, p95 s ({len(seen)})", _p95(seen), LIMITS["screen, polling alone" if polling else "screen"]))
    return lines


def _after(at: float, moments: list[float]) -> float:
    """Seconds until the first moment after the change; ten when there is none. What came with the commit, before its answer, counts as at once."""
    return min((max(0.0, m - at) for m in moments if m > at - 0.2), default=10.0)


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[18] if len(values) > 1 else 0.0


if __name__ == "__main__":
    sys.exit(main())
