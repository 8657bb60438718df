"""How a person likes to see the queue: classes of its frame, counts of views of one's own, said by a later slice."""

from __future__ import annotations

from typing import Any, Callable

counters: list[Callable[[Any], dict[str, str]]] = []
providers: list[Callable[[Any], str]] = []


def classes_for(person: Any) -> str:
    return " ".join(filter(None, (provider(person) for provider in providers)))


def counts_for(person: Any) -> dict[str, str]:
    """Name of a menu row → what its count reads now."""
    return {name: words for counter in counters for name, words in counter(person).items()}
