"""What is told to become a button is what the rewriter makes one of."""

from hypothesis import given, settings
from hypothesis import strategies as st

from overallt.tagging.findings import findings
from overallt.tagging.rewriter import Rewriter

TEXT_TAGS = ["[Flattr=7]", "[flattr = ada ]", "&#91;Flattr=8&#93;", "[[Flattr=9]]"]
WRONG = ["[Flattr=07]", "[Flattr=&#91;", "[Flattr=", "[", "]", "\x83", "\x1b$B", "å"]
NAMES = [
    "a",
    "b",
    "p",
    "code",
    "kbd",
    "svg",
    "desc",
    "table",
    "td",
    "select",
    "template",
    "title",
    "script",
    "i-x",
]
SOUP = [
    *(f"<{name}>" for name in NAMES),
    *(f"</{name}>" for name in NAMES),
    *("<!--", "-->", "<![CDATA[", "]]>", "<p title='", "'>", "<div contenteditable>"),
    *("<meta charset=shift_jis>", "<meta charset=iso-2022-jp>", "x", "\n", "<"),
    *("<meta name=overallt content=off>", "<frameset>", "<!doctype html>"),
]
soup = st.lists(st.sampled_from(TEXT_TAGS + SOUP + TEXT_TAGS + WRONG), max_size=30)
codecs = st.sampled_from(["utf-8", "latin-1", "utf-16", "utf-16-le"])
charsets = st.sampled_from(
    ["utf-8", "utf-16le", "shift_jis", "gbk", "iso-2022-jp", "klingon"]
)
content_types = st.one_of(
    st.sampled_from([None, "text/html", "text/plain"]),
    charsets.map("text/html; charset={}".format),
)


@settings(deadline=None, max_examples=500)  # The machine may be busy.
@given(soup, codecs, content_types)
def test_findings_tell_what_the_rewriter_prints(
    pieces: list[str], codec: str, content_type: str | None
) -> None:
    page = "".join(pieces).encode(codec)
    rewriter = Rewriter(content_type=content_type, render=lambda _: "")
    printed = rewriter.feed(page) + rewriter.close()
    found = findings(page, content_type=content_type, most=len(pieces))
    left = bytearray(page)
    for each in reversed([each for each in found if each.is_button]):
        # A text tag that counts is ASCII; in UTF-16 each of its letters is two bytes.
        letter = 2 if b"\0" in page[each.offset_bytes :][:2] else 1
        end = each.offset_bytes + letter * len(each.written)
        del left[each.offset_bytes : end]

    assert printed == bytes(left)


@settings(deadline=None, max_examples=500)  # The machine may be busy.
@given(soup)
def test_every_finding_stands_where_it_says(pieces: list[str]) -> None:
    page = "".join(pieces)
    lines = page.split("\n")
    for each in findings(
        page.encode(), content_type="text/html; charset=utf-8", most=9
    ):
        rest = lines[each.line - 1][each.column - 1 :]

        assert rest.startswith(each.written)
