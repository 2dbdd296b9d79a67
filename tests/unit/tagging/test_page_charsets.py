import pytest

from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import PageCharset

ODD = b"\x81" * 301
EVEN = b"\x81" * 300


@pytest.mark.parametrize(
    ("before", "kind", "is_half"),
    [
        (b"a\x81", Kind.HALVES, True),
        (b"a\x81\x81", Kind.HALVES, False),
        (b"\x81\x40\x81", Kind.HALVES, True),
        (b"\xb1\x81", Kind.HALVES, False),
        (b"\xb1\x81", Kind.JIS_HALVES, True),
        (b"\xb1", Kind.JIS_HALVES, False),
        (b"a" + ODD, Kind.HALVES, True),
        (b"a" + EVEN, Kind.HALVES, False),
        (b"a\x81", Kind.BYTEWISE, False),
        (b"", Kind.HALVES, False),
        (b"<meta charset=gbk>" + ODD, None, True),
        (b"<meta charset=utf-8>" + ODD, None, False),
        (ODD, None, False),
        (b" " * 1100 + b"<meta charset=gbk>" + ODD, None, False),
    ],
)
def test_a_half_is_known_however_the_page_is_cut(
    before: bytes, kind: Kind | None, *, is_half: bool
) -> None:
    for cut in {0, 1, 2, len(before) // 2, len(before)}:
        charset = PageCharset(kind)
        charset.go_past(before[:cut])

        assert is_half == charset.is_half(before[cut:] + b"[", len(before[cut:]))


def test_what_is_known_stays_known() -> None:
    charset = PageCharset(None)
    data = b"<meta charset=gbk><meta charset=sjis>"

    assert Kind.BYTEWISE is charset.kind_before(data, 3)
    assert Kind.HALVES is charset.kind_before(data, 20)
    assert Kind.HALVES is charset.kind_before(data, 3)


@pytest.mark.parametrize(
    ("kind", "has_halves"),
    [
        (Kind.HALVES, True),
        (Kind.JIS_HALVES, True),
        (Kind.BYTEWISE, False),
        (None, False),
    ],
)
def test_some_charsets_have_halves(kind: Kind | None, *, has_halves: bool) -> None:
    assert has_halves == PageCharset(kind).has_halves
