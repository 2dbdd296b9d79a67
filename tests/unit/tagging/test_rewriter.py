import re

import pytest

from overallt.tagging.pieces import LONGEST_HISTORY_BYTES
from overallt.tagging.readers import Reader
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import LONGEST_HELD_BYTES, TextTag

UTF_8 = "text/html; charset=utf-8"
PAGE = b"<p>a [Flattr=7] b</p><code>[Flattr=8]</code><p>[Flattr=Ada]"


class RenderFailedError(Exception):
    """What a bug of ours may raise."""


def printed(tag: TextTag) -> str:
    return f"({tag.id})"


def fail_on_ada(tag: TextTag) -> str:
    if tag.id == "ada":
        raise RenderFailedError
    return printed(tag)


def rewritten(page: bytes, content_type: str | None = None) -> bytes:
    rewriter = Rewriter(content_type=content_type, render=printed)
    return rewriter.feed(page) + rewriter.close()


def test_text_tags_become_what_is_rendered_and_all_else_stays() -> None:
    expected = b"<p>a (7) b</p><code>[Flattr=8]</code><p>(ada)"

    assert expected == rewritten(PAGE)


def test_the_shared_vectors_hold_at_every_cut(vector: tuple[str, list[str]]) -> None:
    page = vector[0].encode()
    whole = rewritten(page)
    in_two = set()
    for cut in range(len(page) + 1):
        rewriter = Rewriter(content_type=None, render=printed)
        pieces = (page[:cut], page[cut:])
        in_two.add(b"".join(map(rewriter.feed, pieces)) + rewriter.close())
    bytewise = Rewriter(content_type=None, render=printed)
    fed = b"".join(bytewise.feed(page[at : at + 1]) for at in range(len(page)))

    assert {whole} == in_two
    assert whole == fed + bytewise.close()


def test_a_page_in_utf_8_keeps_its_other_letters() -> None:
    page = "\ufeffå [Flattr=7] ö \0 \r\n".encode() + b"\xff\xfe"

    assert page.replace(b"[Flattr=7]", b"(7)") == rewritten(page)


def test_what_is_rendered_is_printed_in_ascii() -> None:
    rewriter = Rewriter(content_type=None, render=lambda _: "<i>å\u2026</i>")

    assert b"<i>&#229;&#8230;</i>" == rewriter.feed(b"[Flattr=7]") + rewriter.close()


def test_where_nothing_is_rendered_the_text_stays() -> None:
    rewriter = Rewriter(content_type=None, render=lambda _: None)

    assert PAGE == rewriter.feed(PAGE) + rewriter.close()


def test_a_page_of_an_unknown_charset_passes() -> None:
    rewriter = Rewriter(content_type="text/html; charset=utf-7", render=printed)

    assert PAGE[:-1] == rewriter.feed(PAGE[:-1])
    assert b"" == rewriter.close()


def test_what_is_certain_passes_at_once() -> None:
    rewriter = Rewriter(content_type=UTF_8, render=printed)

    assert b"<p>a " == rewriter.feed(b"<p>a [Flat")
    assert b"" == rewriter.feed(b"tr=7]")
    assert b"(7)x" == rewriter.feed(b"x")
    assert b"" == rewriter.feed(b"[")
    assert b"[" == rewriter.close()


HEAD = "<html><head>{}<link>[Flattr=1]"
CALLS = "<meta charset=gbk>"


@pytest.mark.parametrize("size", [1, 7, 2000])
@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("[Flattr=1]" + CALLS + "[Flattr=2]", "[Flattr=1]" + CALLS + "(2)"),
        ("[Flattr=1]{}" + CALLS, "(1){}" + CALLS),
        (CALLS + "[Flattr=1]<meta name=x>", CALLS + "(1)<meta name=x>"),
        (HEAD + CALLS, HEAD + CALLS),
        (HEAD + "</head>[Flattr=2]", HEAD + "</head>(2)"),
        (HEAD + "<body>[Flattr=2]", HEAD + "<body>(2)"),
        ("</head>" + HEAD + "</head>[Flattr=2]", "</head>" + HEAD + "</head>(2)"),
        ("<head>" + CALLS + "{}<link>[Flattr=1]", "<head>" + CALLS + "{}<link>(1)"),
        ("{}<head>[Flattr=1]", "{}<head>(1)"),
    ],
)
def test_no_button_may_move_what_names_the_charset(
    page: str, expected: str, size: int
) -> None:
    """Browsers look for it in the first 1024 bytes only (HTML Standard, 13.2.3.2).

    Chromium looks on beyond them in a head that was begun there.
    """
    whole = page.format(" " * 1024).encode()
    rewriter = Rewriter(content_type="text/html", render=printed)
    pieces = (whole[at : at + size] for at in range(0, len(whole), size))
    out = b"".join(map(rewriter.feed, pieces)) + rewriter.close()

    assert expected.format(" " * 1024) == out.decode()


