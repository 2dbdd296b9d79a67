from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

FRAGMENTS = [
    *("[Flattr=7]", "[flattr = ada ]", "&#91;Flattr=8&#93", "[[Flattr=9]]", "[", "]"),
    *("[Flat", "tr=", "&", "&#", "&lsqb;", ";", "[Flattr=<b>1</b>]", "x", " ", "\n"),
    *("<p>", "</p>", "<a href=x>", "</a>", "<code>", "</code>", "<b>", "</b>", "<div>"),
    *(
        "</div>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<select>",
        "</select>",
        "<svg>",
    ),
    *(
        "</svg>",
        "<svg/>",
        "<desc>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "--!>",
        "<!",
        "<?",
    ),
    *("</", "<", ">", "<script>", "</script>", "<style>", "</style>", "<title>", "'"),
    *(
        "</title>",
        "<p title='",
        '<p title="',
        '"',
        "=",
        "/",
        "<li>",
        "<form>",
        "</form>",
    ),
    *("<div contenteditable>", "<template>", "</template>", "<!doctype html>", "å"),
]
pages = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(
    lambda each: "".join(each).encode()
)
cuttings = st.lists(st.integers(0, 300), max_size=12)


def printed(tag: TextTag) -> str:
    return f"({tag.id})"


def pieces(page: bytes, cuts: list[int]) -> list[bytes]:
    borders = [0, *sorted(cuts), max([*cuts, len(page)])]
    return [page[start:end] for start, end in pairwise(borders)]


def rewritten(chunks: list[bytes]) -> bytes:
    rewriter = Rewriter(content_type=None, render=printed)
    return b"".join(map(rewriter.feed, chunks)) + rewriter.close()


@settings(deadline=None)  # The machine may be busy.
@given(page=pages, cuts=cuttings)
def test_chunk_borders_never_matter(page: bytes, cuts: list[int]) -> None:
    assert rewritten([page]) == rewritten(pieces(page, cuts))


@settings(deadline=None)  # The machine may be busy.
@given(page=st.binary(), cuts=cuttings)
def test_a_page_without_a_text_tag_leaves_as_it_came(
    page: bytes, cuts: list[int]
) -> None:
    assert page == rewritten(pieces(page, cuts))


@settings(deadline=None)  # The machine may be busy.
@given(page=pages, cuts=cuttings)
def test_every_byte_outside_the_text_tags_stays(page: bytes, cuts: list[int]) -> None:
    rewriter = Rewriter(content_type=None, render=lambda _: "")
    out = b"".join(map(rewriter.feed, pieces(page, cuts))) + rewriter.close()
    left = iter(page)

    # The bytes that stayed are those of the page, in order, with gaps for the tags.
    assert all(byte in left for byte in out)
    assert out.count(b"<") == page.count(b"<")


@settings(deadline=None)  # The machine may be busy.
@given(page=pages, cuts=cuttings, at=st.integers(0, 12))
def test_bail_out_never_loses_or_doubles_a_byte(
    page: bytes, cuts: list[int], at: int
) -> None:
    rewriter = Rewriter(content_type=None, render=lambda _: None)
    out = b""
    for index, piece in enumerate(pieces(page, cuts)):
        out += rewriter.feed(piece)
        if index == at:
            out += rewriter.bail_out()

    assert page == out + rewriter.close()


@settings(deadline=None)  # The machine may be busy.
@given(page=pages, cuts=cuttings, fails_at=st.integers(1, 5))
def test_a_failure_costs_no_byte(page: bytes, cuts: list[int], fails_at: int) -> None:
    asked = 0

    def render(_: TextTag) -> None:
        nonlocal asked
        asked += 1
        if asked == fails_at:
            raise ArithmeticError

    rewriter = Rewriter(content_type=None, render=render)
    out = b""
    for piece in pieces(page, cuts):
        try:
            out += rewriter.feed(piece)
        except ArithmeticError:
            out += rewriter.bail_out()
    try:
        out += rewriter.close()
    except ArithmeticError:
        out += rewriter.bail_out()

    assert page == out
