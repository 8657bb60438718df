"""How content customers are: those of each team in fixed shares, shuffled, so that what a month shows does not hang on luck."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

WEAK_TEAM = "徐汇班组"  # nobody there says when somebody comes
WEAK = (1,) * 2 + (2,) * 3 + (3,) * 6 + (4,) * 7 + (5,) * 7
CONTENT = (1, 2, 3, 3) + (4,) * 7 + (5,) * 14


class Moods:
    """Drawn like cards; a new deck when one is used up."""

    def __init__(self, rng: Random):
        self.rng, self.decks = rng, defaultdict(list)

    def draw(self, team: Any) -> int:
        """1 to 5."""
        name = team.name if team is not None else ""
        deck = self.decks[name]
        if not deck:
            deck.extend(WEAK if name == WEAK_TEAM else CONTENT)
            self.rng.shuffle(deck)
        return deck.pop()
