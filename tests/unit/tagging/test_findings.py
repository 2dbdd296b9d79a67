import pytest

from overallt.tagging import reasons
from overallt.tagging.findings import Finding, findings

HTML = "text/html; charset=utf-8"


def found_in(page: str | bytes, content_type: str | None = HTML) -> list[Finding]:
    data = page.encode() if isinstance(page, str) else page
    return findings(data, content_type=content_type, most=50)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<p>[Flattr=7]", None),
        ("<p>a < [Flattr=7]", None),
        ("&#91; flattr = &#55; ]", None),
        ("<code>[Flattr=7]", "inside <code>"),
        ("<a><b>[Flattr=7]", "inside <a>"),
        ("<kbd></i>[Flattr=7]", "inside <kbd>"),
        ("<svg><g>[Flattr=7]", "inside <svg>"),
        ("<kbd></i></kbd><math>[Flattr=7]", "inside <math>"),
        ("<a><table><a></table>[Flattr=7]", "inside <a>"),
        ("<p contenteditable>[Flattr=7]", "inside <p contenteditable>"),
        ("<title>[Flattr=7]", "inside <title>"),
        ("<a><style>[Flattr=7]", "inside <style>"),
        ("<script>[Flattr=7]", "inside <script>"),
        ("<script><!--<script>[Flattr=7]", "inside <script>"),
        ("<p title='[Flattr=7]'>", "inside an attribute"),
        ("</p title='[Flattr=7]'>", "inside an attribute"),
        ("<p[Flattr=7]>", "inside the name of a tag"),
        ("</p[Flattr=7]>", "inside the name of a tag"),
        ("<!--[Flattr=7]-->", "inside a comment"),
        ("<!-- a long comment, longer than that [Flattr=7]-->", "inside a comment"),
        ("<kbd></i><!--[Flattr=7]-->", "inside a comment"),
        ("<?[Flattr=7]?>", "inside <!…> or <?…>"),
        ("<![Flattr=7]>", "inside <!…> or <?…>"),
        ("</[Flattr=7]>", "inside <!…> or <?…>"),
        ("<svg><![CDATA[ and so on and so on [Flattr=7]", "inside <![CDATA[…]]>"),
        ("[[Flattr=7]]", "escaped by double brackets"),
        ("<code>[Flattr=7]]", "escaped by double brackets"),
        ("[Flattr=07]", "not an id that a thing can have"),
        ("[Flattr=]", "not an id that a thing can have"),
        ("[Flattr=å]", "not an id that a thing can have"),
        ("[Flattr=a b]", "not an id that a thing can have"),
        (f"[Flattr={'1' * 31}]", "not an id that a thing can have"),
        ("<meta name=overallt content=off>[Flattr=7]", reasons.OPTED_OUT),
        ("<kbd></i><meta name=overallt content=off>[Flattr=7]", reasons.OPTED_OUT),
        ("<body contenteditable>[Flattr=7]", reasons.EDITABLE),
        ("<kbd></i><body contenteditable>[Flattr=7]", reasons.EDITABLE),
        ("<frameset>[Flattr=7]", "behind <frameset>"),
        ("<kbd></i><plaintext>[Flattr=7]", "behind <plaintext>"),
        ("<kbd></i>" + "<div>" * 513 + "[Flattr=7]", reasons.TOO_DEEP),
    ],
)
def test_each_has_its_reason(page: str, reason: str | None) -> None:
    assert [reason] == [each.reason for each in found_in(page)]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "[Flattr]",
        "[Flattr=7",
        "[Flattr=<b>7</b>]",
        "[Flattr=\n7]",
        "[Flattr=" + "x" * 61 + "]",
    ],
)
def test_what_is_not_written_like_a_text_tag_is_passed_over(page: str) -> None:
    assert [] == found_in(page)


def test_a_text_tag_inside_of_what_is_none_is_found_as_well() -> None:
    reasons_found = [each.reason for each in found_in("[Flattr=&#91;Flattr=7]")]

    assert [reasons.NO_ID, None] == reasons_found


def test_a_finding_says_what_is_written_and_where() -> None:
    page = "<p>å\r\nö [Flattr=Ada] [[Flattr=7]]"

    assert [
        Finding("[Flattr=Ada]", 10, 2, 3, None),
        Finding("[Flattr=7]", 24, 2, 17, reasons.ESCAPED),
    ] == found_in(page)
    assert [True, False] == [each.is_button for each in found_in(page)]


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_in_utf_16_bytes_are_counted_in_the_page_as_it_is(charset: str) -> None:
    page = "\ufeff<p>\nå[Flattr=7]\n[Flattr=8]".encode(charset)

    assert [
        Finding("[Flattr=7]", 12, 2, 2, None),
        Finding("[Flattr=8]", 34, 3, 1, None),
    ] == found_in(page, None)


def test_a_bracket_that_is_half_a_character_begins_nothing() -> None:
    page = b"\x83[Flattr=7] \x83\x83[Flattr=07] \x83[Flattr=07]"
    found = found_in(page, "text/html; charset=shift_jis")

    assert [("[Flattr=07]", 13)] == [(each.written, each.column) for each in found]


def test_between_escapes_nothing_is_ascii() -> None:
    page = b"[Flattr=7] \x1b$B![Flattr=8]"
    found = found_in(page, "text/html; charset=iso-2022-jp")

    assert [None, reasons.NOT_ASCII] == [each.reason for each in found]


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("application/json", reasons.NO_HTML),
        ("application/json; charset=utf-8", reasons.NO_HTML),
        ("text/html; charset=klingon", reasons.UNKNOWN_CHARSET),
        ("text/html", None),
        ("", None),
    ],
)
def test_a_page_that_is_not_read_says_so_of_each(
    content_type: str, reason: str | None
) -> None:
    assert [reason] == [each.reason for each in found_in("[Flattr=7]", content_type)]


def test_of_too_many_only_the_first_become_buttons() -> None:
    found = findings(
        b"<a>[Flattr=1]</a>" + b"[Flattr=7]" * 3, content_type=HTML, most=2
    )

    assert ["inside <a>", None, None, "more than 2 on this page"] == [
        each.reason for each in found
    ]


def test_a_name_that_is_no_ascii_is_readable_all_the_same() -> None:
    assert [r"inside <p\xff contenteditable>"] == [
        each.reason for each in found_in(b"<p\xff contenteditable>[Flattr=7]")
    ]


def test_in_the_shared_vectors_as_many_are_buttons(
    vector: tuple[str, list[str]],
) -> None:
    buttons = [each for each in found_in(vector[0]) if each.is_button]

    assert len(vector[1]) == len(buttons)


def test_a_page_that_lies_about_its_charset_is_left_alone_from_there_on() -> None:
    found = found_in(b"[Flattr=7] \xe9[Flattr=8] <code>[Flattr=9]</code>")
    lying = reasons.LYING_CHARSET

    assert [None, lying, lying] == [each.reason for each in found]
