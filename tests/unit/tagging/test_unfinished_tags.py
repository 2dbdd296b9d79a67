import pytest

from overallt.tagging.start_tags import LONGEST_READ_BYTES, WHOLE_TAG
from overallt.tagging.unfinished_tags import UnfinishedTag

TAGS = [
    b"<p>",
    b"</p >",
    b"<p/>",
    b"<p a>",
    b"<p a >",
    b"<p a b>",
    b"<p a = b>",
    b"<p a=>",
    b"<p a= >",
    b"<p a='>' b=\"'>\">",
    b"<p a=''b>",
    b"<p a=b'c\"d>",
    b"<p =a =>",
    b"<p a/b /c>",
    b"<p a /b>",
    b'<p "a">',
    b"<p a=b c>",
    b"</p='>",
    b"</p ='>",
    b"</p a='>'>",
]


@pytest.mark.parametrize("source", TAGS)
def test_a_tag_ends_at_the_same_place_however_it_is_cut(source: bytes) -> None:
    page = source + b"text>"
    match = WHOLE_TAG.match(page)
    assert match is not None
    bytewise = UnfinishedTag()
    ends = [bytewise.feed(page[: at + 1], at) for at in range(len(source))]

    assert [-1] * (len(source) - 1) + [match.end()] == ends
    assert source == bytewise.source
    assert match.end() == UnfinishedTag().feed(page, 0)


@pytest.mark.parametrize(
    ("source", "is_named"),
    [
        (b"<", False),
        (b"<p", False),
        (b"</p", False),
        (b"</p-x", False),
        (b"<p ", True),
        (b"</p ", True),
        (b"</p/", True),
    ],
)
def test_a_name_goes_on_to_a_blank_or_a_slash_behind_it(
    source: bytes, *, is_named: bool
) -> None:
    tag = UnfinishedTag()
    tag.feed(source, 0)

    assert is_named == tag.is_named


def test_of_an_endless_tag_only_the_beginning_is_kept() -> None:
    tag = UnfinishedTag()
    tag.feed(b"<p a='", 0)
    for _ in range(100):
        tag.feed(b"x" * 1000, 0)

    assert LONGEST_READ_BYTES == len(tag.source)
