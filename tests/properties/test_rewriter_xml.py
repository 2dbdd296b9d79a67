"""Random XML is rewritten just where lxml, which reads all of it, says so."""

import itertools
import re
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from overallt.tagging.elements import FORBIDDING
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

XHTML = "http://www.w3.org/1999/xhtml"
OTHER = "http://www.w3.org/2000/svg"
BUTTON = '<a href="x">{}</a>'
WRITTEN = re.compile(
    rb"(?:\[|&#91;) ?flattr ?(?:=|&#61;) ?(\d+) ?(?:\]|&#x5D;)", re.IGNORECASE
)

# An "@" becomes a number of its own once the page is whole.
TEXTS = [
    *("[Flattr=@]", " [Flattr=@] ", "[Flattr=@] x", "[ flattr = @ ]", "[[Flattr=@]]"),
    *(
        "[Flattr=@]]",
        " [[Flattr=@]",
        " ",
        "\n",
        "[CDATA[",
        "]",
        "[",
        "[Flattr",
        "\u3042",
    ),
]
REFERENCES = ["&#91;Flattr=@]", "[Flattr=@&#x5D;", "[Flattr&#61;@]", "&#91;[Flattr=@]"]
UNSEEN = [
    *("<!-- [Flattr=@] <p> -->", "<!---->", "<?x [Flattr=@] > ?>", "<![CDATA[]]>"),
    *("<p title='[Flattr=@]>'/>", "<a/>", "<x:b />"),
]
NAMES = [
    *("p", "p", "p", "div", "b", "td", "P", "A", "x:p"),
    *("a", "code", "title", "script", "x:a", "s:p", "s:text", "xml:p"),
]
ATTRIBUTES = [
    *("", "", "", " class='a>b'", " contenteditable=''", " contenteditable='false'"),
    *(f" xmlns='{OTHER}'", f" xmlns='{XHTML}'", " xmlns=''", f" xmlns:x='{OTHER}'"),
    f"\n\txmlns:x = \"{XHTML}\" s:contenteditable='true'",
]
PROLOGS = ["", "", "\ufeff", "<?xml version='1.0'?>\n<!-- x -->", "<!DOCTYPE html>"]
ROOTS = [
    *[f"html xmlns='{XHTML}'"] * 6,
    *(f"x:html xmlns='{XHTML}'", "html", "feed xmlns='atom'"),
]


def section(texts: list[str]) -> str:
    text = "".join(texts).replace("]]>", "")
    return f"<![CDATA[{text}]]>"


def element(name: str, attributes: str, content: list[str]) -> str:
    return f"<{name}{attributes}>{''.join(content)}</{name.partition(' ')[0]}\n>"


pieces = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(REFERENCES),
    st.sampled_from(UNSEEN),
    st.lists(st.sampled_from([*TEXTS, "<a>", "&amp;", "]]"]), max_size=4).map(section),
)
nodes = st.recursive(
    pieces,
    lambda inner: st.builds(
        element,
        st.sampled_from(NAMES),
        st.sampled_from(ATTRIBUTES),
        st.lists(inner, max_size=5),
    ),
    max_leaves=25,
)


def numbered(page: str) -> bytes:
    numbers = itertools.count(1)
    return re.sub("@", lambda _: str(next(numbers)), page).encode()


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    root = draw(st.sampled_from(ROOTS))
    declared = f" xmlns:x='{XHTML}' xmlns:s='{OTHER}'"
    body = element(root, declared, draw(st.lists(nodes, max_size=6)))
    return numbered(draw(st.sampled_from(PROLOGS)) + body + "\n<!-- x -->")


def is_plain(page: bytes) -> bool:
    """Tell whether no text tag touches other text across a section's border."""
    return not re.search(rb"(?:[^\s>]|\]\]>)<!\[CDATA\[|\]\]>[^\s<]", page)


def texts_of(root: etree._Element) -> Iterator[str]:
    """Yield all running text, in pieces as the tree has them."""
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start" and allows(node):
            yield node.text or ""
        around = node.getparent()
        if event != "start" and around is not None and allows(around):
            yield node.tail or ""


def allows(node: etree._Element) -> bool:
    chain = [node, *node.iterancestors()]
    names = [etree.QName(each) for each in chain]
    return (
        node.nsmap.get(None) == XHTML
        and all(name.namespace == XHTML for name in names)
        and not any(name.localname.encode() in FORBIDDING for name in names)
        and all(each.get("contenteditable", "false") == "false" for each in chain)
    )


def expected_ids(page: bytes) -> list[str]:
    text = "\0".join(texts_of(etree.fromstring(page)))
    return re.findall(r"(?<!\[)\[ ?[Ff]lattr ?= ?(\d+) ?\](?!\])", text)


def rewritten(page: bytes, cuts: list[int]) -> tuple[bytes, list[str]]:
    found: list[str] = []

    def render(tag: TextTag) -> str:
        found.append(tag.id)
        return BUTTON.format(tag.id)

    rewriter = Rewriter(content_type="application/xhtml+xml", render=render)
    borders = [0, *sorted(cuts), max([*cuts, len(page)])]
    chunks = (page[start:end] for start, end in itertools.pairwise(borders))
    return b"".join(map(rewriter.feed, chunks)) + rewriter.close(), found


