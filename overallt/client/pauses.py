"""Pauses between tries at a server that does not answer.

Each is up to twice as long as the one before, and a random part shorter, so that
a server that comes back is not met by everybody in the same moment.
"""

import random
from typing import Final

# Of each pause, this much is left to chance.
_CHANCE: Final = 0.5


class Pauses:
    """Grows from *first_seconds* to *last_seconds*, until it starts over."""

    def __init__(self, *, first_seconds: float, last_seconds: float) -> None:
        self._first_seconds = first_seconds
        self._last_seconds = last_seconds
        self._next_seconds = first_seconds

    def next(self) -> float:
        """Return how many seconds to wait now."""
        longest = self._next_seconds
        self._next_seconds = min(longest * 2, self._last_seconds)
        chance = random.random()  # noqa: S311 - no secret: it only spreads tries.
        return longest * (1 - _CHANCE * chance)

    def start_over(self) -> None:
        """Begin with the shortest again: there was an answer."""
        self._next_seconds = self._first_seconds
