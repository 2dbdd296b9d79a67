"""Pages that are served as XHTML are rewritten by XML's rules, all other XML stays."""

import re

import pytest
from lxml import etree

from overallt.tagging.button import button
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

XHTML = "application/xhtml+xml"
PAGE = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>\u3042[Flattr=1]\u30a2</p>'
    "<script>[Flattr=2]<![CDATA[<p>]]></script><p><![CDATA[[Flattr=3]]]></p></body>"
    "</html>"
)
REWRITTEN = PAGE.replace("[Flattr=1]", "(1)").replace("[Flattr=3]", "]]>(3)<![CDATA[")
# Katakana end like a bracket in some charsets, and so would a section.
HALVED = PAGE[: PAGE.index("<script>")].replace("\u30a2", "\u3042") + "</body></html>"


def printed(tag: TextTag) -> str:
    return f"({tag.id})"


def rewritten(page: bytes, content_type: str = XHTML, size: int = 1 << 20) -> bytes:
    rewriter = Rewriter(content_type=content_type, render=printed)
    pieces = [page[at : at + size] for at in range(0, len(page), size)]
    return b"".join(map(rewriter.feed, pieces)) + rewriter.close()


def test_the_shared_vectors_hold_at_every_cut(
    xhtml_vector: tuple[str, list[str]],
) -> None:
    page = xhtml_vector[0].encode()
    whole = rewritten(page)
    in_two = set()
    for cut in range(len(page) + 1):
        rewriter = Rewriter(content_type=XHTML, render=printed)
        pieces = (page[:cut], page[cut:])
        in_two.add(b"".join(map(rewriter.feed, pieces)) + rewriter.close())

    assert {whole} == in_two
    assert whole == rewritten(page, size=1)


def test_in_html_the_same_page_has_other_text() -> None:
    expected = PAGE.replace("[Flattr=1]", "(1)").encode()

    assert expected == rewritten(PAGE.encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("charset", "content_type", "declaration"),
    [
        ("utf-8", XHTML, ""),
        ("utf-8", f"{XHTML}; charset=utf-8", "<?xml version='1.0' encoding='gbk'?>"),
        ("utf-8", XHTML, "\ufeff<?xml version='1.0' encoding='gbk'?>"),
        ("iso-2022-jp", XHTML, "<?xml version='1.0' encoding='iso-2022-jp'?>"),
        ("euc-jp", XHTML, "<?xml version='1.0' encoding='EUC-JP'?>\n"),
        ("utf-16-le", XHTML, "<?xml version='1.0' encoding='utf-16'?>"),
        ("utf-16-be", XHTML, "<?xml version='1.0'?>"),
        ("utf-16-be", XHTML, "\ufeff"),
        ("utf-16-le", f"{XHTML}; charset=utf-16", ""),
    ],
)
def test_the_charset_is_told_in_xml_s_way(
    charset: str, content_type: str, declaration: str, size: int
) -> None:
    expected = (declaration + REWRITTEN).encode(charset)
    page = (declaration + PAGE).encode(charset)

    assert expected == rewritten(page, content_type, size)


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("charset", ["shift_jis", "gbk", "gb18030", "big5"])
def test_half_a_character_is_no_bracket(charset: str, size: int) -> None:
    text = f"<?xml version='1.0' encoding='{charset}'?>{HALVED}"
    page = text.encode(charset).replace(b"</body>", b"\x81[Flattr=4]</body>")

    assert page.replace(b"[Flattr=1]", b"(1)") == rewritten(page, size=size)


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("label", ["nonsense", "utf-16", "utf-7", ""])
def test_a_page_of_an_unknown_charset_passes(label: str, size: int) -> None:
    page = f"<?xml version='1.0' encoding='{label}'?>{PAGE}".encode()

    assert page == rewritten(page, size=size)


def test_a_meta_says_nothing_of_the_charset_in_xml() -> None:
    page = PAGE.replace("<body>", '<head><meta charset="gbk"/></head><body>')
    page = page.replace("\u3042", "\u201d")
    expected = page.replace("[Flattr=1]", "(1)")
    expected = expected.replace("[Flattr=3]", "]]>(3)<![CDATA[")

    assert expected.encode() == rewritten(page.encode())


@pytest.mark.parametrize("beginning", [b"<?xml version", b"<", b"\0<", b"\xef\xbb"])
def test_a_page_that_ends_in_its_declaration_loses_nothing(beginning: bytes) -> None:
    assert beginning == rewritten(beginning)
    assert beginning == rewritten(beginning, size=1)


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "text/xml", "application/atom+xml", "application/rss+xml"],
)
def test_all_other_xml_stays(content_type: str) -> None:
    assert PAGE.encode() == rewritten(PAGE.encode(), content_type)


def test_where_nothing_is_rendered_the_section_stays_whole() -> None:
    rewriter = Rewriter(content_type=XHTML, render=lambda _: None)

    assert PAGE.encode() == rewriter.feed(PAGE.encode()) + rewriter.close()


def test_what_was_given_up_is_passed_at_once() -> None:
    rewriter = Rewriter(content_type=XHTML, render=printed)
    returned = rewriter.feed(b"<feed>[Flattr=1][")

    assert b"<feed>[Flattr=1][" == returned
    assert b"Flattr=1]" == rewriter.feed(b"Flattr=1]")


@pytest.mark.parametrize("cut", range(0, len(PAGE), 5))
def test_bail_out_loses_nothing(cut: int) -> None:
    rewriter = Rewriter(content_type=XHTML, render=lambda _: None)
    page = PAGE.encode()
    out = rewriter.feed(page[:cut]) + rewriter.bail_out() + rewriter.feed(page[cut:])

    assert page == out + rewriter.close()


def test_a_page_with_buttons_is_well_formed_xhtml() -> None:
    label = '<b>"Ada\'s" & \u00e5]]></b>'
    rewriter = Rewriter(
        content_type=XHTML,
        render=lambda tag: button(
            address=f"https://x.test/?a=1&b={tag.id}", label=label
        ),
    )
    page = etree.fromstring(rewriter.feed(PAGE.encode()) + rewriter.close())
    html, svg = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"

    text = etree.tostring(page, method="text", encoding="unicode")

    assert 2 == len(page.findall(f".//{html}p/{html}a"))
    assert [label, label] == [title.text for title in page.iter(f"{svg}title")]
    assert ["2"] == re.findall(r"\[Flattr=(.)\]", text)
