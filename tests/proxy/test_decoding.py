"""Content-encodings undone piece by piece."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # It brings no types of its own.
import pytest
import zstandard

from overallt.proxy import decoding
from overallt.proxy.decoding import DecodingError, decoder_for

TEXT = b"Once upon a time there was a page. " * 200


def two_members(data: bytes) -> bytes:
    return gzip.compress(data[:100]) + gzip.compress(data[100:])


def two_frames(data: bytes) -> bytes:
    return zstandard.compress(data[:100]) + zstandard.compress(data[100:])


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


ENCODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("", bytes),
    ("identity", bytes),
    ("GZip", gzip.compress),
    ("x-gzip", two_members),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", two_frames),
    ("zstd, br ,gzip", lambda d: gzip.compress(brotli.compress(zstandard.compress(d)))),
]


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(("encoding", "encode"), ENCODINGS)
def test_any_cutting_decodes_to_the_same(
    encoding: str, encode: Callable[[bytes], bytes], size: int
) -> None:
    decoder = decoder_for(encoding)
    encoded = encode(TEXT)
    pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]

    assert decoder is not None
    assert b"".join(decoder.feed(piece) for piece in pieces) == TEXT


@pytest.mark.parametrize("encoding", ["of-tomorrow", "gzip, dcb", "br,br,br,br,br"])
def test_an_unknown_encoding_has_no_decoder(encoding: str) -> None:
    assert decoder_for(encoding) is None


def gzip_with(flags: int, fields: bytes, tail: bytes) -> bytes:
    return (
        b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + fields + raw_deflate(TEXT) + tail
    )


@pytest.mark.parametrize("size", [1, 5, 10_000])
@pytest.mark.parametrize(
    "tail", [b"", b"half", b"all wrong", b"all wrong and then some"]
)
def test_no_check_sum_costs_a_page(tail: bytes, size: int) -> None:
    decoder = decoder_for("gzip")
    encoded = gzip_with(0, b"", tail)
    pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]

    assert decoder is not None
    assert b"".join(decoder.feed(piece) for piece in pieces) == TEXT


@pytest.mark.parametrize("size", [1, 5, 10_000])
@pytest.mark.parametrize(
    ("flags", "fields"),
    [
        (0b00010, b"ck"),
        (0b00100, b"\3\0abc"),
        (0b01000, b"name\0"),
        (0b10000, b"comment\0"),
        (0b11110, b"\3\0abcname\0comment\0ck"),
    ],
)
def test_a_head_may_hold_more(flags: int, fields: bytes, size: int) -> None:
    decoder = decoder_for("gzip")
    encoded = gzip_with(flags, fields, bytes(8))
    pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]

    assert decoder is not None
    assert b"".join(decoder.feed(piece) for piece in pieces) == TEXT


def test_a_head_without_an_end_is_refused() -> None:
    decoder = decoder_for("gzip")

    assert decoder is not None
    with pytest.raises(DecodingError):
        decoder.feed(gzip_with(0b01000, b"", b"")[:10] + b"a" * 100_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_not_so_encoded_is_refused(encoding: str) -> None:
    decoder = decoder_for(encoding)

    assert decoder is not None
    with pytest.raises(DecodingError):
        decoder.feed(b"<!DOCTYPE html><p>" * 50)


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.compress)],
)
def test_a_bomb_is_refused(
    encoding: str, encode: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_DECODED_BYTES", 1_000_000)
    decoder = decoder_for(encoding)

    assert decoder is not None
    with pytest.raises(DecodingError):
        decoder.feed(encode(bytes(4_000_000)))


@pytest.mark.parametrize(
    ("encoding", "encode"), [("gzip", gzip.compress), ("br", brotli.compress)]
)
def test_what_follows_the_end_is_ignored(
    encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    decoder = decoder_for(encoding)

    assert decoder is not None
    assert decoder.feed(encode(TEXT)) + decoder.feed(b"\0\0\0") == TEXT


def test_all_that_a_server_has_flushed_is_given_at_once() -> None:
    stream = brotli.Compressor()
    text = TEXT * 50
    decoder = decoder_for("br")

    assert decoder is not None
    assert text == decoder.feed(stream.process(text) + stream.flush())


def test_what_follows_a_deflated_page_is_not_kept() -> None:
    decoder = decoder_for("deflate")
    assert decoder is not None
    decoder.feed(zlib.compress(b"page"))
    garbage = bytes(1024 * 1024)

    tracemalloc.start()
    out = [decoder.feed(garbage) for _ in range(4)]
    kept_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [b""] * 4 == out
    assert kept_bytes < len(garbage)
