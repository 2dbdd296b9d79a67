"""What a page says of itself is made to fit."""

import pytest

from overallt_server.core.descriptions import (
    NOTHING,
    Description,
    fitting_description,
    fitting_language,
    fitting_tags,
    fitting_title,
)
from overallt_server.core.words import (
    MAX_DESCRIPTION_LENGTH,
    MAX_TAGS,
    description_of,
    language_of,
    tags_of,
    title_of,
)


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("  A song \n of\tthe sea ", "A song of the sea"),
        ("x" * 100, "x" * 100),
        ("word " * 30, "word " * 19 + "word…"),
        ("A \x00song\x1b[31m\u202e", "A song [31m"),
        ("Song", ""),
        ("", ""),
    ],
)
def test_a_title_is_one_line_of_a_titles_length(said: str, title: str) -> None:
    assert title == fitting_title(said)
    assert not title or title == title_of(title)


def test_a_description_is_cut_where_it_is_too_long() -> None:
    said = fitting_description("word \x07" * 500)

    assert MAX_DESCRIPTION_LENGTH - 5 < len(said) <= MAX_DESCRIPTION_LENGTH
    assert said == description_of(said)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("sv", "sv_SE"),
        ("en-US", "en_GB"),
        ("en_US", "en_GB"),
        ("DE", "de_DE"),
        ("nb-NO", "no_NO"),
        ("he", "iw_IL"),
        ("zh-Hant-TW", "zh_CN"),
        ("tlh", ""),
        ("", ""),
    ],
)
def test_a_language_is_one_that_flattr_had(tag: str, code: str) -> None:
    assert code == fitting_language(tag)
    assert not code or code == language_of(code)


def test_of_too_many_tags_the_first_are_taken_that_can_be_some() -> None:
    said = ["sea", " calm  water ", "sea", "", "x" * 51, *map(str, range(30))]

    tags = fitting_tags(said)

    assert ("sea", "calm water", "0") == tags[:3]
    assert MAX_TAGS == len(tags)
    assert tags == tags_of(tags)


def test_what_is_said_counts_and_what_is_not_is_completed() -> None:
    typed = Description(title="My title", tags=("sea",))
    page = Description(title="Its title", description="Of a sea", tags=("land",))

    assert Description(
        title="My title", description="Of a sea", tags=("sea",)
    ) == typed.completed_by(page)
    assert page == page.completed_by(NOTHING) == NOTHING.completed_by(page)
