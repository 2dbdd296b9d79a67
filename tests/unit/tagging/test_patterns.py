import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from overallt.tagging import patterns


def is_all(pattern: str, text: str) -> bool:
    return re2.fullmatch(pattern, text) is not None


@pytest.mark.parametrize("name", ["b", "ab", "audi", "audios", "B", "x-a", "t=\"'"])
def test_a_name_that_is_none_of_the_words_is_let_through(name: str) -> None:
    assert is_all(patterns.name_but("a audio title"), name)


@pytest.mark.parametrize("name", ["a", "A", "audio", "AuDio", "title", "1", "", "b c"])
def test_the_words_and_what_is_no_name_are_not(name: str) -> None:
    assert not is_all(patterns.name_but("a audio title"), name)


@given(st.text("conte =/>\"'x", max_size=8))
def test_an_attribute_begins_unlike_the_word(name: str) -> None:
    is_name = bool(name) and not set(name) & set(" =/>")
    begins = name.startswith("cont")

    pattern = patterns.attribute_beginning_unlike("cont")
    assert (is_name and not begins) == is_all(pattern, name)


@pytest.mark.parametrize(
    "rest",
    [
        *(
            ">",
            " >",
            "/>",
            " a>",
            " a=>",
            " a= >",
            " a=b>",
            " a = b >",
            " a='>'>",
            ' a=">"b>',
            " a=b/>",
        ),
        *(" a=b\"c'>", " a/b>", " a\n=\n'b'\n>", " 'a'>", " a==b>"),
    ],
)
def test_attributes_are_read_as_browsers_do(rest: str) -> None:
    assert is_all(patterns.attributes(), rest)


@pytest.mark.parametrize("rest", ["", "a>", " =a>", " a='>", " a>b>", " a=b'>c>"])
def test_strange_or_unfinished_attributes_are_left_alone(rest: str) -> None:
    assert not is_all(patterns.attributes(), rest)


@given(st.lists(st.sampled_from(["<", "/", "!--", "-", "--", ">", "x", "script", " "])))
def test_a_script_is_passed_over_only_up_to_its_first_end(found: list[str]) -> None:
    inside = "".join(found)
    page = f"script>{inside}</script>"

    if is_all(patterns.SCRIPT, page):
        assert "<!--" in inside or "</script>" not in inside
        assert "</script " not in inside


@given(st.lists(st.sampled_from(["-", "--", "!", ">", "<", "x"])))
def test_a_comment_is_passed_over_only_up_to_its_first_end(found: list[str]) -> None:
    inside = "".join(found)

    if is_all(patterns.COMMENT, f"!--{inside}-->"):
        assert not inside.startswith((">", "->"))
        assert "-->" not in inside
        assert "--!>" not in inside
