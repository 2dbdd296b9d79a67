"""Undoes content-encodings piece by piece, as the bytes come in.

A decoder that is fed any cutting of its input gives what is certain so far. One
piece from the network may not become more than ``MAX_DECODED_BYTES``: more is a
bomb, no page, and refused like a broken encoding.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import brotli  # type: ignore[import-untyped]  # It brings no types of its own.
import zstandard
from isal import isal_zlib as zlib

MAX_DECODED_BYTES: Final = 64 * 1024 * 1024
# Of a few hundred bytes zstd can make tens of megabytes; so they are counted
# after each of these.
ZSTD_PIECE_BYTES: Final = 512
# RFC 9659: a browser must know windows up to 8 MB and no more.
ZSTD_WINDOW_BYTES: Final = 8 * 1024 * 1024
MAX_ENCODINGS: Final = 4
# RFC 1952, 2.3: deflate is the only method; a member's tail is check sum and size.
GZIP_MAGIC: Final = b"\x1f\x8b\x08"
GZIP_HEAD_BYTES: Final = 10
GZIP_TAIL_BYTES: Final = 8
MAX_GZIP_HEAD_BYTES: Final = 64 * 1024
HAS_CHECK, HAS_EXTRA, HAS_NAME, HAS_COMMENT = 2, 4, 8, 16
ZLIB_WINDOW: Final = 15
RAW_WINDOW: Final = -15
ZLIB_HEAD_BYTES: Final = 2
# RFC 1950, 2.2: the head of a zlib stream is a multiple of 31, its method 8.
ZLIB_CHECK: Final = 31
DEFLATE_METHOD: Final = 8


class DecodingError(Exception):
    """The body is not what its Content-Encoding says."""


class Decoder(Protocol):
    """Turns encoded pieces into decoded ones."""

    def feed(self, data: bytes) -> bytes:
        """Decode *data* as far as it goes."""
        ...  # pragma: no cover


class Identity:
    """No encoding at all."""

    def feed(self, data: bytes) -> bytes:
        """Return *data* as it is."""
        return data


class Gzip:
    """``gzip``: one member after another, each with a head, raw deflate and a tail.

    The tail is a check sum that browsers do not look at: many an old script writes a
    wrong one, or only half of it, and its pages are read all the same. So zlib is not
    given head and tail: it would refuse the last piece of such a page, text and all.
    """

    def __init__(self) -> None:
        self._held = b""
        self._stream: zlib.Decompress | None = None
        # What stands between two streams: first no tail, only a head.
        self._tail_bytes = 0
        self._ended = False

    def feed(self, data: bytes) -> bytes:
        """Decode *data*; what follows the last member is ignored, as browsers do."""
        pieces = []
        data = self._held + data
        self._held = b""
        while data and not self._ended:
            if self._stream is None:
                data = self._open_member(data)
            else:
                pieces.append(_inflate(self._stream, data))
                data = self._stream.unused_data
                if self._stream.eof:
                    self._stream = None
                    self._tail_bytes = GZIP_TAIL_BYTES
        return b"".join(pieces)

    def _open_member(self, data: bytes) -> bytes:
        """Skip tail and head; return what follows, or hold back what is cut."""
        if not GZIP_MAGIC.startswith(data[self._tail_bytes :][: len(GZIP_MAGIC)]):
            if not self._tail_bytes:
                raise DecodingError("no gzip")
            self._ended = True
            return b""
        begin = _after_gzip_head(data, self._tail_bytes)
        if begin is None:
            self._held = data
            return b""
        self._stream = zlib.decompressobj(RAW_WINDOW)
        return data[begin:]


class Deflate:
    """``deflate``: a zlib stream, or what many servers send, a raw one."""

    def __init__(self) -> None:
        self._head = b""
        self._stream: zlib.Decompress | None = None

    def feed(self, data: bytes) -> bytes:
        """Decode *data*; its first two bytes tell which of the two it is.

        What follows the end is ignored; zlib would keep all of it.
        """
        if self._stream is None:
            data = self._head + data
            if len(data) < ZLIB_HEAD_BYTES:
                self._head = data
                return b""
            is_zlib = (
                data[0] & 0x0F == DEFLATE_METHOD
                and int.from_bytes(data[:ZLIB_HEAD_BYTES], "big") % ZLIB_CHECK == 0
            )
            self._stream = zlib.decompressobj(ZLIB_WINDOW if is_zlib else RAW_WINDOW)
        if self._stream.eof:
            return b""
        return _inflate(self._stream, data)


class Brotli:
    """``br``."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> bytes:
        """Decode *data*; what follows the end is ignored."""
        pieces: list[bytes] = []
        size = 0
        try:
            # One call gives 32 KB at most of what a server has flushed.
            while not self._stream.is_finished():
                piece = self._stream.process(
                    data, output_buffer_limit=MAX_DECODED_BYTES
                )
                data = b""
                if not piece:
                    break
                size += len(piece)
                if size >= MAX_DECODED_BYTES:
                    raise DecodingError("a bomb")
                pieces.append(piece)
        except brotli.error as error:
            raise DecodingError("no brotli") from error
        return b"".join(pieces)


