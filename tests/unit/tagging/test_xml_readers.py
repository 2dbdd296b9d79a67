import tracemalloc
from collections.abc import Iterator

import pytest

from overallt.tagging import reasons, xml_readers
from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.text_tags import candidates
from overallt.tagging.xml_readers import XmlReader

ROOT = b'<html xmlns="http://www.w3.org/1999/xhtml">'
TAG = b"[Flattr=1]"
SMALL_HISTORY_BYTES = 1 << 17
CHUNK_BYTES = 1 << 12


def reader_after(page: bytes, kind: Kind = Kind.BYTEWISE) -> XmlReader:
    reader = XmlReader(PageCharset(kind))
    reader.remember(page)
    return reader


def frame(before: bytes, tag: bytes = TAG) -> bytes | None:
    (candidate,) = candidates(b"\n" + tag)
    return reader_after(before).frame(b"\n" + tag, candidate)


def test_what_is_not_certain_is_not_asked_about() -> None:
    data = ROOT + TAG + TAG
    spans = candidates(ROOT + TAG) + candidates(b" " * len(ROOT + TAG) + TAG)
    reader = XmlReader(None)
    counting = [*reader.framed(data, spans, spans[1].start)]

    assert [(spans[0], b"%b")] == counting


def test_nothing_is_read_before_somebody_asks() -> None:
    reader = reader_after(b"<feed>")
    unread = reader.history_bytes
    is_given_up_unasked = reader.given_up
    counts = reader.counts()

    assert len(b"<feed>") == unread
    assert not is_given_up_unasked
    assert not counts
    assert reader.given_up
    assert 0 == reader.history_bytes


@pytest.mark.parametrize(
    ("page", "counts"),
    [
        (ROOT, True),
        (ROOT + b"<code>", False),
        (ROOT + b"<![CDATA[", False),
        (ROOT + b"<!--", False),
        (ROOT + b"<p title='", False),
        (b"", False),
    ],
)
def test_a_bracket_counts_in_running_text_only(page: bytes, *, counts: bool) -> None:
    assert counts == reader_after(page).counts()


@pytest.mark.parametrize(
    ("before", "tag", "expected"),
    [
        (ROOT, TAG, b"%b"),
        (ROOT, b"&#91;Flattr=1&#x5D;", b"%b"),
        (ROOT, b"&lsqb;Flattr=1]", None),
        (ROOT, b"[Flattr=&#49]", None),
        (ROOT + b"<code>", TAG, None),
        (ROOT + b"<!--", TAG, None),
        (ROOT + b"<![CDATA[", TAG, b"]]>%b<![CDATA["),
        (ROOT + b"<![CDATA[", b"[Flattr=1&#93;", None),
        (ROOT + b"<code><![CDATA[", TAG, None),
    ],
)
def test_a_button_in_a_section_is_put_between_two(
    before: bytes, tag: bytes, expected: bytes | None
) -> None:
    assert expected == frame(before, tag)


@pytest.mark.parametrize(
    ("before", "is_escaped"),
    [
        (b"<![CDATA[", False),
        (b"<![CDATA[[CDATA[", True),
        (b"[CDATA[", True),
    ],
)
def test_a_bracket_that_is_no_border_is_an_escape(
    before: bytes, *, is_escaped: bool
) -> None:
    data = before + TAG
    (candidate,) = candidates(before.replace(b"[", b"<") + TAG)
    reader = reader_after(ROOT + before)

    assert is_escaped == (reader.frame(data, candidate) is None)


@pytest.mark.parametrize(
    ("page", "counts"),
    [
        (ROOT + b"\x1b$B<a>\x1b(B", True),
        (ROOT + b"\x1b$B", False),
        (ROOT + b"<a>", False),
    ],
)
def test_of_iso_2022_jp_only_ascii_is_read(page: bytes, *, counts: bool) -> None:
    assert counts == reader_after(page, Kind.ESCAPING).counts()


@pytest.mark.parametrize(
    ("before", "tag", "reason"),
    [
        (ROOT, TAG, None),
        (ROOT + b"<![CDATA[", TAG, None),
        (ROOT + b"<code>", TAG, "inside <code>"),
        (ROOT + b"<code><!--", TAG, reasons.IN_COMMENT),
        (ROOT + b"<p title='", TAG, reasons.IN_ATTRIBUTE),
        (b"", TAG, reasons.OUTSIDE),
        (b"<feed>", TAG, reasons.NOT_READ_ON),
        (ROOT, b"&lsqb;Flattr=1]", reasons.ESCAPED),
        (ROOT + b"\x1b$B", TAG, reasons.NOT_ASCII),
    ],
)
def test_it_says_why_a_tag_stays_text(
    before: bytes, tag: bytes, reason: str | None
) -> None:
    (candidate,) = candidates(tag)
    reader = reader_after(before, Kind.ESCAPING)

    assert reason == reader.reason(tag, candidate)


def test_a_page_whose_charset_needs_no_heed_is_read_without() -> None:
    reader = XmlReader(None)
    reader.remember(ROOT)

    assert reader.counts()


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "text": (ROOT, b"text "),
    "outside": (b"", b"          "),
    "an attribute": (ROOT + b"<p a='", b"[flattr=1] "),
    "a name": (ROOT + b"<p", b"x"),
    "a comment": (ROOT + b"<!--", b"-[flattr=1]"),
    "an instruction": (ROOT + b"<?x", b"?[flattr=1]"),
    "a section": (ROOT + b"<![CDATA[", b"]]<p>"),
    "a doctype": (b"<!DOCTYPE html", b" x"),
    "a subset": (b"<!DOCTYPE html [", b"<!ELEMENT p ANY>"),
    "nesting": (ROOT, b"<div><i>"),
    "prefixes": (ROOT, b"<p xmlns:x='y'/>"),
}


def repeated(piece: bytes, *, size: int) -> Iterator[bytes]:
    chunk = piece * (CHUNK_BYTES // len(piece))
    for _ in range(size // len(chunk)):
        yield bytes(bytearray(chunk))


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_page_without_end_needs_bounded_memory(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The bound is scaled down: watching memory takes time.
    monkeypatch.setattr(xml_readers, "LONGEST_HISTORY_BYTES", SMALL_HISTORY_BYTES)
    first, piece = ENDLESS[kind]
    reader = reader_after(first)
    tracemalloc.start()
    for chunk in repeated(piece, size=4 * SMALL_HISTORY_BYTES):
        reader.remember(chunk)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # The history, what is put together of it, one tag, the elements.
    assert most < 3 * SMALL_HISTORY_BYTES + (1 << 18)
