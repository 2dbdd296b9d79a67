import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from overallt.tagging import readers, reasons
from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.pieces import LONGEST_HISTORY_BYTES
from overallt.tagging.readers import Reader
from overallt.tagging.rewriter import Rewriter

pytestmark = pytest.mark.long

CHUNK_BYTES = 16_384
SMALL_HISTORY_BYTES = 1 << 18


def reader() -> Reader:
    return Reader(PageCharset(Kind.BYTEWISE))


def repeated(piece: bytes, *, size: int) -> Iterator[bytes]:
    chunk = piece * (CHUNK_BYTES // len(piece))
    for _ in range(size // len(chunk)):
        yield bytes(bytearray(chunk))


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "text": (b"", b"text "),
    "a quote": (b"<p title='", b"[flattr=1] "),
    "an attribute": (b"<p ", b"[flattr"),
    "a comment": (b"<!--", b"-[flattr=1]"),
    "a script": (b"<script><!--", b"<script[flattr=1]"),
    "words": (b"", b"[flattr"),
    "nesting": (b"", b"<div><i>"),
    "open links": (b"", b"<a><div>x"),
    "what loses the skim": (b"<table>", b"<kbd></i></table>"),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_page_without_end_needs_bounded_memory(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The bound is scaled down: watching memory takes time.
    monkeypatch.setattr(readers, "LONGEST_HISTORY_BYTES", SMALL_HISTORY_BYTES)
    first, piece = ENDLESS[kind]
    rewriter = Rewriter(content_type=None, render=lambda _: None)
    rewriter.feed(first)
    tracemalloc.start()
    for chunk in repeated(piece, size=4 * SMALL_HISTORY_BYTES):
        rewriter.feed(chunk)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # The history, what is put together of it, its last pieces, one tag, the elements.
    assert most < 2 * SMALL_HISTORY_BYTES + (1 << 20)


def test_tiny_pieces_are_put_together() -> None:
    remembering = reader()
    tracemalloc.start()
    for _ in range(1 << 20):
        remembering.remember(b"x")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 1 << 21


@pytest.mark.parametrize("size", [1, 3, 1 << 14])
def test_where_it_is_folded_the_page_decides(size: int) -> None:
    page = b"<p>" * 20 + b"<kbd><p>"
    answers = []
    for first in (LONGEST_HISTORY_BYTES - 63, LONGEST_HISTORY_BYTES - 1):
        remembering = reader()
        remembering.remember(b" " * first)
        for at in range(0, len(page), size):
            remembering.remember(page[at : at + size])
        answers.append(remembering.counts())

    # Where the paragraph is forgotten nothing closes the key: the text stays text.
    assert [True, True] == answers


@pytest.mark.parametrize("shift", range(8))
def test_it_is_folded_behind_what_has_begun(
    shift: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "LONGEST_HISTORY_BYTES", SMALL_HISTORY_BYTES)
    remembering = reader()
    remembering.remember(b" " * shift)
    for _ in range(2):
        remembering.remember(b"<div>xx " * (SMALL_HISTORY_BYTES // 8))

    assert remembering.history_bytes < SMALL_HISTORY_BYTES
    assert remembering.counts()
    # The tree has not read it: that would be too deep.
    assert not remembering.given_up


@pytest.mark.parametrize(
    ("page", "counts"),
    [
        (b"<p><kbd><p>", True),
        (b"<kbd></i><p>", False),
        (b"<kbd></i></kbd><p>", True),
        (b"<a><table><td></a>", False),
    ],
)
def test_where_a_skim_is_lost_the_tree_answers(page: bytes, *, counts: bool) -> None:
    remembering = reader()
    remembering.remember(page)

    assert counts == remembering.counts()


def test_after_the_tree_a_skim_goes_on() -> None:
    remembering = reader()
    remembering.remember(b"<kbd></i></kbd>")
    remembering.counts()
    remembering.remember(b"<a>")

    assert not remembering.counts()
    assert not remembering._skim.is_lost


@dataclass(frozen=True)
class At:
    start: int
    end: int


@pytest.mark.parametrize("before", ["<table> ", "<td>x</td >\n", "</tr> x ", "<COL> "])
@pytest.mark.parametrize("size", [1, 3, 99])
def test_beside_white_space_between_cells_text_stays(before: str, size: int) -> None:
    """Browsers move it out of the table, but not white space that stands alone."""
    page = before.encode()
    remembering = Reader(None)
    for at in range(0, len(page), size):
        remembering.remember(page[at : at + size])

    assert remembering.frame(b"xy", At(0, 1)) is None
    assert reasons.BETWEEN_CELLS == remembering.reason(b"xy", At(0, 1))
    remembering.remember(b"x")
    assert b"%b" == remembering.frame(b"xy", At(0, 1))
    assert remembering.frame(b"x y", At(0, 1)) is None
    remembering.remember(b"<td>")
    assert b"%b" == remembering.frame(b"x y", At(0, 1))
