"""When nothing is found: what may have been meant – near numbers, words that sound the same, fewer words. Each of them is sure to find something."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, product
from typing import Any

from sqlalchemy import select

from portal.catalogue.models import Category, Service
from portal.core import search
from portal.core.db import db, is_sqlite
from portal.core.kept import kept
from portal.core.paging import capped_count
from portal.tickets import queries, tagging
from portal.tickets.models import Ticket

MOST, TRIED, NEAR = 6, 10, 3
LONGEST_SOUND = 4  # characters of a word that is known by its sound
_NUMBER = re.compile(r"([a-z]{1,3}) ?(\d{4})[-–— ]?(\d{3,7})", re.IGNORECASE)
_LATIN = re.compile(r"[a-z']{2,24}(?: [a-z']{1,12})*", re.IGNORECASE)
_CJK_WORD = re.compile(r"[\u3400-\u9fff]{2,}")


def instead_of(words: str, person: Any) -> list[str]:
    """At most MOST other searches, the likest first."""
    if _NUMBER.fullmatch(words.strip()):
        return _near_numbers(words.strip(), person)
    others = islice((w for w in dict.fromkeys([*_sounding(words), *_fewer(words)]) if w != words), TRIED)
    return [w for w in others if _finds(w, person)][:MOST]


def _finds(words: str, person: Any) -> bool:
    """Asked for one row only, PostgreSQL would rather read the whole table than its index."""
    written = search.matches("ticket", words)
    return written is not None and capped_count(select(Ticket.id).where(queries.scope(person), Ticket.id.in_(written)), 0 if is_sqlite() else 999) > 0


def _near_numbers(words: str, person: Any) -> list[str]:
    """Numbers that exist and differ by one slip of the finger."""
    found = _NUMBER.fullmatch(words)
    letters, digits = found[1].upper(), found[2] + found[3]
    slips = {f"{letters}{d[:4]}-{d[4:]}" for d in _slips(digits) if len(d) > 7}
    query = select(Ticket.number).where(queries.scope(person), Ticket.number.in_(slips))
    return list(db.session.scalars(query.order_by(Ticket.id.desc()).limit(NEAR)))


def _slips(digits: str) -> Iterable[str]:
    """Another digit, two changed about, one too many, one left out."""
    for i, digit in enumerate(digits):
        yield digits[:i] + digits[i + 1 :]
        yield digits[:i] + digits[i + 1 : i + 2] + digit + digits[i + 2 :]
        for other in "0123456789":
            yield digits[:i] + other + digits[i + 1 :]
            yield digits[:i] + other + digits[i:]
    yield from (digits + other for other in "0123456789")


def _fewer(words: str) -> list[str]:
    """Each word alone, then the pairs of a long one."""
    runs = words.split()
    pairs = [pair for pair in search.asked(words) if len(pair) > 1]
    return [*(sorted(runs, key=len, reverse=True) if len(runs) > 1 else ()), *pairs]


def _sounding(words: str) -> list[str]:
    """Words of the house that sound like what was typed: by an input method's wrong choice, or in Latin letters."""
    if _LATIN.fullmatch(words):
        return list(_by_sound().get(re.sub(r"[ ']", "", words.lower()), ()))
    made = []
    for word in _CJK_WORD.findall(words):
        for part in _windows(word):
            alike = (other for sound in _sounds(part) for other in _by_sound().get(sound, ()))
            made += [words.replace(part, other) for other in alike if other != part]
    return made


@kept
def _by_sound() -> dict[str, tuple[str, ...]]:
    """Sound → words: names of problems and services, tags, and their parts."""
    names = [n for model in (Category, Service) for n in db.session.scalars(select(model.name).where(model.active))]
    known: dict[str, dict[str, None]] = {}
    for name in (*names, *(name for _id, name in tagging.names())):
        for part in (p for word in _CJK_WORD.findall(name) for p in _windows(word)):
            for sound in _sounds(part):
                known.setdefault(sound, {})[part] = None
    return {sound: tuple(parts) for sound, parts in known.items()}


def _windows(word: str) -> list[str]:
    """Parts of two to four characters, the longest first."""
    return [word[i : i + n] for n in range(LONGEST_SOUND, 1, -1) for i in range(len(word) - n + 1)]


def _sounds(word: str) -> list[str]:
    """Every reading in Latin letters, without tones: 空调 → kongdiao, kongtiao."""
    ways = [readings[:3] for readings in search.readings(word)]
    return ["".join(one) for one in islice(product(*ways), 16)]