def test_what_may_be_printed_before_the_charset_is_named_waits() -> None:
    rewriter = Rewriter(content_type="text/html", render=printed)

    assert b"<p>" == rewriter.feed(b"<p>[Flattr=1]<p>")
    assert b"" == rewriter.feed(b" " * 1000)
    assert b"(1)<p>" + b" " * 1100 == rewriter.feed(b" " * 100)


@pytest.mark.parametrize("piece", [b"[", b"&", b"[&#32;", b"&#0", b"<p a='[Flattr="])
def test_never_more_is_held_back_than_the_longest_tag(piece: bytes) -> None:
    rewriter = Rewriter(content_type=None, render=printed)
    fed = passed = most = 0
    for _ in range(2000):
        passed += len(rewriter.feed(piece))
        fed += len(piece)
        most = max(most, fed - passed)

    assert most <= LONGEST_HELD_BYTES


@pytest.mark.parametrize("cut", range(len(PAGE) + 1))
def test_bail_out_gives_back_what_was_not_returned(cut: int) -> None:
    rewriter = Rewriter(content_type=None, render=printed)
    returned = rewriter.feed(PAGE[:cut])
    rest = rewriter.bail_out() + rewriter.feed(PAGE[cut:]) + rewriter.close()

    assert returned + rest in {
        PAGE,
        PAGE.replace(b"[Flattr=7]", b"(7)"),
        PAGE.replace(b"[Flattr=7]", b"(7)").replace(b"[Flattr=Ada]", b"(ada)"),
    }
    assert PAGE.endswith(rest)


def test_bail_out_loses_nothing_after_a_failure() -> None:
    rewriter = Rewriter(content_type=UTF_8, render=fail_on_ada)
    returned = rewriter.feed(PAGE[:10])
    with pytest.raises(RenderFailedError):
        rewriter.feed(PAGE[10:] + b" c")
    rest = rewriter.bail_out() + rewriter.feed(b" d")

    assert PAGE + b" c d" == returned + rest


def test_bail_out_loses_nothing_after_a_failure_at_the_end() -> None:
    rewriter = Rewriter(content_type=UTF_8, render=fail_on_ada)
    returned = rewriter.feed(PAGE)
    with pytest.raises(RenderFailedError):
        rewriter.close()

    assert PAGE.replace(b"[Flattr=7]", b"(7)") == returned + rewriter.bail_out()


def test_a_page_that_was_given_up_passes_at_once() -> None:
    rewriter = Rewriter(content_type=UTF_8, render=printed)
    returned = rewriter.feed(b"[Flattr=1]<plaintext>[Flattr=2][Flattr=3][")

    assert b"(1)<plaintext>[Flattr=2][Flattr=3][" == returned
    assert b"[Flattr=4]" == rewriter.feed(b"[Flattr=4]")
    assert b"" == rewriter.close()


def test_a_long_history_is_folded() -> None:
    rewriter = Rewriter(content_type=None, render=printed)
    rewriter.feed(b"<code>")
    for _ in range(20):
        rewriter.feed(b"x" * (1 << 20))

    assert rewriter._opening is not None
    assert isinstance(rewriter._opening.reader, Reader)
    assert rewriter._opening.reader.history_bytes <= LONGEST_HISTORY_BYTES
    assert b"[Flattr=1]</code>(2)." == rewriter.feed(b"[Flattr=1]</code>[Flattr=2].")


HALVED = (
    "[Flattr=1]\u30fc[Flattr=2]\u30fc\u30fc [Flattr=3]<code>\u30fc</code>[Flattr=4]"
)


