"""A busy morning: agents with live queues, technicians on their phones, customers following their requests - and somebody takes a backup."""

from __future__ import annotations

import random
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from statistics import quantiles

from portal.demo.people import PASSWORD
from tests.load.rows import AGENTS, WORDS, IdlePoll
from tests.load.servers import Place, Server, pss
from tests.load.wire import Answer, Wire

AGENTS_LIVE, TECHNICIANS, PAGES_A_SECOND = 30, 60, 5
POLL, BEAT = 2.5, 30.0  # seconds between an agent's polls; between a technician's looks at the day
PAGE_P95, WRITE_P95, SEEN_P95, GROWTH = 0.3, 0.5, 5.0, 0.10


@dataclass
class Tally:
    """What the crowd met with; seconds."""

    pages: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    made: dict[str, float] = field(default_factory=dict)

    def add(self, answer: Answer, where: list[float], what: str) -> Answer:
        where.append(answer.seconds)
        if answer.status >= 400:
            self.failed.append(f"{what}: {answer.status}")
        return answer


class Person(threading.Thread):
    """Does `step` every `pause` seconds until told to stop."""

    def __init__(self, tally: Tally, stop: threading.Event, pause: float, step: Callable[[], None]):
        super().__init__(daemon=True)
        self.tally, self.stop, self.pause, self.step = tally, stop, pause, step

    def run(self) -> None:
        self.stop.wait(random.uniform(0, self.pause))
        while not self.stop.is_set():
            started = time.monotonic()
            try:
                self.step()
            except OSError as error:
                self.tally.failed.append(f"no answer: {type(error).__name__}")
            self.stop.wait(max(0.0, self.pause - (time.monotonic() - started)))


class Agent:
    """Polls the queue of the newest; now and then opens a ticket, writes a note, takes a call."""

    def __init__(self, place: Place, cookies: str, tally: Tally, facts: dict, number: int):
        self.wire, self.tally, self.facts, self.rng = Wire(place.port), tally, facts, random.Random(number)
        self.wire.cookies = cookies
        self.address = self.tag = ""
        self.polls, self.known = 0, 0.0

    def step(self) -> None:
        if not self.address or self.polls % 40 == 39:
            self._load()
        answer = self.wire.get(self.address, **{"HX-Request": "true", "HX-PTag": self.tag})
        self.tally.add(answer, self.tally.pages, "poll")
        if answer.status == 200:
            self.tag = answer.headers["hx-ptag"]
            self._notice()
        self.polls += 1
        if self.polls % 8 == 0:
            self.tally.add(self.wire.get(f"/tickets/{self.rng.choice(self.facts['open'])}"), self.tally.pages, "ticket")
        if self.polls % 16 == 0:
            self._note()
        if self.polls % 24 == 0:
            self._take_a_call()

    def _load(self) -> None:
        answer = self.tally.add(self.wire.get("/tickets/?view=all&sort=newest"), self.tally.pages, "queue")
        found = IdlePoll.LIVE.search(answer.text)
        self.address, self.tag = unescape(found[1]), found[2]
        self.known = time.monotonic()

    def _notice(self) -> None:
        """A poll that brought something: every ticket made since the last one has been heard of."""
        now = time.monotonic()
        self.tally.seen += [now - at for at in list(self.tally.made.values()) if self.known < at <= now]
        self.known = now

    def _note(self) -> None:
        path = f"/tickets/{self.rng.choice(self.facts['open'])}/reply"
        self.tally.add(self.wire.post(path, key=secrets.token_urlsafe(18), mode="internal", words=WORDS, then=""), self.tally.writes, "note")

    def _take_a_call(self) -> None:
        fields = {"phone": self.rng.choice(self.facts["phones"]), "category_id": str(self.rng.choice(self.facts["roots"])), "words": WORDS}
        answer = self.tally.add(self.wire.post("/tickets/new", key=secrets.token_urlsafe(18), priority="", then="", **fields), self.tally.writes, "create")
        if answer.status == 303:
            self.tally.made[re.findall(r"\d+", answer.headers["location"])[-1]] = time.monotonic()


