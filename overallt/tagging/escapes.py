"""ISO-2022-JP: what stands between escapes is no ASCII, whatever it looks like.

``ESC ( B`` and ``ESC ( J`` lead to (nearly) ASCII, every other escape to characters of
one or two bytes that look like any text. Those are masked, byte for byte, so that
neither the tokenizer nor a bracket is mistaken there.
"""

import re
from typing import Final

_ESCAPE: Final = re.compile(rb"\x1b(?:\([BJI]|\$[@B])")
_ASCII: Final = frozenset({b"\x1b(B", b"\x1b(J"})
_UNFINISHED: Final = re.compile(rb"\x1b[(\$]?\Z")
_MASK: Final = b"\x80"


class Mask:
    """Covers what is no ASCII in what it is fed, and keeps its length."""

    __slots__ = ("_covers", "_rest", "is_ascii")

    def __init__(self) -> None:
        self._rest = b""
        self._covers = False
        self.is_ascii = True

    def cover(self, data: bytes) -> bytes:
        """Return *data* masked, byte for byte."""
        text = self._rest + data
        pieces: list[bytes] = []
        at = 0
        for escape in _ESCAPE.finditer(text):
            pieces += (self._covered(text[at : escape.start()]), _MASK * len(escape[0]))
            self._covers = escape[0] not in _ASCII
            at = escape.end()
        pieces.append(self._covered(text[at:]))
        unfinished = _UNFINISHED.search(text, at)
        known = len(self._rest)
        self._rest = b"" if unfinished is None else unfinished[0]
        self.is_ascii = not self._covers and not self._rest
        return b"".join(pieces)[known:]

    def _covered(self, data: bytes) -> bytes:
        return _MASK * len(data) if self._covers else data
