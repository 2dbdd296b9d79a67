"""A body on its way, and what remains of it when something fails."""

import gzip
import zlib

import pytest

from overallt.proxy.bodies import Body, rewritten
from overallt.proxy.decoding import (
    DecodingError,
    Deflate,
    Gzip,
    Identity,
    decoder_for,
)
from overallt.proxy.encoding import encoder_for


class Shouter:
    """A rewriter that holds one byte back and fails at a question mark."""

    def __init__(self) -> None:
        self.held = b""

    def feed(self, data: bytes) -> bytes:
        self.held += data
        if b"?" in self.held:
            raise RuntimeError
        out, self.held = self.held[:-1], self.held[-1:]
        return out.upper()

    def close(self) -> bytes:
        if self.held == b"!":
            raise RuntimeError
        return self.held.upper()

    def bail_out(self) -> bytes:
        held, self.held = self.held, b""
        return held


def test_a_body_is_decoded_and_rewritten() -> None:
    body = Body(Gzip(), Shouter(), encoder_for(""))
    encoded = gzip.compress(b"abc")

    out = b"".join(body.feed(encoded[at : at + 1]) for at in range(len(encoded)))

    assert b"ABC" == out + body.close()


def test_after_the_rewriter_failed_the_text_goes_on_unchanged() -> None:
    body = Body(Identity(), Shouter(), encoder_for(""))

    out = [body.feed(b"abc")]
    with pytest.raises(RuntimeError):
        body.feed(b"de?f")
    out += [body.bail_out(), body.feed(b"gh?"), body.close()]

    assert b"ABcde?fgh?" == b"".join(out)


def test_after_the_decoder_failed_the_bytes_go_on_as_they_came() -> None:
    body = Body(Gzip(), Shouter(), encoder_for(""))

    assert body.feed(b"\x1f") == b""
    with pytest.raises(DecodingError):
        body.feed(b"no gzip")
    assert body.bail_out() + body.feed(b", no") + body.close() == b"\x1fno gzip, no"


def test_after_the_decoder_failed_late_what_was_held_goes_first() -> None:
    encoded = bytearray(zlib.compress(bytes(range(97, 123)) * 99, 0))
    encoded[-4] ^= 0xFF
    body = Body(Deflate(), Shouter(), encoder_for(""))

    out = body.feed(bytes(encoded[:-4]))
    with pytest.raises(DecodingError):
        body.feed(bytes(encoded[-4:]))
    out += body.bail_out()

    assert out == bytes(range(65, 91)) * 98 + b"ABCDEFGHIJKLMNOPQRSTUVWXYz" + bytes(
        encoded[-4:]
    )


def test_a_body_that_never_decoded_to_anything_passes_as_it_came() -> None:
    body = Body(Gzip(), Shouter(), encoder_for(""))

    assert body.feed(b"\x1f\x8b") + body.close() == b"\x1f\x8b"


def test_a_rewriter_that_fails_at_the_end_loses_nothing() -> None:
    body = Body(Identity(), Shouter(), encoder_for(""))

    out = body.feed(b"abc!")
    with pytest.raises(RuntimeError):
        body.close()

    assert out + body.bail_out() + body.close() == b"ABC!"


ENCODINGS = ["gzip", "deflate", "br", "zstd", "br, gzip", "identity"]


def decode(encoding: str, data: bytes) -> bytes:
    decoder = decoder_for(encoding)
    assert decoder is not None
    return decoder.feed(data)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_body_is_encoded_again_piece_by_piece(encoding: str) -> None:
    body = Body(Identity(), Shouter(), encoder_for(encoding))
    browser = decoder_for(encoding)
    assert browser is not None

    seen = [browser.feed(body.feed(piece)) for piece in (b"abc", b"d", b"ef")]

    assert seen == [b"AB", b"C", b"DE"]
    assert browser.feed(body.close()) == b"F"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_encoded_again_ends_after_the_rewriter_failed(encoding: str) -> None:
    body = Body(Identity(), Shouter(), encoder_for(encoding))

    out = body.feed(b"abc!")
    with pytest.raises(RuntimeError):
        body.close()
    out += body.bail_out() + body.close()

    assert b"ABC!" == decode(encoding, out)


def test_an_encoding_that_is_a_lie_is_not_made_true() -> None:
    body = Body(Gzip(), Shouter(), encoder_for("gzip"))

    with pytest.raises(DecodingError):
        body.feed(b"no gzip")

    assert body.bail_out() + body.feed(b"!") + body.close() == b"no gzip!"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_whole_body_is_rewritten_whole(encoding: str) -> None:
    out = rewritten(b"abc", Identity(), Shouter(), encoder_for(encoding))

    assert out is not None
    assert b"ABC" == decode(encoding, out)


def test_a_whole_body_whose_text_stays_stays() -> None:
    data = gzip.compress(b"ABC", 9)

    assert rewritten(data, Gzip(), Shouter(), encoder_for("gzip")) is None


FLOOD = b"<p>a</p>" * 700_000


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_flood_of_text_passes_unread(encoding: str) -> None:
    body = Body(Gzip(), Shouter(), encoder_for(encoding))

    out = body.feed(gzip.compress(b"ab")) + body.feed(gzip.compress(FLOOD))

    assert b"Ab" + FLOOD == decode(encoding, out + body.close())


def test_a_flood_that_came_whole_stays_as_it_came() -> None:
    assert rewritten(gzip.compress(FLOOD), Gzip(), Shouter(), encoder_for("")) is None


def test_an_encoding_that_never_becomes_text_is_not_kept() -> None:
    body = Body(Deflate(), Shouter(), encoder_for(""))
    nothing = b"\0\0\0\xff\xff" * 13_000  # Stored blocks of no bytes.

    out = body.feed(zlib.compress(b"")[:2])
    out += b"".join(body.feed(nothing) for _ in range(16))
    with pytest.raises(DecodingError):
        body.feed(nothing)

    assert out + body.bail_out() == zlib.compress(b"")[:2] + nothing * 17
