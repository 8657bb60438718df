"""Room for several values in a kept statement: written once for one value and for as many as there are places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Integer, bindparam

from portal.core.paging import PAGE_SIZE


class Places(list[Any]):
    """Parameters `name_0`, `name_1` …; those that stay empty hold what nothing is equal to."""

    def __init__(self, name: str = "id", kind: Any = Integer, number: int = PAGE_SIZE, empty: Any = 0):
        super().__init__(bindparam(f"{name}_{n}", type_=kind) for n in range(number))
        self._empty = empty

    def filled(self, values: Sequence[Any]) -> dict[str, Any]:
        return {place.key: value for place, value in zip_longest(self, values[:len(self)], fillvalue=self._empty)}