def cut_up(page: bytes, content_type: str | None, size: int) -> bytes:
    rewriter = Rewriter(content_type=content_type, render=printed)
    pieces = [page[at : at + size] for at in range(0, len(page), size)]
    return b"".join(map(rewriter.feed, pieces)) + rewriter.close()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    "charset",
    [
        *("utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "gbk", "big5"),
        *("utf-16-le", "utf-16-be"),
    ],
)
def test_a_page_is_rewritten_in_its_own_charset(charset: str, size: int) -> None:
    text = HALVED.replace("\u30fc", "\u3042") if charset == "big5" else HALVED
    declared = charset.replace("-le", "le").replace("-be", "be")
    expected = re.sub(r"\[Flattr=(.)\]", r"(\1)", text).encode(charset)

    got = cut_up(text.encode(charset), f"text/html; charset={declared}", size)

    assert expected == got


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("charset", ["shift_jis", "iso-2022-jp", "gbk"])
def test_a_page_may_say_its_charset_itself(charset: str, size: int) -> None:
    text = f"<meta charset={charset}>{HALVED}"
    expected = re.sub(r"\[Flattr=(.)\]", r"(\1)", text).encode(charset)

    assert expected == cut_up(text.encode(charset), None, size)


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-8"])
def test_a_byte_order_mark_comes_first(charset: str, size: int) -> None:
    text = f"\ufeff{HALVED}"
    expected = re.sub(r"\[Flattr=(.)\]", r"(\1)", text).encode(charset)

    assert expected == cut_up(text.encode(charset), "text/html; charset=gbk", size)


HALF_BRACKETS = [
    ("shift_jis", b"\x81[Flattr=7]", False),
    ("shift_jis", b"\x81[[Flattr=7]", True),
    ("shift_jis", b"\xb1[Flattr=7]", True),
    ("gbk", b"\x81[Flattr=7]", False),
    ("gbk", b"\x81\x81[Flattr=7]", True),
    ("big5", b"\xa1[Flattr=7]", False),
    ("windows-1252", b"\x81[Flattr=7]", True),
    ("iso-2022-jp", b"\x1b$B[Flattr=7]\x1b(B", False),
    ("iso-2022-jp", b"\x1b$B<a>\x1b(B[Flattr=7]", True),
]


@pytest.mark.parametrize(("charset", "page", "is_tag"), HALF_BRACKETS)
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_half_a_character_is_no_bracket(
    charset: str, page: bytes, size: int, *, is_tag: bool
) -> None:
    expected = page.replace(b"[Flattr=7]", b"(7)") if is_tag else page

    assert expected == cut_up(page, f"text/html; charset={charset}", size)


@pytest.mark.parametrize("charset", ["utf-16le", "utf-16be", "utf-8"])
@pytest.mark.parametrize("beginning", [b"", b"\xff", b"\xef\xbb", b"<", b"a\0b"])
def test_bail_out_gives_back_half_a_character(charset: str, beginning: bytes) -> None:
    rewriter = Rewriter(content_type=f"text/html; charset={charset}", render=printed)
    returned = rewriter.feed(beginning)

    assert beginning + b"xyz" == returned + rewriter.bail_out() + rewriter.feed(b"xyz")


def test_a_page_in_utf_16_that_was_given_up_loses_nothing() -> None:
    page = "<plaintext>[Flattr=1]\ud83d".encode("utf-16-le", "surrogatepass") + b"x"

    assert page == cut_up(page, "text/html; charset=utf-16", 7)
    assert page == cut_up(page, "text/html; charset=utf-16", 1)


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    ("charset", "lie"),
    [
        ("utf-8", "\u00e9".encode("latin-1")),
        ("utf-8", "\u30fc".encode("shift_jis")[:1]),
        ("euc-jp", "\u00e9".encode("latin-1")),
        ("euc-kr", "\u3042".encode()),
        ("iso-2022-jp", "\u3042".encode()),
        ("utf-16le", b"\x3d\xd8"),
    ],
)
def test_a_page_that_lies_about_its_charset_is_given_up(
    charset: str, lie: bytes, size: int
) -> None:
    encoding = "utf-16-le" if charset == "utf-16le" else "ascii"
    first, second, third, expected = (
        text.encode(encoding)
        for text in ("[Flattr=1] ", "[Flattr=2]", " [Flattr=3]", "(1) ")
    )
    rest = lie + second + third

    assert expected + rest == cut_up(
        first + rest, f"text/html; charset={charset}", size
    )


def test_only_what_stands_before_a_tag_can_show_a_lie() -> None:
    page = b"\xe9 [Flattr=1] \xe9<code>\xe9[Flattr=2]</code> \xc3\xa9[Flattr=3]"
    expected = b"\xe9 (1) \xe9<code>\xe9[Flattr=2]</code> \xc3\xa9(3)"

    assert expected == rewritten(page, "text/html; charset=utf-8")
