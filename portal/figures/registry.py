"""What a figure is. The shipped ones stand in `shipped`; later slices may add their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core.labels import Label


class Unit(Label):
    SHARE = "share", _l("%")
    HUNDRED = "hundred", _l("per 100")
    MINUTES = "minutes", _l("min")
    COUNT = "count", _l("tickets")


@dataclass(frozen=True)
class Cases:
    """What is counted: the moment that places a case in time, conditions, joins from the ticket, what makes a hit (or its length)."""

    moment: Any
    where: tuple = ()
    joins: tuple = ()
    hit: Any = None
    seconds: Any = None


@dataclass(frozen=True)
class Figure:
    """One measured thing. `better` is "up" or "down"; `target` names an option.

    `cases()` is built anew for each measuring: it may look at the clock.
    """

    name: str
    words: Any
    definition: Any
    cases: Callable[[], Cases]
    unit: Unit = Unit.SHARE
    better: str = "up"
    target: str | None = None

    @property
    def comparable(self) -> bool:
        """May a before/after test be worked out from cases and hits?"""
        return self.unit in (Unit.SHARE, Unit.HUNDRED)


FIGURES: dict[str, Figure] = {}


def figure(name: str, words: Any, definition: Any, cases: Callable[[], Cases], **more: Any) -> None:
    """Add a figure: `unit`, `better`, `target` as in Figure."""
    FIGURES[name] = Figure(name, words, definition, cases, **more)
