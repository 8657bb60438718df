"""More of what the desk does all day: searches, answers, and the numbers of all views beside any page."""

from __future__ import annotations

import re
import secrets
from itertools import cycle
from urllib.parse import quote

from portal.demo.bulk import RARE
from tests.load.rows import NUMBER, Desk, WrongPage, right_person
from tests.load.wire import Answer


class Search:
    """The desk searches; each answer names as many tickets as there must be."""

    limit, writes, remark, least = 40.0, True, "", 1

    def __init__(self, desk: Desk):
        self.desk, self.words = desk, cycle(self.asked_for(desk))

    def ask(self):
        name, wire = self.desk.next()
        return wire, wire.request("GET", "/search?q=" + quote(next(self.words))), name

    def check(self, answer: Answer, about) -> None:
        shown = len(set(NUMBER.findall(right_person(answer, about))))
        if shown < self.least:
            raise WrongPage(f"a search shows {shown} tickets, at least {self.least} are there")


class RareWord(Search):
    name, least = "search, a rare word", 5

    def asked_for(self, desk: Desk) -> list[str]:
        return [RARE]


class FrequentWord(Search):
    name, least = "search, a word of 1 %", 20

    def asked_for(self, desk: Desk) -> list[str]:
        return ["漏水", "空调"]


class LastFour(Search):
    name, least = "search, last 4 digits", 0

    def asked_for(self, desk: Desk) -> list[str]:
        return [phone[-4:] for phone in desk.phones[:200]]


class Reply:
    """An answer to the customer on an open ticket."""

    name, limit, writes, remark = "reply", 25.0, False, ""

    def __init__(self, desk: Desk):
        self.desk = desk

    def ask(self):
        name, wire = self.desk.next()
        fields = {"mode": "public", "words": "今天下午两点前上门，请留意电话", "then": "", "key": secrets.token_urlsafe(18)}
        return wire, wire.form(f"/tickets/{self.desk.rng.choice(self.desk.open)}/reply", **fields), name

    def check(self, answer: Answer, about) -> None:
        if answer.status != 303:
            raise WrongPage(f"an answer was answered with {answer.status}")


class Counts:
    """A page of little else but the menu, right after somebody's write: every view is counted anew."""

    name, limit, writes, remark = "counts of all views", 15.0, False, "with the whole page around them"
    COUNT = re.compile(r'class="[^"]*count-all[^"]*"')

    def __init__(self, desk: Desk):
        self.desk = desk

    def ask(self):
        self.desk.write()
        name, wire = self.desk.next()
        return wire, wire.request("GET", "/inbox/"), name

    def check(self, answer: Answer, about) -> None:
        if not self.COUNT.search(right_person(answer, about)):
            raise WrongPage("the page counts no views")


ROWS = (RareWord, FrequentWord, LastFour, Reply, Counts)
