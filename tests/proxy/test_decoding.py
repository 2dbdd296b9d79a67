"""Content-encodings undone piece by piece."""

import gzip
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
