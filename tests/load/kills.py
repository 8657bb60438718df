"""Everything is killed in the middle of writing, again and again: what was acknowledged is there once, what was cut off can be sent again."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from portal.demo.people import PASSWORD
from tests.load.rows import AGENTS
from tests.load.servers import Place, Server
from tests.load.wire import Answer, Wire

WRITERS = 6
READY = 10.0  # seconds
KINDS = ("ticket", "reply", "note")


@dataclass
class Sent:
    """One form: its mark stands in the words, so that it can be counted in the database."""

    kind: str
    mark: str
    request: bytes
    acknowledged: bool = False
    refused: str = ""


@dataclass
class Report:
    rounds: int = 0
    acknowledged: int = 0
    cut_off: int = 0
    ready: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        slowest = max(self.ready, default=0)
        return [f"{self.rounds} rounds, {self.acknowledged} forms acknowledged, {self.cut_off} cut off and sent again, slowest start {slowest:.1f} s", *self.problems]


class Writer(threading.Thread):
    """An agent who takes in tickets, replies and notes as fast as answers come, until the line goes dead."""

    def __init__(self, place: Place, number: int, cookies: str, ledger: list[Sent], facts: dict):
        super().__init__(daemon=True)
        self.rng, self.number, self.ledger, self.facts = random.Random(), number, ledger, facts
        self.wire = Wire(place.port)
        self.wire.cookies = cookies

    def run(self) -> None:
        while True:
            sent = self._next()
            self.ledger.append(sent)
            try:
                _note(sent, self.wire.send(sent.request))
            except OSError:
                return

    def _next(self) -> Sent:
        kind, mark = self.rng.choice(KINDS), f"soak {secrets.token_hex(8)}"
        fields = {"key": secrets.token_urlsafe(18), "words": mark, "then": ""}
        if kind == "ticket":
            fields |= {"phone": self.rng.choice(self.facts["phones"]), "category_id": str(self.rng.choice(self.facts["roots"])), "priority": ""}
            return Sent(kind, mark, self.wire.form("/tickets/new", **fields))
        mode = "public" if kind == "reply" else "internal"
        return Sent(kind, mark, self.wire.form(f"/tickets/{self.rng.choice(self.facts['open'])}/reply", mode=mode, **fields))


def _note(sent: Sent, answer: Answer) -> None:
    if answer.status == 303:
        sent.acknowledged = True
    else:
        sent.refused = f"{sent.kind}: answered with {answer.status}"


class Kills:
    """Rounds of writing, killing, starting and counting on one instance."""

    def __init__(self, place: Place, seed: int = 1, seconds: tuple[float, float] = (0.5, 3.0)):
        self.place, self.rng, self.seconds, self.report = place, random.Random(seed), seconds, Report()
        self.facts = {
            "phones": [r[0] for r in place.rows("SELECT digits FROM customer_phone WHERE position = 0 LIMIT 100")],
            "roots": [r[0] for r in place.rows("SELECT id FROM category WHERE parent_id IS NULL")],
            "open": [r[0] for r in place.rows("SELECT id FROM ticket WHERE status IN ('accepted', 'dispatched', 'in_progress') LIMIT 100")],
        }
        self.cookies: list[str] = []
        self.sent: list[Sent] = []

    def run(self, rounds: int) -> Report:
        server = self._started()
        try:
            self.cookies = [Wire(self.place.port).sign_in(name, PASSWORD).cookies for name in AGENTS]
            for number in range(rounds):
                ledger = self._written_until_killed(server, with_database=number % 2 == 1)
                server = self._started()
                self._check(ledger)
                self.report.rounds += 1
        finally:
            server.stop()
        return self.report

    def _started(self) -> Server:
        server = self.place.start()
        self.report.ready.append(server.wait("/readyz"))
        return server

    def _written_until_killed(self, server: Server, with_database: bool) -> list[Sent]:
        ledger: list[Sent] = []
        writers = [Writer(self.place, n, self.cookies[n % len(self.cookies)], ledger, self.facts) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        while not any(s.acknowledged for s in ledger):
            time.sleep(0.05)
        time.sleep(self.rng.uniform(*self.seconds))
        server.kill()
        own = self.place.postgres is not None and self.place.postgres.own is not None
        if own and with_database:
            self.place.postgres.kill_and_start()
        for writer in writers:
            writer.join(30)
        return ledger

    def _check(self, ledger: list[Sent]) -> None:
        """First what was acknowledged, then, sent again with the same keys, what was cut off."""
        problems = self.report.problems
        problems += [s.refused for s in ledger if s.refused]
        acknowledged, cut_off = [s for s in ledger if s.acknowledged], [s for s in ledger if not s.acknowledged and not s.refused]
        problems += self._miscounted(acknowledged, "acknowledged")
        wire = Wire(self.place.port)
        for sent in cut_off:
            _note(sent, wire.send(sent.request))
        problems += [s.refused for s in cut_off if s.refused]
        problems += self._miscounted(cut_off, "sent again")
        problems += unsound(self.place)
        self.sent += ledger
        self.report.acknowledged += len(acknowledged)
        self.report.cut_off += len(cut_off)

    def _miscounted(self, sent: list[Sent], words: str) -> list[str]:
        found = {"ticket": self._marks("ticket", "description"), "reply": self._marks("activity", "body"), "note": self._marks("activity", "body")}
        outgoing = Counter(mark for body, n in self._marks("out_message", "body").items() for mark in [body[:21]] for _n in range(n))
        wrong = [f"{s.kind} {words}: {found[s.kind][s.mark]} instead of 1 ({s.mark})" for s in sent if found[s.kind][s.mark] != 1]
        wrong += [f"message of a reply {words}: {outgoing[s.mark]} instead of 1" for s in sent if s.kind == "reply" and outgoing[s.mark] != 1]
        return wrong

    def _marks(self, table: str, column: str) -> Counter:
        return Counter(dict(self.place.rows(f"SELECT {column}, count(*) FROM {table} WHERE {column} LIKE 'soak %' GROUP BY {column}")))


def unsound(place: Place) -> list[str]:
    """What the database itself finds wrong, and what would not hang together."""
    problems = []
    if place.backend == "sqlite":
        problems += [f"integrity check: {r[0]}" for r in place.rows("PRAGMA integrity_check") if r[0] != "ok"]
        problems += [f"foreign key: {r}" for r in place.rows("PRAGMA foreign_key_check")]
    for what, sql in HOLDS.items():
        number = place.value(sql)
        if number:
            problems.append(f"{number} {what}")
    return problems


HOLDS = {
    "tickets without exactly one row that tells of their making":
        "SELECT count(*) FROM (SELECT t.id FROM ticket t LEFT JOIN activity a ON a.ticket_id = t.id AND a.verb = 'ticket.created' GROUP BY t.id HAVING count(a.id) <> 1) x",
    "tickets without a tracking link": "SELECT count(*) FROM ticket t LEFT JOIN tracking_link l ON l.ticket_id = t.id WHERE l.id IS NULL",
    "tickets that cannot be found": "SELECT count(*) FROM ticket t LEFT JOIN search_entry e ON e.kind = 'ticket' AND e.record_id = t.id WHERE e.id IS NULL",
    "used keys without an answer": "SELECT count(*) FROM used_key WHERE answer IS NULL",
    "rows beyond the newest activity": "SELECT count(*) FROM ticket WHERE changed_id > (SELECT max(id) FROM activity)",
}
