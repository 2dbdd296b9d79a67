"""The words that describe a thing."""

import pytest

from overallt_server.core.refusals import InvalidThing
from overallt_server.core.words import (
    LANGUAGES,
    category_of,
    description_of,
    language_of,
    tags_of,
    title_of,
)


def test_a_title_is_one_line() -> None:
    assert "A song about it" == title_of("  A song\n about\tit ")


@pytest.mark.parametrize("title", ["", "Song", "x" * 101, "A \x07 bell", "     a    "])
def test_a_title_has_five_to_a_hundred_letters(title: str) -> None:
    with pytest.raises(InvalidThing):
        title_of(title)


def test_a_description_keeps_its_lines() -> None:
    assert "One.\n\nTwo.\tThree." == description_of(" One.\r\n\r\nTwo.\tThree.\n")


@pytest.mark.parametrize("description", ["x" * 1001, "a\x1bb"])
def test_a_description_has_an_end_and_no_signs_that_steer(description: str) -> None:
    with pytest.raises(InvalidThing):
        description_of(description)


def test_tags_are_kept_in_order_each_once() -> None:
    assert ("sea", "calm sea") == tags_of([" sea", "", "calm  sea", "sea "])


@pytest.mark.parametrize(
    "tags", [[str(number) for number in range(21)], ["x" * 51], ["a,b"], ["a\x00"]]
)
def test_tags_have_bounds(tags: list[str]) -> None:
    with pytest.raises(InvalidThing):
        tags_of(tags)


def test_languages_and_categories_are_flattrs() -> None:
    assert 44 == len(LANGUAGES)
    assert "sv_SE" == language_of("sv_SE")
    assert "rest" == category_of("rest")
    with pytest.raises(InvalidThing):
        language_of("sv")
    with pytest.raises(InvalidThing):
        category_of("poetry")
