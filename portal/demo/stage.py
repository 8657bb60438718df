"""Tells a story in order: every act has its moment, and what would happen after today has not happened."""

from __future__ import annotations

import heapq
from datetime import datetime
from itertools import count
from typing import Callable

from portal.core import clock
from portal.core.errors import Refused

Act = Callable[[], None]


class Stage:
    """A queue of acts by moment. An act may ask for further ones."""

    def __init__(self, until: datetime):
        self.until, self._acts, self._order = until, [], count()

    def at(self, moment: datetime, act: Act) -> None:
        if moment <= self.until:
            heapq.heappush(self._acts, (moment, next(self._order), act))

    def play(self) -> int:
        """Play everything; returns how many acts were refused because life had gone on meanwhile."""
        refused = 0
        while self._acts:
            moment, _number, act = heapq.heappop(self._acts)
            with clock.at(moment):
                try:
                    act()
                except Refused:
                    refused += 1
        return refused
