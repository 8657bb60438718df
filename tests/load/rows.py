"""What is measured: each row prepares requests, and says of each answer whether it is the page that was asked for."""

from __future__ import annotations

import random
import re
import secrets
from datetime import date, timedelta
from html import unescape
from itertools import cycle

from portal.demo.people import PASSWORD, PEOPLE
from tests.load.servers import Place
from tests.load.wire import Answer, Wire

AGENTS = ("linxiao", "zhoumin", "hechuan")
NAMES = {row[0]: row[1] for row in PEOPLE}
WORKING = "status IN ('new','accepted','dispatched','in_progress','waiting','resolved')"
NUMBER = re.compile(r"\bS\d{4}-\d{4,}\b")
PAGE, SLACK = 50, 5  # rows of a page; how far a count may be out because time goes on and others write
WORDS = "空调漏水，地板已泡"


class WrongPage(Exception):
    """The answer is not what was asked for: it must not count."""


class Desk:
    """Signed-in agents, some ids, and a colleague who writes now and then."""

    def __init__(self, place: Place, seed: int = 1):
        self.place, self.rng = place, random.Random(seed)
        self.wires = {name: Wire(place.port).sign_in(name, PASSWORD) for name in AGENTS}
        self.ids = dict(place.rows("SELECT username, id FROM person WHERE username IN ('linxiao', 'zhoumin', 'hechuan')"))
        self.names = cycle(AGENTS)
        self.tickets = dict(place.rows("SELECT id, number FROM ticket WHERE merged_into_id IS NULL ORDER BY number LIMIT 100000"))
        self.open = [row[0] for row in place.rows(f"SELECT id FROM ticket WHERE {WORKING} LIMIT 2000")]
        self.phones = [row[0] for row in place.rows("SELECT digits FROM customer_phone WHERE position = 0 LIMIT 2000")]
        self.roots = [row[0] for row in place.rows("SELECT id FROM category WHERE parent_id IS NULL")]

    def next(self) -> tuple[str, Wire]:
        name = next(self.names)
        return name, self.wires[name]

    def write(self) -> None:
        """One internal note on an open ticket, by somebody."""
        _name, wire = self.next()
        answer = wire.post(f"/tickets/{self.rng.choice(self.open)}/reply", key=secrets.token_urlsafe(18), mode="internal", words=WORDS, then="")
        if answer.status != 303:
            raise WrongPage(f"a note was answered with {answer.status}")

    @property
    def asked(self) -> int:
        return sum(wire.asked for wire in self.wires.values())


def right_person(answer: Answer, name: str, status: int = 200) -> str:
    if answer.status != status:
        raise WrongPage(f"answered with {answer.status}")
    text = unescape(answer.text)
    if NAMES[name] not in text:
        raise WrongPage(f"the page is not {name}'s")
    return text


class Queue:
    """Every view and a list of filters in turn, each by each agent; 50 different tickets on every page that has as many."""

    name, limit, limit_p95, writes = "queue page", 20.0, 40.0, True

    def __init__(self, desk: Desk):
        self.desk = desk
        area, root = desk.place.value("SELECT min(id) FROM area"), desk.roots[0]
        branches = f"SELECT id FROM category WHERE id = {root} OR parent_id = {root}"
        self.walk = cycle([
            ("view=all", WORKING), ("view=mine", f"{WORKING} AND owner_id = %me"), ("view=overdue", f"{WORKING} AND next_due_at < %now"),
            ("view=waiting", "status = 'waiting'"), ("view=to_follow_up", "follow_up_state = 'due'"),
            ("view=unassigned", f"{WORKING} AND status <> 'resolved' AND owner_id IS NULL"),
            ("view=all&status=closed", "status = 'closed'"), ("view=all&status=any&sort=newest", "1 = 1"), ("view=all&priority=high", f"{WORKING} AND priority = 'high'"),
            (f"view=all&status=any&area={area}", f"area_id = {area}"), ("view=all&channel=web", f"{WORKING} AND channel = 'web'"),
            (f"view=all&category={root}&status=any", f"category_id IN ({branches})"), ("view=all&status=any&owner=me&kind=repair", "kind_code = 'repair' AND owner_id = %me"),
            ("view=all&status=resolved&sort=newest", "status = 'resolved'"),
        ])
        self.known: dict[tuple[str, str], int] = {}
        self.full: dict[str, bool] = {}

    def ask(self):
        name, wire = self.desk.next()
        query, condition = next(self.walk)
        if (query, name) not in self.known:
            self.known[query, name] = self._expected(condition, name)
        return wire, wire.request("GET", f"/tickets/?{query}"), (name, query)

    def _expected(self, condition: str, name: str) -> int:
        now = "now()" if self.desk.place.backend == "postgresql" else "strftime('%Y-%m-%d %H:%M:%f', 'now')"
        sql = f"SELECT count(*) FROM ticket WHERE {condition.replace('%me', str(self.desk.ids[name])).replace('%now', now)}"
        return self.desk.place.value(sql)

    def check(self, answer: Answer, about) -> None:
        name, query = about
        shown, expected = len(set(NUMBER.findall(right_person(answer, name)))), self.known[query, name]
        self.full[query] = self.full.get(query, True) and shown == PAGE
        if shown != PAGE and abs(shown - min(expected, PAGE)) > SLACK:
            raise WrongPage(f"{query} shows {shown} tickets, {expected} are there")

    @property
    def remark(self) -> str:
        return f"{sum(self.full.values())} of {len(self.full)} addresses with {PAGE} different tickets"


