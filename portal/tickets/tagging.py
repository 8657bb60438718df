"""What the queue's filter needs of tags: they belong to a later slice, which puts its own functions here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import false

carries: Callable[..., Any] = lambda _tag_id, leads=False: false()  # noqa: E731 - SQL condition: tickets with this tag
is_on_few: Callable[[int], bool] = lambda _tag_id: True  # noqa: E731
names: Callable[[], list[tuple[int, str]]] = list  # (id, name) in the order of the names
