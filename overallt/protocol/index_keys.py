"""The keys of names that exist: sorted, each once, eight bytes each.

On the wire and on the disk they are big-endian, one after the other, so that
sorted bytes are sorted numbers. In memory they are the machine's own numbers in
one array: what a name costs is eight bytes, and a search is some twenty steps.
"""

import hashlib
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Self

from overallt.protocol.ids import INDEX_KEY_BYTES


class MalformedKeys(ValueError):
    """The bytes are not sorted keys."""


class IndexKeys:
    """Sorted *numbers*, none of them twice; never changed."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._numbers = array("Q", sorted(set(numbers)))

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Return the keys that *content* prints.

        Raises:
            MalformedKeys: it is cut off, not in order, or has one twice.
        """
        if len(content) % INDEX_KEY_BYTES:
            raise MalformedKeys("The last key is cut off.")
        numbers = array("Q", content)
        if sys.byteorder == "little":
            numbers.byteswap()
        if any(left >= right for left, right in pairwise(numbers)):
            raise MalformedKeys("The keys are not in order.")
        return cls._of(numbers)

    @property
    def content(self) -> bytes:
        """The keys as bytes, as ``parse`` takes them."""
        numbers = self._numbers[:]
        if sys.byteorder == "little":
            numbers.byteswap()
        return numbers.tobytes()

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        place = bisect_left(self._numbers, number)
        return place < len(self._numbers) and self._numbers[place] == number

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def joined(self, others: Iterable[int]) -> Self:
        """Return these keys and *others*, which should be few."""
        missing = sorted({other for other in others if other not in self})
        numbers = array("Q")
        done = 0
        for number in missing:
            # Whole slices are copied: a few new keys cost no pass over the old.
            place = bisect_left(self._numbers, number, done)
            numbers += self._numbers[done:place]
            numbers.append(number)
            done = place
        numbers += self._numbers[done:]
        return self._of(numbers)

    def between(self, first: int, end: int) -> Self:
        """Return the keys from *first* up to *end*, without *end* itself."""
        start, stop = (bisect_left(self._numbers, each) for each in (first, end))
        return self._of(self._numbers[start:stop])

    @classmethod
    def _of(cls, numbers: array[int]) -> Self:
        """Return keys of an array that is sorted already."""
        keys = cls()
        keys._numbers = numbers
        return keys


def version_of(content: bytes) -> str:
    """Return the version (``ETag``, without its quotes) of an index's bytes.

    Who has joined a difference to an older index knows by it that nothing is
    missing, and nothing too much.
    """
    return hashlib.sha256(content).hexdigest()