cuttings = st.lists(st.integers(0, 300), max_size=12)


@settings(deadline=None)  # The machine may be busy.
@given(page=pages().filter(is_plain))
def test_a_tag_counts_where_the_tree_says_so(page: bytes) -> None:
    _, found = rewritten(page, [])

    assert expected_ids(page) == found


@settings(deadline=None)  # The machine may be busy.
@given(page=pages(), cuts=cuttings)
def test_a_page_with_buttons_is_well_formed(page: bytes, cuts: list[int]) -> None:
    out, found = rewritten(page, cuts)

    assert len(found) == len(list(etree.fromstring(out).iterfind(".//{*}a[@href]")))


@settings(deadline=None)  # The machine may be busy.
@given(page=pages(), cuts=cuttings)
def test_every_byte_outside_of_the_tags_stays(page: bytes, cuts: list[int]) -> None:
    out, found = rewritten(page, cuts)

    def printed(tag: re.Match[bytes]) -> bytes:
        number = tag[1].decode()
        if number not in found:
            return tag[0]
        link = BUTTON.format(number).encode()
        before = page[: tag.start()]
        is_in_section = before.rfind(b"<![CDATA[") > before.rfind(b"]]>")
        return b"]]>" + link + b"<![CDATA[" if is_in_section else link

    assert WRITTEN.sub(printed, page) == out


SOUP = [
    *("<p>", "</p>", "<a>", "</a>", "<![CDATA[", "]]>", "]", "[", "<!--", "-->", "--"),
    *(
        "<?x",
        "?>",
        "<!DOCTYPE x",
        "[Flattr=1]",
        "[Flattr=1]",
        "&#91;Flattr=1]",
        "[Flat",
    ),
    *("<", ">", "'", '"', "<p x='", "/>", "[CDATA[", "<!ELEMENT p", " ", "x", "\u3042"),
    *("</", "<!", "&", f"<x:p xmlns:x='{XHTML}'>", "</x:p>", f"<p xmlns='{OTHER}'>"),
]
soups = st.lists(st.sampled_from(SOUP), max_size=20).map(
    lambda each: f"<html xmlns='{XHTML}'>{''.join(each)}</html>".encode()
)


@settings(deadline=None)  # The machine may be busy.
@given(page=soups | pages(), cuts=cuttings)
def test_chunk_borders_never_matter_in_xml(page: bytes, cuts: list[int]) -> None:
    bytewise = list(range(len(page)))

    assert rewritten(page, []) == rewritten(page, cuts) == rewritten(page, bytewise)


@settings(deadline=None)  # The machine may be busy.
@given(page=soups, cuts=cuttings, at=st.integers(0, 12))
def test_bail_out_never_loses_a_byte_of_xml(
    page: bytes, cuts: list[int], at: int
) -> None:
    rewriter = Rewriter(content_type="application/xhtml+xml", render=lambda _: None)
    borders = [0, *sorted(cuts), max([*cuts, len(page)])]
    out = b""
    for index, (start, end) in enumerate(itertools.pairwise(borders)):
        out += rewriter.feed(page[start:end])
        if index == at:
            out += rewriter.bail_out()

    assert page == out + rewriter.close()


ROOT = f"<html xmlns='{XHTML}'>".encode()
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "tags": lambda size: b"[flattr=1]" * size,
    "unclosed quote": lambda size: b"<p title='" + b"[flattr=1]" * size,
    "long tags": lambda size: (
        (b"<p title='" + b"[flattr=1]" * 6000 + b"'/>") * (size // 600)
    ),
    "unclosed comment": lambda size: b"<!--" + b"-[flattr=1]" * size,
    "unclosed section": lambda size: b"<![CDATA[" + b"]][flattr=1]" * size,
    "sections": lambda size: b"<![CDATA[[flattr=1]]]>" * size,
    "half borders": lambda size: b"[CDATA[[flattr=1]]" * size,
    "unclosed instruction": lambda size: b"<?x " + b"?[flattr=1]" * size,
    "deep nesting": lambda size: b"<p>[flattr=1]" * size,
    "prefixes": lambda size: b"".join(
        b"<p xmlns:x%d='y'>[flattr=1]</p>" % each for each in range(size)
    ),
    "prefixes in scope": lambda size: (
        b"<p "
        + b" ".join(b"xmlns:x%d=''" % each for each in range(1000))
        + b">"
        + b"<p xmlns:x='y'>[flattr=1]</p>" * size
    ),
    "elements in depth": lambda size: b"<p>" * 500 + b"<b>[flattr=1]</b>" * size,
}


def seconds(page: bytes) -> float:
    page = ROOT + page
    cuts = list(range(4096, len(page), 4096))
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        rewritten(page, cuts)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.long
@pytest.mark.parametrize("kind", HOSTILE)
def test_four_times_the_xml_takes_about_four_times_as_long(kind: str) -> None:
    once, four_times = (seconds(HOSTILE[kind](size)) for size in (4_000, 16_000))

    # Quadratic time would be sixteen times; the rest is room for a busy machine.
    assert four_times < 9 * once + 0.02


@pytest.mark.long
def test_many_prefixes_are_read_in_a_moment() -> None:
    assert seconds(b"<p xmlns:x='y'/>" * 100_000 + b"[flattr=1]") < 10
