"""Does content-encodings again, piece by piece, for browsers across a network.

On this machine a page goes on as it is: nobody pays for its bytes. Elsewhere it leaves
in the encodings in which it came, which the browser has accepted. They are done fast
rather than small, and every piece can be read as soon as it is there.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import brotli  # type: ignore[import-untyped]  # It brings no types of its own.
import zstandard

GZIP_WINDOW: Final = 31
ZLIB_WINDOW: Final = 15
FAST: Final = 1


class Encoder(Protocol):
    """Turns pieces into encoded ones."""

    def feed(self, data: bytes) -> bytes:
        """Encode *data*, all of it."""
        ...  # pragma: no cover

    def close(self) -> bytes:
        """Return what makes the end."""
        ...  # pragma: no cover


class Identity:
    """No encoding at all."""

    def feed(self, data: bytes) -> bytes:
        """Return *data* as it is."""
        return data

    def close(self) -> bytes:
        """Return nothing."""
        return b""


class Zlib:
    """``gzip`` or ``deflate``, by *window*."""

    def __init__(self, window: int) -> None:
        self._stream = zlib.compressobj(FAST, zlib.DEFLATED, window)

    def feed(self, data: bytes) -> bytes:
        """Encode *data*."""
        return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def close(self) -> bytes:
        """Return the check sum."""
        return self._stream.flush()


class Brotli:
    """``br``."""

    def __init__(self) -> None:
        self._stream = brotli.Compressor(quality=FAST)

    def feed(self, data: bytes) -> bytes:
        """Encode *data*."""
        encoded: bytes = self._stream.process(data) + self._stream.flush()
        return encoded

    def close(self) -> bytes:
        """Return the last block."""
        end: bytes = self._stream.finish()
        return end


class Zstd:
    """``zstd``."""

    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor(FAST).compressobj()

    def feed(self, data: bytes) -> bytes:
        """Encode *data*."""
        encoded = self._stream.compress(data)
        return encoded + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def close(self) -> bytes:
        """Return the last block."""
        return self._stream.flush()


class Stack:
    """Several encodings, one after the other."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders

    def feed(self, data: bytes) -> bytes:
        """Encode *data* by all of them."""
        for encoder in self._encoders:
            data = encoder.feed(data)
        return data

    def close(self) -> bytes:
        """Return the end of each, encoded by those that follow it."""
        end = b""
        for encoder in self._encoders:
            end = (encoder.feed(end) if end else b"") + encoder.close()
        return end


ENCODERS: Final[dict[str, Callable[[], Encoder]]] = {
    "": Identity,
    "identity": Identity,
    "gzip": lambda: Zlib(GZIP_WINDOW),
    "x-gzip": lambda: Zlib(GZIP_WINDOW),
    "deflate": lambda: Zlib(ZLIB_WINDOW),
    "br": Brotli,
    "zstd": Zstd,
}


def encoder_for(content_encoding: str) -> Encoder:
    """Return an encoder for the header's value, whose encodings are all known.

    Raises:
        KeyError: one is not.
    """
    names = content_encoding.split(",")
    # RFC 9110, 8.4: listed in the order in which they were applied.
    return Stack([ENCODERS[name.strip().lower()]() for name in names])