_LINKS = (  # what was merged leads on to an earlier ticket, in these stories to one that may have ended so long ago that its link has too
    "SELECT selector, secret FROM tracking_link JOIN ticket ON ticket.id = ticket_id WHERE merged_into_id IS NULL ORDER BY tracking_link.id DESC LIMIT 500"
)


class Crowd:
    """Everybody at once for some minutes."""

    def __init__(self, place: Place):
        self.place, self.tally, self.stop = place, Tally(), threading.Event()
        self.facts = {
            "phones": [r[0] for r in place.rows("SELECT digits FROM customer_phone WHERE position = 0 LIMIT 2000")],
            "roots": [r[0] for r in place.rows("SELECT id FROM category WHERE parent_id IS NULL")],
            "open": [r[0] for r in place.rows("SELECT id FROM ticket WHERE status IN ('accepted', 'dispatched', 'in_progress') LIMIT 1000")],
            "links": ["/t/" + a + b for a, b in place.rows(_LINKS)],
        }

    def work(self, server: Server, minutes: float, meanwhile: Callable[[], None]) -> list[tuple[str, str, bool]]:
        """Lines: what, how much, within its limit. Memory is compared with that after a fifth of the time."""
        people = [*self._agents(), *self._technicians(), *self._customers()]
        for person in people:
            person.start()
        time.sleep(minutes * 12)
        early = sum(pss(pid) for pid in server.workers())
        meanwhile()
        time.sleep(minutes * 48)
        late = sum(pss(pid) for pid in server.workers())
        self.stop.set()
        for person in people:
            person.join(60)
        return self._lines(late / early - 1)

    def _agents(self) -> list[Person]:
        cookies = [Wire(self.place.port).sign_in(name, PASSWORD).cookies for name in AGENTS]
        agents = [Agent(self.place, cookies[n % len(cookies)], self.tally, self.facts, n) for n in range(AGENTS_LIVE)]
        return [Person(self.tally, self.stop, POLL, agent.step) for agent in agents]

    def _technicians(self) -> list[Person]:
        names = ("wangjianguo", "liuchanghe", "sunyumei", "zhaotiezhu", "mahuilan")
        cookies = [Wire(self.place.port).sign_in(name, PASSWORD).cookies for name in names]
        return [self._visitor(BEAT, ["/visits/today"], cookies[n % len(cookies)]) for n in range(TECHNICIANS)]

    def _customers(self) -> list[Person]:
        return [self._visitor(1.0, self.facts["links"]) for _n in range(PAGES_A_SECOND)]

    def _visitor(self, pause: float, paths: list[str], cookies: str = "") -> Person:
        wire = Wire(self.place.port)
        wire.cookies = cookies
        return Person(self.tally, self.stop, pause, lambda: self.tally.add(wire.get(random.choice(paths)), self.tally.pages, "page") and None)

    def _lines(self, growth: float) -> list[tuple[str, str, bool]]:
        t = self.tally
        timed = [(name, _p95(values), limit, len(values)) for name, values, limit in (
            ("pages and polls, p95", t.pages, PAGE_P95), ("writes, p95", t.writes, WRITE_P95), ("a new ticket on every queue, p95", t.seen, SEEN_P95))]
        lines = [(name, f"{value:.3f} s of {limit} s ({number})", value <= limit) for name, value, limit, number in timed]
        lines.append(("answers that failed", f"{len(t.failed)} {sorted(set(t.failed))[:5] if t.failed else ''}".strip(), not t.failed))
        return [*lines, ("memory growth", f"{growth:.1%} of {GROWTH:.0%}", growth < GROWTH)]


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[18] if len(values) > 1 else 0.0
