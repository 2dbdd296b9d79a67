"""Pieces of a page, kept in order until they are read.

Of tiny pieces the objects would weigh more than the bytes, so each is put to the one
before it.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

# So much of a page is kept at most.
LONGEST_HISTORY_BYTES: Final = 1 << 24
TINY_BYTES: Final = 256
_LONGEST_JOINED_BYTES: Final = 1 << 12
_BLOCK_BYTES: Final = 1 << 16


class Pieces(deque[bytes]):
    """A queue of bytes that remembers no borders.

    What is surely not tiny may be put to the end by ``append``.
    """

    __slots__ = ()

    def add(self, data: bytes) -> None:
        """Put *data* to the end."""
        is_tiny = len(data) < TINY_BYTES
        if is_tiny and self and len(self[-1]) < _LONGEST_JOINED_BYTES:
            self[-1] += data
        else:
            self.append(data)

    def drained(self) -> Iterable[bytes]:
        """Take out all, joined to blocks that are worth a call."""
        return (self.pop(),) if len(self) == 1 else self._joined()

    def _joined(self) -> Iterator[bytes]:
        joined: list[bytes] = []
        size = 0
        while self:
            joined.append(self.popleft())
            size += len(joined[-1])
            if size >= _BLOCK_BYTES or not self:
                yield b"".join(joined)
                joined.clear()
                size = 0
