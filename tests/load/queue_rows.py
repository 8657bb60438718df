"""The published list of the desk's lists (`lists`), on the first page and on the deepest."""

from __future__ import annotations

from collections import defaultdict
from itertools import cycle
from statistics import median
from typing import Any

from portal.core import paging
from portal.core.direct import moment_of
from tests.load import lists
from tests.load.rows import AGENTS, NUMBER, PAGE, SLACK, Desk, WrongPage, right_person
from tests.load.wire import Answer


KNOWN: dict[tuple, tuple[str, int]] = {}  # shared by all who walk: at a million tickets some take a while


class Queue:
    """Every list in turn, each by each agent; 50 different tickets on every page that has as many."""

    name, limit, limit_p95, writes = "queue, first pages", 20.0, 40.0, True
    warm = len(lists.LISTS) * len(AGENTS)

    def __init__(self, desk: Desk):
        self.desk, self.walk = desk, cycle(lists.LISTS)
        self.facts = {**facts_of(desk), **lists.moments(desk.place.backend)}
        self.full: dict[str, bool] = {}
        self.took: dict[str, list[float]] = defaultdict(list)

    def ask(self):
        name, wire = self.desk.next()
        address = next(self.walk)
        query, expected = self._asked_for(address, name)
        return wire, wire.request("GET", f"/tickets/?{query}"), (name, address, expected)

    def _asked_for(self, address: str, name: str) -> tuple[str, int]:
        """(query of the page, tickets that must be on it, at most PAGE); looked up once, outside the time that is taken."""
        key = (type(self), self.desk.place.url, address, name)
        if key not in KNOWN:
            facts = {**self.facts, "me": self.desk.ids[name]}
            KNOWN[key] = self._looked_up(lists.filled(address, facts), lists.filled(lists.LISTS[address], facts))
        return KNOWN[key]

    def _looked_up(self, query: str, condition: str) -> tuple[str, int]:
        return query, min(PAGE, self.desk.place.value(lists.rows_at_most(condition, PAGE)))

    def check(self, answer: Answer, about) -> None:
        name, address, expected = about
        shown = len(set(NUMBER.findall(right_person(answer, name))))
        self.full[address] = self.full.get(address, True) and shown == PAGE
        self.took[address].append(answer.seconds)
        if shown != PAGE and abs(shown - expected) > SLACK:
            KNOWN.pop((type(self), self.desk.place.url, address, name), None)  # replies have met clocks, time has passed
            _query, expected = self._asked_for(address, name)
        if shown != PAGE and abs(shown - expected) > SLACK:
            raise WrongPage(f"{address} shows {shown} tickets, {expected} are there")

    @property
    def remark(self) -> str:
        medians = {address: median(times) for address, times in self.took.items()}
        slowest = max(medians, key=lambda address: medians[address])
        usual = median(medians.values())
        first = median(times[0] for times in self.took.values())
        return (f"{len(self.full)} of {len(lists.LISTS)} published lists, {sum(self.full.values())} with {PAGE} different tickets; slowest, "
                f"{medians[slowest] / usual:.1f} times the middle one: {slowest}; first look at each after the start: {first / usual:.1f} times")


class DeepQueue(Queue):
    """The last page of every list that has more than one, asked as whoever walked there asks."""

    name = "queue, deepest pages"

    def ask(self):
        for _n in lists.LISTS:
            name, wire = self.desk.next()
            address = next(self.walk)
            query, expected = self._asked_for(address, name)
            if expected:
                return wire, wire.request("GET", f"/tickets/?{query}"), (name, address, expected)
        raise WrongPage("no list has a second page")

    def _looked_up(self, query: str, condition: str) -> tuple[str, int]:
        found = self.desk.place.rows(lists.last_page_from(query, condition, PAGE))
        return (f"{query}&at={paging._mark('f', (moment_of(found[0][0]), found[0][1]))}", PAGE) if found else (query, 0)


def facts_of(desk: Desk) -> dict[str, Any]:
    place = desk.place
    return {"area": place.value("SELECT min(id) FROM area"), "category": desk.roots[0], "tag": place.value("SELECT min(tag_id) FROM ticket_tag")}


ROWS = (Queue, DeepQueue)