class TicketPage:
    """Any ticket, old or new."""

    name, limit, writes, remark = "ticket page", 20.0, True, ""

    def __init__(self, desk: Desk):
        self.desk, self.ids = desk, list(desk.tickets)

    def ask(self):
        name, wire = self.desk.next()
        ticket = self.desk.rng.choice(self.ids)
        return wire, wire.request("GET", f"/tickets/{ticket}"), (name, ticket)

    def check(self, answer: Answer, about) -> None:
        name, ticket = about
        if self.desk.tickets[ticket] not in right_person(answer, name):
            raise WrongPage(f"not ticket {ticket}")


class IdlePoll:
    """Each agent's queue asks whether anything has changed, and nothing has."""

    name, limit, writes = "idle live poll", 2.5, False
    LIVE = re.compile(r'id="queue"[^>]*hx-get="([^"]+)"[^>]*hx-ptag="([^"]+)"')

    def __init__(self, desk: Desk):
        self.desk, self.regions, self.answers, self.empty = desk, {}, 0, 0

    def ask(self):
        name, wire = self.desk.next()
        if name not in self.regions:
            self.regions[name] = list(self._region(name, wire))
        address, tag = self.regions[name]
        return wire, wire.request("GET", address, {"HX-Request": "true", "HX-PTag": tag}), name

    def _region(self, name: str, wire: Wire) -> tuple[str, str]:
        text = wire.get("/tickets/?view=all").text
        found = self.LIVE.search(text)
        if found is None:
            raise WrongPage("the queue has no live region")
        return unescape(found[1]), found[2]

    def check(self, answer: Answer, about) -> None:
        """304, but once a minute, when what is left of each time limit reads anew."""
        self.answers += 1
        if answer.status == 200:
            self.regions[about][1] = answer.headers["hx-ptag"]
            return
        if answer.status != 304:
            raise WrongPage(f"a poll was answered with {answer.status}")
        self.empty += 1

    @property
    def remark(self) -> str:
        return f"{self.empty} of {self.answers} empty"


class Create:
    """A call is taken in: a known number, a category, the customer's words."""

    name, limit, writes = "create by form", 25.0, False

    def __init__(self, desk: Desk):
        self.desk, self.made = desk, set()

    def ask(self):
        name, wire = self.desk.next()
        rng = self.desk.rng
        fields = {"phone": rng.choice(self.desk.phones), "category_id": str(rng.choice(self.desk.roots)), "words": WORDS, "key": secrets.token_urlsafe(18)}
        return wire, wire.form("/tickets/new", **fields, priority="", then=""), name

    def check(self, answer: Answer, about) -> None:
        found = re.fullmatch(r"(?:https?://[^/]+)?/tickets/(\d+)", answer.headers.get("location", ""))
        if answer.status != 303 or found is None:
            raise WrongPage(f"a form was answered with {answer.status}")
        if found[1] in self.made:
            raise WrongPage("two forms made one ticket")
        self.made.add(found[1])

    @property
    def remark(self) -> str:
        stored = self.desk.place.value(f"SELECT count(*) FROM ticket WHERE id IN ({','.join(self.made)})") if self.made else 0
        return f"{stored} of {len(self.made)} stored"


class Board:
    """The dispatch board of a full day: 60 technicians, 400 visits; plainly, and with a job picked for which everybody is scored."""

    name, limit, writes, remark = "dispatch board", 40.0, True, "60 technicians, 400 visits; every other one with a job picked"
    TECHNICIANS, VISITS = 60, 400

    def __init__(self, desk: Desk):
        self.desk, self.day = desk, (date.today() + timedelta(days=40)).isoformat()
        if not desk.place.value(f"SELECT count(*) FROM visit WHERE starts_at > '{self.day}'"):
            desk.place.flask("bench", "busy-day", self.day)
        self.tickets = [row[0] for row in desk.place.rows("SELECT id FROM ticket WHERE status IN ('new', 'accepted') LIMIT 50")]
        self.picks = cycle([None, *self.tickets[:1], None, *self.tickets[1:2]])

    def ask(self):
        name, wire = self.desk.next()
        ticket = next(self.picks)
        return wire, wire.request("GET", f"/visits/board?day={self.day}" + (f"&ticket={ticket}" if ticket else "")), name

    def check(self, answer: Answer, about) -> None:
        text = right_person(answer, about)
        found = text.count('class="lane-who"'), len(re.findall(r'class="block block-', text))
        if found != (self.TECHNICIANS, self.VISITS):
            raise WrongPage(f"the board shows {found[0]} technicians and {found[1]} visits")


ROWS = (Queue, TicketPage, Board, IdlePoll, Create)
