import pytest

from overallt.tagging import charsets
from overallt.tagging.charsets import Kind


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        (None, None),
        ("", None),
        ("text/html", None),
        ("Text/HTML; charset=UTF-8", Kind.UTF_8),
        ('text/html;charset="utf8"', Kind.UTF_8),
        ("text/html; boundary=x; charset = windows-1252", Kind.BYTEWISE),
        ("text/html; charset='koi8-r'", Kind.BYTEWISE),
        ("; charset=iso8859-1", Kind.BYTEWISE),
        ("text/html; charset=EUC-KR", Kind.EUC_KR),
        ("text/html; charset=Shift_JIS", Kind.JIS_HALVES),
        ("text/html; charset=gbk", Kind.HALVES),
        ("text/html; charset=big5", Kind.HALVES),
        ("text/html; charset=utf-16", Kind.UTF_16LE),
        ("text/html; charset=utf-16be", Kind.UTF_16BE),
        ("text/html; charset=iso-2022-jp", Kind.ESCAPING),
        ("text/html; charset=iso-2022-kr", Kind.UNKNOWN),
        ("text/html; charset=utf-7", Kind.UNKNOWN),
        ("text/html; charset=nonsense", Kind.UNKNOWN),
        ("text/html; charset=", Kind.UNKNOWN),
        ("application/xhtml+xml", None),
        ("Application/XHTML+XML; charset=gbk", Kind.HALVES),
        ("application/xml", Kind.UNKNOWN),
        ("application/atom+xml; charset=utf-8", Kind.UNKNOWN),
        ("text/plain; charset=utf-8", Kind.UNKNOWN),
    ],
)
def test_the_header_says_how_bytes_are_read(
    content_type: str | None, kind: Kind | None
) -> None:
    assert kind is charsets.kind_in_header(content_type)


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"\xef\xbb\xbf<p>", Kind.UTF_8),
        (b"\xff\xfe<\0", Kind.UTF_16LE),
        (b"\xfe\xff\0<", Kind.UTF_16BE),
        (b"<p>", None),
        (b"", None),
    ],
)
def test_a_byte_order_mark_says_it_too(beginning: bytes, kind: Kind | None) -> None:
    assert kind is charsets.kind_of_mark(beginning)


def test_only_the_beginning_of_a_mark_may_become_one() -> None:
    undecided = [b"", b"\xff", b"\xfe", b"\xef", b"\xef\xbb"]

    assert all(map(charsets.may_become_mark, undecided))
    assert not any(map(charsets.may_become_mark, [b"\xff\xfe", b"<", b"\xef\xbf"]))


def test_python_reads_the_labels_as_their_kinds_say() -> None:
    # Python knows most of the labels; half a character must not be ASCII to it either.
    text = "[Flattr=7]"

    assert text.encode("shift_jis") == text.encode("gbk") == text.encode("big5")
    assert "\u30fc".encode("shift_jis").endswith(b"[")
    assert charsets.kind_of("sjis") is Kind.JIS_HALVES


@pytest.mark.parametrize(
    ("content_type", "is_xhtml"),
    [
        ("application/xhtml+xml", True),
        (" Application/XHTML+XML ; charset=utf-8", True),
        ("text/html", False),
        ("application/xml", False),
        ("text/html; profile=application/xhtml+xml", False),
        (None, False),
    ],
)
def test_the_header_says_that_it_is_xml(
    content_type: str | None, *, is_xhtml: bool
) -> None:
    assert is_xhtml == charsets.is_xhtml(content_type)
