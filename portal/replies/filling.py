"""The places of a reply template: their names in both languages, and what a ticket puts there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.accounts.options import HOTLINE, NAME
from portal.core import options
from portal.core.i18n import when
from portal.replies.models import ReplyTemplate
from portal.tickets import tracking
from portal.tickets.models import ClockKind, Ticket
from portal.visits import actions as visits
from portal.visits import queries as planned

_PLACE = re.compile(r"\{([^{}\n]{1,30})\}")


@dataclass(frozen=True)
class Place:
    """`name` and `other`: how it is written in Chinese and in English; `value(ticket, person)` may be empty."""

    name: str
    other: str
    words: Any
    value: Callable[[Ticket, Any], str]


def _visit(ticket: Ticket):
    return planned.next_of(ticket)


def _due(ticket: Ticket) -> str:
    clock = next((c for c in ticket.clocks if c.clock is ClockKind.RESOLUTION and c.due_at), None)
    return when(clock.due_at) if clock else ""


PLACES = (
    Place("称呼", "customer", _l("How the customer is addressed"), lambda t, p: t.customer.salutation or t.contact_name or t.customer.name),
    Place("工单号", "number", _l("Number of the ticket"), lambda t, p: t.number),
    Place("问题", "title", _l("Title of the ticket"), lambda t, p: t.title),
    Place("师傅", "technician", _l("Who comes next"), lambda t, p: v.technician.name if (v := _visit(t)) and v.technician else ""),
    Place("上门时间", "window", _l("When somebody comes"), lambda t, p: visits.window(v) if (v := _visit(t)) else ""),
    Place("小区", "home", _l("Estate of the home"), lambda t, p: t.site.estate if t.site else ""),
    Place("解决时限", "due", _l("Until when it is to be solved"), lambda t, p: _due(t)),
    Place("我", "me", _l("Own name"), lambda t, p: p.name),
    Place("公司", "company", _l("Company name"), lambda t, p: options.value(NAME)),
    Place("热线", "hotline", _l("Service hotline"), lambda t, p: options.value(HOTLINE)),
    Place("链接", "link", _l("Where the customer follows it"), lambda t, p: tracking.url_of(t)),
)
_BY_NAME = {name: place for place in PLACES for name in (place.name, place.other)}


def unknown(body: str) -> list[str]:
    """Places that nobody can fill in."""
    return [name for name in _PLACE.findall(body) if name.strip() not in _BY_NAME]


@dataclass(frozen=True)
class Filled:
    """A template as it would be sent; `empty`: places for which the ticket has no value yet (they stay as written)."""

    template: ReplyTemplate
    text: str
    empty: tuple[str, ...]


class Filler:
    """Fills the templates of one ticket; each value is asked for once."""

    def __init__(self, ticket: Ticket, person: Any):
        self.ticket, self.person, self._known = ticket, person, {}

    def fill(self, template: ReplyTemplate) -> Filled:
        empty = tuple(dict.fromkeys(n for n in _PLACE.findall(template.body) if not self._value(n)))
        return Filled(template, _PLACE.sub(lambda hit: self._value(hit[1]) or hit[0], template.body), empty)

    def _value(self, name: str) -> str:
        place = _BY_NAME.get(name.strip())
        if place is None:
            return ""
        if place.name not in self._known:
            self._known[place.name] = place.value(self.ticket, self.person)
        return self._known[place.name]
