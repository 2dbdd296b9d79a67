import pytest

from overallt.tagging import text_tags
from overallt.tagging.text_tags import TextTag


def ids(text: str) -> list[str]:
    return [each.tag.id for each in text_tags.candidates(text.encode())]


def test_a_candidate_stands_where_its_brackets_are() -> None:
    (candidate,) = text_tags.candidates(b"see [Flattr=Ada], or")

    assert text_tags.Candidate(TextTag("ada"), 4, 16) == candidate


@pytest.mark.parametrize(
    "text",
    [
        "&#91;[Flattr=7]",
        "[&lsqb;Flattr=7]",
        "[Flattr=7]&#93;",
        "[Flattr=7]&rsqb;",
        "[Flattr=7&#x5D;]",
    ],
)
def test_an_escape_may_be_written_with_references(text: str) -> None:
    assert [] == ids(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Flattr=&#97;d&#x61;]", "ada"),
        ("[&#32;Flattr&#9;=&Tab;7&#32;]", "7"),
        ("[Flattr=&fjlig;]", "fj"),
        ("[Flattr=a&lowbar;b&period;c]", "a_b.c"),
        ("[Flattr&#61&#55&#93", "7"),
    ],
)
def test_references_are_what_a_reader_sees(text: str, expected: str) -> None:
    assert [expected] == ids(text)


@pytest.mark.parametrize(
    "text",
    [
        "[F&#108;attr=7]",
        "[Flattr=&#48;7]",
        "[Flattr=&eacute;]",
        "[Flattr=7&nbsp;]",
        "[Flattr&amp;#61;7]",
        "[" + "&#32;" * 5 + "Flattr=7]",
        "[Flattr=&fjlig;" + "a" * 29 + "]",
    ],
)
def test_a_reference_makes_no_tag_that_letters_would_not_make(text: str) -> None:
    assert [] == ids(text)


def test_what_stops_one_tag_does_not_stop_the_next() -> None:
    assert ["8"] == ids("[[Flattr=7]][Flattr=8]")
    assert ["8"] == ids("[[Flattr=007][Flattr=8][[")


LONGEST = (
    "[&#91;[" + " " * 4 + "Flattr" + "\t" * 4 + "=" + " " * 4 + "a" * 30 + " " * 4 + "]"
)


@pytest.mark.parametrize(
    "text", [LONGEST, LONGEST.replace(" ", f"&#{'0' * 27}32;"), "&#91;Flattr&#61;a&#93"]
)
def test_every_beginning_of_a_tag_is_held_back(text: str) -> None:
    whole = text.encode()
    first = whole.index(b"&")
    beginnings = [b"x" + whole[first:end] for end in range(first + 1, len(whole) + 1)]

    assert {1} == {text_tags.unfinished_from(each) for each in beginnings}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "a [ b",
        "[1]",
        "[Flattr=7] ",
        "[Flattr=7]]",
        "[[[a",
        "[<",
        "&;",
        "[-",
    ],
)
def test_what_cannot_become_a_tag_is_not_held_back(text: str) -> None:
    assert len(text) == text_tags.unfinished_from(text.encode())


def test_of_brackets_in_a_row_only_two_are_held_back() -> None:
    assert 3 == text_tags.unfinished_from(b"[[[[[")


def test_never_more_is_held_back_than_the_longest_tag() -> None:
    def written(characters: str) -> str:
        return "".join(f"&#{ord(each):029};" for each in characters)

    start = written("[[" + " " * 4) + "Flattr" + written(" " * 4 + "=" + " " * 4)
    end = written("a" * 30 + " " * 4 + "]]")
    whole = (start + end).encode()

    assert text_tags.LONGEST_HELD_BYTES == len(whole)
    assert 1 == text_tags.unfinished_from(b"x" + whole[:-1])
