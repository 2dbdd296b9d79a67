import re

import pytest

from overallt.tagging import references

BRACKET = re.compile(references.pattern_of("["))
UNFINISHED = re.compile(references.UNFINISHED)


@pytest.mark.parametrize(
    "written",
    ["&#91;", "&#91", "&#0091;", "&#x5B;", "&#X5b;", "&#x05b", "&lsqb;", "&lbrack;"],
)
def test_a_bracket_may_be_written_in_many_ways(written: str) -> None:
    assert BRACKET.fullmatch(written.encode())


@pytest.mark.parametrize(
    "written",
    ["&lsqb", "&LSQB;", "&#911;", "&#x5B1;", "&#93;", "&amp;", "&", "&#", "&#x", "["],
)
def test_nothing_else_is_a_bracket(written: str) -> None:
    assert BRACKET.fullmatch(written.encode()) is None


def test_digits_that_go_on_make_another_character() -> None:
    assert BRACKET.match(b"&#912") is None
    assert BRACKET.match(b"&#x5BF") is None


@pytest.mark.parametrize(("open_", "end"), [("&#", "91;"), ("&#x", "5B;")])
def test_a_reference_is_read_up_to_32_bytes(open_: str, end: str) -> None:
    zeros = references.LONGEST_BYTES - len(open_) - len(end)

    assert BRACKET.fullmatch(f"{open_}{'0' * zeros}{end}".encode())
    assert BRACKET.fullmatch(f"{open_}{'0' * (zeros + 1)}{end}".encode()) is None


def test_one_name_may_stand_for_two_letters() -> None:
    assert "fj" == references.read(b"&fjlig;")
    assert re.fullmatch(references.pattern_of("fj"), b"&fjlig;")


@pytest.mark.parametrize("whole", ["&#91;", "&#x5b;", "&lbrack;", "&UnderBar;"])
def test_every_beginning_of_a_reference_is_unfinished(whole: str) -> None:
    beginnings = [whole[:end].encode() for end in range(1, len(whole))]

    assert all(UNFINISHED.fullmatch(each) for each in beginnings)


def test_what_is_longer_than_any_reference_is_not_unfinished() -> None:
    assert UNFINISHED.fullmatch(b"&#" + b"0" * 30) is None
    assert UNFINISHED.fullmatch(b"&" + b"a" * 31) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("?a=1&amp;b=2&AMP;c", "?a=1&b=2&c"),
        ("?a=1&copy=2&section=3&amp=4", "?a=1&copy=2&section=3&amp=4"),
        ("&#38;&#x26;&#38&#x41=", "&&&A="),
        ("a &amp b &amp", "a & b &"),
        ("&notit;&no;&;&", "&notit;&no;&;&"),
    ],
)
def test_in_an_attribute_a_query_is_not_taken_for_references(
    value: str, expected: str
) -> None:
    assert expected == references.read_in_attribute(value)


def test_a_number_without_end_is_no_character() -> None:
    endless = f"a&#{'9' * 8000};b"

    assert "a\ufffdb" == references.read_text(endless)
    assert "a\ufffdb" == references.read_in_attribute(endless)