class Zstd:
    """``zstd``: one frame after another."""

    def __init__(self) -> None:
        self._stream = zstandard.ZstdDecompressor(
            max_window_size=ZSTD_WINDOW_BYTES
        ).decompressobj(read_across_frames=True)

    def feed(self, data: bytes) -> bytes:
        """Decode *data*."""
        pieces = []
        size = 0
        try:
            for start in range(0, len(data), ZSTD_PIECE_BYTES):
                piece = self._stream.decompress(data[start : start + ZSTD_PIECE_BYTES])
                size += len(piece)
                if size > MAX_DECODED_BYTES:
                    raise DecodingError("a bomb")
                pieces.append(piece)
        except zstandard.ZstdError as error:
            raise DecodingError("no zstd") from error
        return b"".join(pieces)


class Stack:
    """Several encodings, the last one applied undone first."""

    def __init__(self, decoders: Sequence[Decoder]) -> None:
        self._decoders = decoders

    def feed(self, data: bytes) -> bytes:
        """Decode *data* through all of them."""
        for decoder in self._decoders:
            data = decoder.feed(data)
        return data


DECODERS: Final[dict[str, Callable[[], Decoder]]] = {
    "": Identity,
    "identity": Identity,
    "gzip": Gzip,
    "x-gzip": Gzip,
    "deflate": Deflate,
    "br": Brotli,
    "zstd": Zstd,
}


def decoder_for(content_encoding: str) -> Decoder | None:
    """Return a decoder for the header's value; ``None`` if one is not known."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    if len(names) > MAX_ENCODINGS or any(name not in DECODERS for name in names):
        return None
    # RFC 9110, 8.4: listed in the order in which they were applied.
    return Stack([DECODERS[name]() for name in reversed(names)])


def _after_gzip_head(data: bytes, at: int) -> int | None:
    """Return where the head at *at* ends; ``None`` if it is not all there."""
    if len(data) < at + GZIP_HEAD_BYTES:
        return None
    flags = data[at + len(GZIP_MAGIC)]
    end = at + GZIP_HEAD_BYTES
    if flags & HAS_EXTRA:
        end += 2 + int.from_bytes(data[end : end + 2], "little")
    for flag in (HAS_NAME, HAS_COMMENT):
        if flags & flag:
            zero = data.find(b"\0", end)
            end = zero + 1 if zero >= 0 else len(data) + 1
    if flags & HAS_CHECK:
        end += 2
    if end <= len(data):
        return end
    if len(data) > MAX_GZIP_HEAD_BYTES:
        raise DecodingError("no gzip")
    return None


def _inflate(stream: "zlib.Decompress", data: bytes) -> bytes:
    try:
        decoded = stream.decompress(data, MAX_DECODED_BYTES)
    except zlib.error as error:  # type: ignore[misc]  # Its types call it no class.
        raise DecodingError("no deflate") from error
    if stream.unconsumed_tail:
        raise DecodingError("a bomb")
    return decoded
