"""Pieces of a page, kept in order until they are read.

Of tiny pieces the objects would weigh more than the bytes, so many are put together.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

_MOST_SINGLE: Final = 4096
_BLOCK_BYTES: Final = 1 << 16


class Pieces:
    """A queue of bytes that remembers no borders."""

    __slots__ = ("_packed", "_single")

    def __init__(self) -> None:
        self._packed: deque[bytes] = deque()
        self._single: deque[bytes] = deque()

    def append(self, data: bytes) -> None:
        """Put *data* to the end."""
        self._single.append(data)
        if len(self._single) >= _MOST_SINGLE:
            self._packed.append(b"".join(self._single))
            self._single.clear()

    def clear(self) -> None:
        """Forget all."""
        self._packed.clear()
        self._single.clear()

    def drained(self) -> Iterable[bytes]:
        """Take out all, joined to blocks that are worth a call."""
        if len(self._single) == 1 and not self._packed:
            return (self._single.pop(),)
        return self._joined()

    def _joined(self) -> Iterator[bytes]:
        self._packed.extend(self._single)
        self._single.clear()
        joined: list[bytes] = []
        size = 0
        while self._packed:
            joined.append(self._packed.popleft())
            size += len(joined[-1])
            if size >= _BLOCK_BYTES or not self._packed:
                yield b"".join(joined)
                joined.clear()
                size = 0
