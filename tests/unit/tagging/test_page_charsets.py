import pytest

from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import LOOKED_BACK_BYTES, PageCharset

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


def test_a_charset_is_known_from_its_declaration_on_and_not_sooner() -> None:
    charset = PageCharset(None)
    data = b"<meta charset=gbk><meta charset=sjis>"

    assert Kind.BYTEWISE is charset.kind_before(data, 3)
    assert Kind.HALVES is charset.kind_before(data, 20)
    assert Kind.BYTEWISE is charset.kind_before(data, 3)
    assert Kind.HALVES is charset.kind_before(data, 2000)


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


@pytest.mark.parametrize(
    ("kind", "before", "can_be"),
    [
        (Kind.UTF_8, b"", True),
        (Kind.UTF_8, b"\xe9a", True),
        (Kind.UTF_8, "aåb€\U0001f600".encode(), True),
        (Kind.UTF_8, b"\xe9", False),
        (Kind.UTF_8, b"a\xa9", False),
        (Kind.UTF_8, b"\xed\xa0\x80", False),
        (Kind.UTF_8, b"\xc0\x80", False),
        (Kind.UTF_8, b"\xe2\x82", False),
        (Kind.UTF_16LE, "\ud83d".encode("utf-8", "surrogatepass"), False),
        (Kind.UTF_16BE, "\U0001f600".encode(), True),
        (Kind.EUC_JP, b"\x8f\xb0\xa1\x8e\xb1\xa4\xa2", True),
        (Kind.EUC_JP, b"\xa4", False),
        (Kind.EUC_JP, b"\x8e\xe1", False),
        (Kind.EUC_KR, b"\x81\x81", True),
        (Kind.EUC_KR, b"\x81\x81\x81", False),
        (Kind.EUC_KR, b"\xff\xfe", False),
        (Kind.HALVES, b"\x81\x80\x80", True),
        (Kind.HALVES, b"\x81\xff", False),
        (Kind.JIS_HALVES, b"\xb1\x81\x81\xb1", True),
        (Kind.JIS_HALVES, b"\xfd", False),
        (Kind.ESCAPING, b"\x1b(B", True),
        (Kind.ESCAPING, b"\xa4\xa2", False),
        (Kind.BYTEWISE, b"\x81", True),
        (None, b"\x81", True),
    ],
)
def test_what_is_no_whole_character_shows_that_a_page_lies(
    kind: Kind | None, before: bytes, *, can_be: bool
) -> None:
    assert can_be == PageCharset(kind).can_end_with(before)


def test_of_a_long_run_the_beginning_may_be_cut() -> None:
    run = "\u3042".encode() * 30

    assert all(
        PageCharset(Kind.UTF_8).can_end_with(run[-size:])
        for size in range(LOOKED_BACK_BYTES, LOOKED_BACK_BYTES + 4)
    )
    assert not PageCharset(Kind.UTF_8).can_end_with(run[:-1][-LOOKED_BACK_BYTES:])


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        (Kind.UTF_8, "utf-8"),
        (Kind.EUC_JP, "euc_jp"),
        (Kind.EUC_KR, "cp949"),
        (Kind.HALVES, "gb18030"),
        (Kind.HALVES, "big5hkscs"),
        (Kind.JIS_HALVES, "cp932"),
        (Kind.ESCAPING, "iso2022_jp"),
    ],
)
def test_no_character_that_python_knows_shows_a_lie(kind: Kind, codec: str) -> None:
    charset = PageCharset(kind)
    # Surrogates are no characters, and Python's cp932 has four for bytes that are none.
    none = {*range(0xD800, 0xE000), *range(0xF8F0, 0xF8F4)}
    codes = set(range(0x80, 0x10000)) - none
    known = (chr(code).encode(codec, "ignore") for code in codes)

    assert [] == [each for each in known if not charset.can_end_with(each)]
