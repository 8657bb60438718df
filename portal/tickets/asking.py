"""What is typed into the search: plain words, and conditions like status:open owner:me after:2026-11-01 tag:漏水, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Callable

from sqlalchemy import select

from portal.accounts.models import Person
from portal.core import clock
from portal.tickets.models import OPEN, Status, Ticket

_ASKED = re.compile(r"(\w+)[:：](\S+)")
WORDS_OF_STATUS = {"open": OPEN, "未结": OPEN, "待处理": OPEN, "ended": (Status.CLOSED, Status.CANCELLED, Status.MERGED), "已结束": (Status.CLOSED, Status.CANCELLED, Status.MERGED)}


@dataclass
class Asked:
    """`words`: what is looked for in the text; `conditions`: SQL; `wrong`: values that nobody knows, as typed."""

    words: str
    conditions: list[Any] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def read(typed: str, person: Any) -> Asked:
    """Unknown names before a colon are plain words: an address or a time may hold one."""
    asked = Asked("")

    def take(hit: re.Match) -> str:
        make = OPERATORS.get(hit[1].lower())
        if make is None:
            return hit[0]
        condition = make(hit[2], person)
        if condition is None:
            asked.wrong.append(hit[0])
        else:
            asked.conditions.append(condition)
        return " "

    asked.words = " ".join(_ASKED.sub(take, typed).split())
    return asked


def _status(value: str, person: Any) -> Any:
    wanted = WORDS_OF_STATUS.get(value.lower()) or [s for s in Status if value.lower() in (s.value, s.word.lower())]
    return Ticket.status.in_(wanted) if wanted else None


def _owner(value: str, person: Any) -> Any:
    if value.lower() in ("me", "我"):
        return Ticket.owner_id == person.id
    if value.lower() in ("none", "无"):
        return Ticket.owner_id.is_(None)
    return Ticket.owner_id.in_(select(Person.id).where((Person.name == value) | (Person.username == value.lower()) | (Person.initials == value.lower())))


def _day(value: str) -> date | None:
    words = {"today": clock.today(), "今天": clock.today(), "yesterday": clock.today() - timedelta(days=1), "昨天": clock.today() - timedelta(days=1)}
    try:
        return words.get(value.lower()) or date.fromisoformat(value)
    except ValueError:
        return None


def _after(value: str, person: Any) -> Any:
    day = _day(value)
    return Ticket.created_at >= clock.day_bounds(day)[0] if day else None


def _before(value: str, person: Any) -> Any:
    day = _day(value)
    return Ticket.created_at < clock.day_bounds(day)[1] if day else None


OPERATORS: dict[str, Callable[[str, Any], Any]] = {
    "status": _status, "状态": _status, "owner": _owner, "跟进人": _owner, "after": _after, "从": _after, "before": _before, "到": _before,
}
"""name(value, person) -> SQL condition, or None when the value means nothing. Later slices add theirs."""
