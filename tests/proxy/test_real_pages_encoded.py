"""Real pages in every content-encoding, and what becomes of broken ones."""

import gzip
import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import brotli  # type: ignore[import-untyped]  # It brings no types of its own.
import pytest
import zstandard
from real_pages import RealPage
from tagged_pages import cut_anyhow, with_tags

from overallt.proxy.bodies import Body
from overallt.proxy.decoding import DecodingError, decoder_for
from overallt.proxy.encoding import encoder_for
from overallt.tagging import Rewriter

AMONG_WORDS: Final = 16
ANYWHERE: Final = 4
FAST: Final = 1
# Two encodings at once are rare, and broken ones too.
EACH_OF_RARE: Final = 12
EACH_THROUGH_PROXY: Final = 24
BUTTON: Final = re.compile(
    rb'<a href="https://flattr[.]internal/give/([0-9]+)[?].*?</svg></a>'
)
PACKET_BYTES: Final = 1_400
ENCODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "identity": bytes,
    "gzip": lambda data: gzip.compress(data, FAST),
    "deflate": lambda data: zlib.compress(data, FAST),
    "br": lambda data: brotli.compress(data, quality=FAST),
    "zstd": lambda data: zstandard.compress(data, FAST),
}
COMPRESSING: Final = [name for name in ENCODERS if name != "identity"]
IN_TWO: Final = list(map(", ".join, itertools.product(ENCODERS, repeat=2)))


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A page with text tags before and after."""

    name: str
    before: bytes
    after: bytes


def rewriter() -> Rewriter:
    return Rewriter(content_type=None, render=lambda tag: f"({tag.id})")


@pytest.fixture(scope="module")
def pages(corpus: Sequence[RealPage]) -> list[Rewritten]:
    found = []
    for page in corpus:
        text = with_tags(page.text, among_words=AMONG_WORDS, anywhere=ANYWHERE)
        before = text.encode(page.charset, "surrogateescape")
        alone = rewriter()
        found.append(Rewritten(page.name, before, alone.feed(before) + alone.close()))
    return found


def through(encoding: str, pieces: Iterable[bytes]) -> bytes:
    """Return what a reader gets of a body that comes in *pieces*."""
    decoder = decoder_for(encoding)
    assert decoder is not None
    body = Body(decoder, rewriter(), encoder_for(""))
    out = []
    for piece in pieces:
        try:
            out.append(body.feed(piece))
        except DecodingError:
            out.append(body.bail_out())
    return b"".join([*out, body.close()])


def in_packets(data: bytes) -> list[bytes]:
    """Cut *data* as a network does: a few bytes alone may decode to anything."""
    return [data[at : at + PACKET_BYTES] for at in range(0, len(data), PACKET_BYTES)]


def wrongly_rewritten(pages: Sequence[Rewritten], encoding: str) -> list[str]:
    """Return the names of the pages that *encoding* changes."""
    wrong = []
    for page in pages:
        encoded = page.before
        for name in encoding.split(", "):
            encoded = ENCODERS[name](encoded)
        if page.after != through(encoding, cut_anyhow(encoded)):
            wrong.append(page.name)
    return wrong


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_content_encoding_changes_nothing(
    pages: list[Rewritten], encoding: str
) -> None:
    assert [] == wrongly_rewritten(pages, encoding)


@pytest.mark.parametrize("encodings", IN_TWO)
def test_two_content_encodings_change_nothing(
    pages: list[Rewritten], encodings: str
) -> None:
    assert [] == wrongly_rewritten(pages[::EACH_OF_RARE], encodings)


@pytest.mark.parametrize("encoding", COMPRESSING)
def test_a_page_that_was_never_encoded_passes_as_it_came(
    pages: list[Rewritten], encoding: str
) -> None:
    changed = [
        page.name
        for page in pages
        if page.before != through(encoding, in_packets(page.before))
    ]

    assert [] == changed


@pytest.fixture
def api(api: Any) -> Any:
    api.ids = [str(number) for number in range(1, 1 + AMONG_WORDS + ANYWHERE)]
    return api


@pytest.mark.parametrize("encoding", ENCODERS)
async def test_the_real_proxy_changes_nothing_else_either(
    pages: list[Rewritten], site: Any, reader: Any, encoding: str
) -> None:
    wrong = []
    for page in pages[::EACH_THROUGH_PROXY]:
        body = ENCODERS[encoding](page.before)
        header = f"Content-Encoding: {encoding}"
        site.add("/", body, header, content_type="text/html")
        came = await reader.get("https://site.test/")
        if page.after != BUTTON.sub(rb"(\1)", came.body):
            wrong.append(page.name)

    assert [] == wrong


def without_end(encoding: str, data: bytes) -> bytes:
    """Encode *data* as a stream that has all of it, but no end."""
    if encoding == "br":
        stream = brotli.Compressor(quality=FAST)
        return bytes(stream.process(data) + stream.flush())
    if encoding == "zstd":
        frame = zstandard.ZstdCompressor(FAST).compressobj()
        flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return frame.compress(data) + frame.flush(flush)
    window = {"gzip": 31, "deflate": 15}[encoding]
    blocks = zlib.compressobj(FAST, wbits=window)
    return blocks.compress(data) + blocks.flush(zlib.Z_FULL_FLUSH)


@pytest.mark.parametrize("encoding", COMPRESSING)
def test_what_breaks_on_the_way_passes_on_as_broken_as_it_came(
    pages: list[Rewritten], encoding: str
) -> None:
    # A block of a kind that none of the encodings has.
    damage = b"\xff" * 1000
    wrong = []
    for page in pages[::EACH_OF_RARE]:
        good = cut_anyhow(without_end(encoding, page.before))
        if page.after + damage != through(encoding, [*good, damage]):
            wrong.append(page.name)

    assert [] == wrong


@pytest.mark.parametrize("encoding", COMPRESSING)
def test_a_body_that_ends_too_early_gives_what_it_had(
    pages: list[Rewritten], encoding: str
) -> None:
    wrong = []
    for page in pages[::EACH_OF_RARE]:
        came = cut_anyhow(without_end(encoding, page.before))
        if page.after != through(encoding, came):
            wrong.append(page.name)

    assert [] == wrong
