"""Proposals, a hundred thousand of them: the list by every sort, the board, and what looks alike while somebody types."""

from __future__ import annotations

from itertools import cycle

from tests.load.rows import Desk, WrongPage, right_person
from tests.load.wire import Answer

NUMBER = 100_000
LIMIT = 25.0


class IdeaList:
    """Sorts and filters in turn."""

    name, limit, writes, remark = "proposal list", LIMIT, False, ""
    WALK = ("sort=new", "sort=old", "sort=votes", "sort=score", "sort=effect", "view=waiting&sort=old", "view=done&sort=effect", "source=customer", "q=%E7%A9%BA%E8%B0%83")

    def __init__(self, desk: Desk):
        self.desk, self.walk = desk, cycle(self.WALK)

    def ask(self):
        name, wire = self.desk.next()
        query = next(self.walk)
        return wire, wire.request("GET", f"/proposals/?look=list&{query}"), (name, query)

    def check(self, answer: Answer, about) -> None:
        name, query = about
        shown = right_person(answer, name).count('<a class="line-title"')
        if shown != 50:
            raise WrongPage(f"{query} shows {shown} proposals")


class IdeaBoard:
    name, limit, writes, remark = "proposal board", LIMIT, False, ""

    def __init__(self, desk: Desk):
        self.desk = desk

    def ask(self):
        name, wire = self.desk.next()
        return wire, wire.request("GET", "/proposals/"), name

    def check(self, answer: Answer, about) -> None:
        if right_person(answer, about).count('<article class="idea"') != 20:
            raise WrongPage("the board does not show five columns of four")


class IdeaSimilar:
    """Words of a sentence, as they grow while somebody types."""

    name, limit, writes, remark = "similar while typing", LIMIT, False, ""
    WORDS = "上门前给客户打电话说清几点到，晚到要提前说"

    def __init__(self, desk: Desk):
        self.desk, self.ends = desk, cycle(range(6, len(self.WORDS)))

    def ask(self):
        _name, wire = self.desk.next()
        return wire, wire.form("/proposals/similar", problem=self.WORDS[: next(self.ends)]), None

    def check(self, answer: Answer, about) -> None:
        if answer.status != 200 or 'id="similar"' not in answer.text:
            raise WrongPage(f"answered with {answer.status}")


ROWS = (IdeaList, IdeaBoard, IdeaSimilar)
