import pytest

from overallt.tagging.start_tags import (
    LONGEST_READ_BYTES,
    WHOLE_TAG,
    StartTag,
    name_of,
)


def tag(source: bytes) -> StartTag:
    return StartTag(name_of(source, 1), source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"<p>", {}),
        (b"<p a>", {b"a": b""}),
        (b"<p a=b>", {b"a": b"b"}),
        (b"<P A = 'b c' D=\"e'>\">", {b"a": b"b c", b"d": b"e'>"}),
        (b"<p a=''b=1>", {b"a": b"", b"b": b"1"}),
        (b"<p a=1 A=2>", {b"a": b"1"}),
        (b"<p a=>", {b"a": b""}),
        (b"<p a/=b>", {b"a": b"", b"=b": b""}),
        (b"<p =b=c>", {b"=b": b"c"}),
        (b"<p a=b\"c'd/>", {b"a": b"b\"c'd/"}),
        (b"<p/a/b>", {b"a": b"", b"b": b""}),
    ],
)
def test_attributes_are_read_as_browsers_read_them(
    source: bytes, expected: dict[bytes, bytes]
) -> None:
    match = WHOLE_TAG.fullmatch(source)

    assert match is not None
    assert expected == tag(source).attributes()


@pytest.mark.parametrize(
    "source",
    [
        b"<p",
        b"<p a='>",
        b'<p a = ">',
        b"<p a=",
        b"<p a= ",
        b"<p a=b",
        b"<",
        b"</",
        b"<1>",
    ],
)
def test_a_tag_that_is_cut_is_not_whole(source: bytes) -> None:
    assert WHOLE_TAG.match(source) is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"<g/>", True),
        (b"<g a='1'/>", True),
        (b"<g a=1 />", True),
        (b"<g a/>", True),
        (b"<g a=1/>", False),
        (b"<g a=/>", False),
        (b"<g>", False),
    ],
)
def test_the_slash_of_a_value_closes_nothing(source: bytes, *, expected: bool) -> None:
    assert expected == tag(source).closes_itself


def test_a_tag_too_long_to_read_is_known_to_be_cut() -> None:
    source = b"<p " + b"a" * LONGEST_READ_BYTES

    assert tag(source[:LONGEST_READ_BYTES]).is_cut
    assert not tag(b"<p>").is_cut


def test_of_an_endless_name_the_beginning_is_kept() -> None:
    source = b"<X" + b"y" * 1000 + b" a=1>"

    assert b"x" + b"y" * 99 == name_of(source, 1)
    assert {b"a": b"1"} == tag(source).attributes()


def test_where_no_name_begins_there_is_none() -> None:
    assert b"" == name_of(b"<>", 1)
