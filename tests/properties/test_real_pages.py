"""Real pages in every charset: nothing changes but the text tags that count."""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pytest
from real_pages import RealPage
from tagged_pages import (
    before_the_charset,
    counted_in,
    cut_anyhow,
    printed,
    with_tags,
)

from overallt.tagging import Rewriter

# So many tests share the pages, so that two workers do.
PARTS: Final = 8
# What the header says, Python's name of it, and the byte order mark.
CHARSETS: Final = {
    "utf-8": ("utf-8", b""),
    "utf-16le": ("utf-16-le", b"\xff\xfe"),
    "utf-16be": ("utf-16-be", b"\xfe\xff"),
    "windows-1252": ("cp1252", b""),
    "windows-1251": ("cp1251", b""),
    "iso-8859-2": ("iso8859-2", b""),
    "koi8-r": ("koi8-r", b""),
    "shift_jis": ("cp932", b""),
    "gbk": ("gbk", b""),
    "gb18030": ("gb18030", b""),
    "big5": ("big5", b""),
    "euc-jp": ("euc-jp", b""),
    "euc-kr": ("cp949", b""),
    "iso-2022-jp": ("iso2022_jp", b""),
}
MOST_LETTERS: Final = 40


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """A page with text tags, and the ids of those that count."""

    page: RealPage
    text: str
    counted: frozenset[str]


@pytest.fixture(scope="module", params=range(PARTS))
def pages(
    request: pytest.FixtureRequest, corpus: Sequence[RealPage]
) -> list[TaggedPage]:
    part: int = request.param
    found = []
    for page in corpus[part::PARTS]:
        text = with_tags(page.text, among_words=16, anywhere=4)
        found.append(TaggedPage(page, text, counted_in(text)))
    return found


def rewritten(data: bytes, content_type: str | None) -> bytes:
    rewriter = Rewriter(content_type=content_type, render=lambda tag: f"({tag.id})")
    return b"".join([*map(rewriter.feed, cut_anyhow(data)), rewriter.close()])


@functools.cache
def letters(codec: str) -> str:
    """Return letters of which a byte looks like a bracket; if there are none, any."""
    awkward, others = [], []
    for letter in filter(str.isalpha, map(chr, range(0x80, 0xD800))):
        # Right to left would only be hard to read.
        if unicodedata.bidirectional(letter) == "L":
            encoded = letter.encode(codec, "ignore")
            if any(bracket in encoded.removeprefix(b"\x1b$B") for bracket in b"[]"):
                awkward.append(letter)
            elif encoded:
                others.append(letter)
    chosen = awkward or others
    return "".join(chosen[:: 1 + len(chosen) // MOST_LETTERS])


def with_native_line(text: str, counted: frozenset[str], codec: str) -> str:
    """Put a line in the charset's own letters where the first counted tag stands."""
    if not counted:
        return text
    tag = f"[Flattr={min(counted, key=int)}]"
    line = "".join(f"{each}{tag[1:]} {each}{tag}{each} " for each in letters(codec))
    return text.replace(tag, line)


@pytest.mark.parametrize("charset", CHARSETS)
def test_only_what_counts_changes_in_every_charset(
    pages: list[TaggedPage], charset: str
) -> None:
    codec, mark = CHARSETS[charset]
    wrong, held = [], 0
    for page in pages:
        text = with_native_line(page.text, page.counted, codec)
        try:
            data = mark + text.encode(codec)
        except UnicodeEncodeError:
            continue
        held += 1
        expected = mark + printed(text, page.counted).encode(codec)
        if expected != rewritten(data, f"text/html; charset={charset}"):
            wrong.append(page.page.name)

    assert held
    assert [] == wrong


def test_only_what_counts_changes_as_the_page_came(pages: list[TaggedPage]) -> None:
    """No header names the charset, so no button may move what does."""
    wrong = []
    for page in pages:
        counted = page.counted - before_the_charset(page.text)
        before, after = (
            text.encode(page.page.charset, "surrogateescape")
            for text in (page.text, printed(page.text, counted))
        )
        if after != rewritten(before, None):
            wrong.append(page.page.name)

    assert [] == wrong


def test_a_real_page_without_a_tag_leaves_as_it_came(pages: list[TaggedPage]) -> None:
    changed = [
        page.page.name
        for page in pages
        if page.page.data != rewritten(page.page.data, None)
    ]

    assert [] == changed


def test_the_pages_hold_tags_that_count_and_tags_that_do_not(
    pages: list[TaggedPage],
) -> None:
    counted = sum(len(page.counted) for page in pages)

    assert 5 * len(pages) < counted < 15 * len(pages)
