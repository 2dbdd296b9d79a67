"""Old Flattr markup in whole pages, however they are cut."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from legacy_markup import CASES, Event, event, name_of

from overallt.tagging.legacy_buttons import LegacyButton, LegacyKind
from overallt.tagging.legacy_candidates import LONGEST_BYTES
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import LONGEST_HELD_BYTES, TextTag

UTF_8 = "text/html; charset=utf-8"
BUTTON = b'<a class="FlattrButton" href="/p">x</a>'

type Seen = tuple[bytes, list[Event]]


def rewritten(chunks: Iterable[bytes], content_type: str | None = None) -> Seen:
    events: list[Event] = []

    def render(tag: TextTag) -> str:
        return f"({tag.id})"

    def render_legacy(button: LegacyButton) -> str:
        events.append(event(button))
        return f"({button.kind})"

    rewriter = Rewriter(
        content_type=content_type, render=render, render_legacy=render_legacy
    )
    out = b"".join(map(rewriter.feed, chunks)) + rewriter.close()
    return out, events


def in_pieces(page: bytes, size: int) -> list[bytes]:
    return [page[at : at + size] for at in range(0, len(page), size)]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_shared_vectors_hold(case: dict[str, Any]) -> None:
    out, events = rewritten([case["html"].encode()])

    assert case["events"] == events
    assert case["out"] == out.decode()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_the_shared_vectors_hold_at_every_cut(case: dict[str, Any]) -> None:
    page = case["html"].encode()
    expected = (case["out"].encode(), case["events"])

    for cut in range(len(page) + 1):
        assert expected == rewritten([page[:cut], page[cut:]])
    assert expected == rewritten(in_pieces(page, 1))


FRAGMENTS = [
    *(BUTTON.decode(), "<iframe src=//button.flattr.com/view/?uid=a></iframe>"),
    *('<a class="FlattrButton" href="/p">', "</a>", "<a href=x>", "<a ", "</a", "x"),
    *(
        "<a href='//flattr.com/thing/7'>",
        "<iframe src=//button.flattr.com/view/?uid=a>",
    ),
    *("</iframe>", "<meta name=flattr:id content=a>", "<link rel=payment href=", ">"),
    *("//flattr.com/t/7>", "<script src=//api.flattr.com/js/0.6/load.js>", "</script>"),
    *("<script>", "<!--", "-->", "<p title='", "'", "<b>", "</b>", "<br>", "<", "[Fl"),
    *("[Flattr=7]", "<code>", "</code>", "<p>", "</p>", "&#91;", "attr=7]", "class=Fl"),
    *("attrButton ", "href=/q ", "<plaintext>", "\x1b$B", "å", "y" * LONGEST_BYTES),
]
pages = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map(
    lambda each: "".join(each).encode()
)


@settings(deadline=None)  # The machine may be busy.
@given(page=pages, cuts=st.lists(st.integers(0, 400), max_size=12))
def test_chunk_borders_never_matter(page: bytes, cuts: list[int]) -> None:
    borders = [0, *sorted(cuts), max([*cuts, len(page)])]
    chunks = [page[start:end] for start, end in pairwise(borders)]

    assert rewritten([page]) == rewritten(chunks)


@settings(deadline=None)  # The machine may be busy.
@given(page=pages, size=st.integers(1, 50))
def test_every_byte_outside_stays(page: bytes, size: int) -> None:
    rewriter = Rewriter(
        content_type=None, render=lambda _: None, render_legacy=lambda _: "\0"
    )
    out = b"".join(map(rewriter.feed, in_pieces(page, size))) + rewriter.close()
    kept = out.split(b"\0")

    at = 0
    for each in kept[:-1]:
        assert page.startswith(each, at)
        at += len(each)
        # What went was one whole element.
        end = b"</iframe>" if page.startswith(b"<iframe ", at) else b"</a>"
        assert end == b"</iframe>" or page.startswith(b"<a ", at)
        at = page.index(end, at) + len(end)
    assert page[at:] == kept[-1]


@settings(deadline=None)  # The machine may be busy.
@given(page=pages, size=st.integers(1, 50))
def test_where_nothing_is_rendered_the_page_stays(page: bytes, size: int) -> None:
    rewriter = Rewriter(
        content_type=None, render=lambda _: None, render_legacy=lambda _: None
    )
    out = b"".join(map(rewriter.feed, in_pieces(page, size))) + rewriter.close()

    assert page == out


@settings(deadline=None)  # The machine may be busy.
@given(page=pages)
def test_looking_for_old_markup_changes_no_text_tag(page: bytes) -> None:
    looking = Rewriter(
        content_type=None, render=lambda _: "\0", render_legacy=lambda _: None
    )
    plain = Rewriter(content_type=None, render=lambda _: "\0")

    expected = plain.feed(page) + plain.close()
    assert expected == looking.feed(page) + looking.close()


def test_old_markup_stays_where_nobody_asked_for_it() -> None:
    rewriter = Rewriter(content_type=None, render=lambda _: "")

    assert BUTTON + b"<a" == rewriter.feed(BUTTON + b"<a")


def test_what_is_certain_passes_at_once() -> None:
    rewriter = Rewriter(
        content_type=UTF_8, render=lambda _: None, render_legacy=lambda _: "(1)"
    )

    assert b"<p>y " == rewriter.feed(b"<p>y " + BUTTON[:-1])
    assert b"(1)" == rewriter.feed(BUTTON[-1:])
    assert b"<p" == rewriter.feed(b"<p")
    assert b"><b>" == rewriter.feed(b"><b><ifr")
    assert b"<ifrx" == rewriter.feed(b"x")


@pytest.mark.parametrize(
    "piece", [b"<a ", b"<", b"<a class=FlattrButton href=x>y", b"<a b='", b"<a>[Flat"]
)
def test_never_more_is_held_back_than_the_longest_element(piece: bytes) -> None:
    rewriter = Rewriter(
        content_type=None, render=lambda _: None, render_legacy=lambda _: None
    )
    fed = passed = most = 0
    for each in [piece, *[b"yyy "] * 3000]:
        passed += len(rewriter.feed(each))
        fed += len(each)
        most = max(most, fed - passed)

    assert most <= max(LONGEST_BYTES, LONGEST_HELD_BYTES)


def test_an_element_may_be_so_long_and_no_longer() -> None:
    def button(size: int) -> bytes:
        return BUTTON.replace(b"x", b"x" * (size - len(BUTTON) + 1))

    longest, longer = button(LONGEST_BYTES), button(LONGEST_BYTES + 1)

    assert b"(button)" == rewritten(in_pieces(longest, 7))[0]
    assert longer == rewritten([longer])[0]
    assert longer == rewritten(in_pieces(longer, 7))[0]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "charset", ["utf-8", "windows-1252", "shift_jis", "gbk", "big5", "utf-16-le"]
)
def test_old_markup_is_found_in_every_charset(charset: str, size: int) -> None:
    label = charset.replace("-le", "le")
    text = 'é <a class="FlattrButton" href="/p">é</a> é'
    if charset not in {"utf-8", "windows-1252", "utf-16-le"}:
        text = text.replace("é", "\u4e00")
    expected = text.replace(text[2:-2], "(button)").encode(charset)

    out, _ = rewritten(
        in_pieces(text.encode(charset), size), f"text/html; charset={label}"
    )

    assert expected == out


def test_what_stands_between_escapes_is_left_alone() -> None:
    # Four characters, of which the bytes look like the end of the link.
    title = b'\x1b$Bxy">x</a>\x1b(B'
    page = b'<a class="FlattrButton" href="/p" title="' + title + b'">x</a>'

    assert (page, []) == rewritten([page], "text/html; charset=iso-2022-jp")


def test_bail_out_loses_nothing_after_a_failure() -> None:
    def fail(button: LegacyButton) -> None:
        raise ArithmeticError(button.kind)

    rewriter = Rewriter(content_type=UTF_8, render=lambda _: None, render_legacy=fail)
    returned = rewriter.feed(b"<p>" + BUTTON[:9])
    with pytest.raises(ArithmeticError, match=LegacyKind.BUTTON):
        rewriter.feed(BUTTON[9:] + b"y")

    assert b"<p>" + BUTTON + b"y" == returned + rewriter.bail_out()
