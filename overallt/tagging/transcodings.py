"""UTF-16 to UTF-8 and back, cut anywhere, without losing what is no valid text.

Lone surrogates go through as they are ("surrogatepass"), so the way back is exact; an
odd last byte is held until its other half comes.
"""

import codecs
from typing import Final

from overallt.tagging.charsets import Kind

UTF_16: Final = {Kind.UTF_16LE: "utf-16-le", Kind.UTF_16BE: "utf-16-be"}
_LOSSLESS: Final = "surrogatepass"


class Transcoder:
    """Turns a page in *charset* (``utf-16-le`` or ``utf-16-be``) to UTF-8 and back."""

    __slots__ = ("_charset", "_decoder")

    def __init__(self, charset: str) -> None:
        self._charset = charset
        self._decoder = codecs.getincrementaldecoder(charset)(_LOSSLESS)

    def read(self, data: bytes) -> bytes:
        """Return the next bytes in UTF-8; a half character is held."""
        return self._decoder.decode(data).encode("utf-8", _LOSSLESS)

    def write(self, text: bytes) -> bytes:
        """Return UTF-8 of whole characters in the page's own charset."""
        return text.decode("utf-8", _LOSSLESS).encode(self._charset, _LOSSLESS)

    def held(self) -> bytes:
        """Return the bytes of the half character that is held, and forget them."""
        held, _ = self._decoder.getstate()
        self._decoder.reset()
        return held
