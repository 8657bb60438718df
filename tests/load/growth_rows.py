"""The rows of the table as whole pages and forms, asked of the application itself: what `growth` compares."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html import unescape
from typing import Any

from portal.demo.bulk import RARE
from tests.browser import Browser
from tests.load import lists
from tests.load.rows import NUMBER, PAGE, IdlePoll


@dataclass
class Case:
    """`name` begins with the row's; `act` returns how many rows are shown; `before` is not measured."""

    name: str
    act: Callable[[], int | None]
    before: Callable[[], None] = lambda: None
    path: str = "/tickets/"


def cases(facts: dict[str, Any], browser: Browser) -> Iterator[Case]:
    asking = _Asking(facts, browser)
    for address in lists.LISTS:
        query = lists.filled(address, facts)
        yield Case(f"queue, first pages: {address}", partial(asking.page, f"/tickets/?{query}"))
        if deep := _deepest(query, lists.filled(lists.LISTS[address], facts)):
            yield Case(f"queue, deepest pages: {address}", partial(asking.page, deep))
    yield Case("ticket page", partial(asking.page, f"/tickets/{facts['ticket']}"))
    yield Case("ticket, 50 entries", partial(asking.page, f"/tickets/{facts['long']}"))
    yield Case("idle live poll", asking.poll, asking.look)
    for name, words in (("a rare word", RARE), ("a word of 1 %", "漏水"), ("last 4 digits", facts["last4"])):
        yield Case(f"search, {name}", partial(asking.page, f"/search?q={words}"))
    yield Case("create by form", asking.create)
    yield Case("reply", asking.reply)
    yield Case("counts of all views", partial(asking.page, "/inbox/"), asking.reply)


def _deepest(query: str, condition: str) -> str:
    """The address of the last page of a list; empty when it has but one."""
    from sqlalchemy import text

    from portal.core import paging
    from portal.core.db import db
    from portal.core.direct import moment_of

    found = db.session.execute(text(lists.last_page_from(query, condition, PAGE))).first()
    return f"/tickets/?{query}&at={paging._mark('f', (moment_of(found[0]), found[1]))}" if found else ""


class _Asking:
    def __init__(self, facts: dict[str, Any], browser: Browser):
        self.facts, self.client, self.live = facts, browser.client, ("", "")

    def page(self, path: str) -> int:
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: answered with {answer.status_code}")
        return len(set(NUMBER.findall(answer.get_data(as_text=True))))

    def look(self) -> None:
        """The list and its tag; nothing happens before the poll."""
        found = IdlePoll.LIVE.search(self.client.get("/tickets/?view=all").get_data(as_text=True))
        self.live = unescape(found[1]), found[2]

    def poll(self) -> None:
        self.client.get(self.live[0], headers={"HX-Request": "true", "HX-PTag": self.live[1]})

    def create(self) -> None:
        fields = {"phone": self.facts["phone"], "category_id": self.facts["category"], "words": "空调漏水，地板已泡", "priority": "", "then": ""}
        self._sent("/tickets/new", fields)

    def reply(self) -> None:
        self._sent(f"/tickets/{self.facts['ticket']}/reply", {"mode": "public", "words": "今天下午上门", "then": ""})

    def _sent(self, path: str, fields: dict[str, Any]) -> None:
        answer = self.client.post(path, data={**fields, "key": secrets.token_urlsafe(18)})
        if answer.status_code != 303:
            raise RuntimeError(f"{path}: answered with {answer.status_code}")
