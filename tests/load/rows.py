"""What is measured: each row prepares requests, and says of each answer whether it is the page that was asked for."""

from __future__ import annotations

import random
import re
import secrets
from datetime import date, timedelta
from html import unescape
from itertools import cycle

from portal.demo.people import PASSWORD, PEOPLE
from tests.load.lists import WORKING
from tests.load.servers import Place
from tests.load.wire import Answer, Wire

AGENTS = ("linxiao", "zhoumin", "hechuan")
NAMES = {row[0]: row[1] for row in PEOPLE}
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
        step = max(1, place.value("SELECT max(id) FROM ticket") // 100_000)  # as many old ones as new ones, however many there are
        self.tickets = dict(place.rows(f"SELECT id, number FROM ticket WHERE merged_into_id IS NULL AND id % {step} = 0"))
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


class LongTicket(TicketPage):
    """Tickets on which much has happened, more of them in turn than a process keeps drawn entries for."""

    name, TICKETS, ENTRIES = "ticket, 50 entries", 70, 50
    ENTRY = re.compile(r'<li class="entry\b')

    def __init__(self, desk: Desk):
        super().__init__(desk)
        long = dict(desk.place.rows(f"SELECT id, number FROM ticket WHERE {WORKING} ORDER BY id LIMIT {self.TICKETS}"))
        desk.tickets.update(long)
        self.turn = cycle(long)

    def ask(self):
        name, wire = self.desk.next()
        ticket = next(self.turn)
        return wire, wire.request("GET", f"/tickets/{ticket}"), (name, ticket)

    def check(self, answer: Answer, about) -> None:
        super().check(answer, about)
        if (shown := len(self.ENTRY.findall(answer.text))) < self.ENTRIES:
            raise WrongPage(f"the ticket shows {shown} entries")


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


ROWS = (TicketPage, LongTicket, Board, IdlePoll, Create)
