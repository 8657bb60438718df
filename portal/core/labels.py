"""Enum members that carry their word and tone on one line, are stored as text, and are translated on reading."""

from __future__ import annotations

from enum import Enum

from portal.core.i18n import spoken


class Label(Enum):
    """`NEW = "new", _l("New"), "quiet"`: stored value, word, then whatever the class names in `more`."""

    def __new__(cls, value: str, word=None, tone: str = "", *more):
        member = object.__new__(cls)
        member._value_ = value
        member._word = word
        member.tone = tone
        member.more = more
        member._said = {}
        return member

    @property
    def word(self) -> str:
        """In the reader's language; kept, because lists ask for the same few words row by row."""
        language = spoken()
        if language is None:
            return str(self._word)
        if language not in self._said:
            self._said[language] = str(self._word)
        return self._said[language]

    def __str__(self) -> str:
        return self.value

    def __eq__(self, other: object) -> bool:
        """A member equals its stored text, so that templates can compare and look up by word."""
        return self._value_ == other if isinstance(other, str) else self is other

    def __hash__(self) -> int:
        return hash(self._value_)

    @classmethod
    def choices(cls) -> list[tuple[str, object]]:
        return [(member.value, member._word) for member in cls]


class IconLabel(Label):
    """A label that is drawn with an icon: `more[0]` names it."""

    @property
    def icon(self) -> str:
        return self.more[0]
