"""Say that something changed, let the reader ask again: tags for live regions, empty answers when nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from datetime import timedelta
from typing import Any
from zlib import crc32

from flask import Response, g, make_response, request

from portal.core import clock
from portal.core.activity import newest_at_start
from portal.core.i18n import language


def shown_text(groups: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Which rows a list shows in which groups, for the address where its live region asks."""
    return "~".join(f"{name}_ids.{'.'.join(map(str, ids))}" for name, ids in groups)


def shown_groups(text: str, known: Container[str], most: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The same read again: nonsense shows nothing; never more than `most` rows."""
    groups = []
    for part in text[:2000].split("~"):
        name, _colon, numbers = part.partition("_ids.")
        ids = tuple([int(n) for n in numbers.split(".") if n.isascii() and n.isdigit() and len(n) < 18][:most])
        most -= len(ids)
        if name in known and ids:
            groups.append((name, ids))
    return tuple(groups)


def tag(*parts: Any, address: str | None = None, newest: int | None = None) -> str:
    """Everything that changes the rendering: newest activity, minute, language, address, and what the page adds.

    `address`: where the region will ask, when the page that holds it has another one. `newest`: the activity, when it was read already.
    """
    return tag_at(newest_at_start() if newest is None else newest, language(), address or request.full_path, *parts)


def tag_at(newest: int, spoken: str, address: str, *parts: Any) -> str:
    """The same for whoever has read the newest activity and the language already."""
    what = "|".join(map(str, (spoken, address, *parts)))
    text = f"{newest}|{_minute(what)}|{what}"
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def _minute(what: str) -> int:
    """Each region's minutes begin at a second of their own: not everybody's list is drawn anew at once. When this one ends is noted, see `quiet`."""
    now = clock.now()
    seconds = now.timestamp() + crc32(what.encode()) % 60
    g.tag_ends = now + timedelta(seconds=60 - seconds % 60)
    return int(seconds) // 60


def unchanged(current: str) -> Response | None:
    """304 when the asking region already shows this tag."""
    if request.headers.get("HX-PTag") != current:
        return None
    return Response(status=304)


def tagged(body: Any, current: str) -> Response:
    answer = make_response(body)
    answer.headers["HX-PTag"] = current
    return answer
