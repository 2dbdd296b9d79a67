"""Every story comes true, and a story that is told wrongly is noticed."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

STORIES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted(Path(__file__).parent.glob("*.story"))
}
SHARED = """A budget is shared.

  ada    adds means      10.00 EUR, sets budget 10.00 EUR
  ada    flattrs         song
  --     month ends      2026-01
"""

type Tell = Callable[[str], Awaitable[list[str]]]


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
async def test_the_story_comes_true(story: str, tell: Tell) -> None:
    assert [] == await tell(story)


async def test_every_difference_is_listed(tell: Tell) -> None:
    story = SHARED + "  song   earned  9.01 EUR\n  fee  earned  0.99 EUR\n"

    assert [
        "line 6: song earned 9.01: 9.00 EUR",
        "line 7: fee earned 0.99: 1.00 EUR",
    ] == await tell(story)


async def test_what_should_have_been_refused_is_a_difference(tell: Tell) -> None:
    story = SHARED + "  ada  adds means  5.00 EUR\n  ada  cannot flattr  song: No.\n"

    assert ["line 7: ada cannot flattr song No.: it was not refused"] == await tell(
        story
    )


async def test_an_unexpected_refusal_is_a_difference(tell: Tell) -> None:
    differences = await tell(SHARED + "  ben  flattrs  song\n")

    assert 1 == len(differences)
    assert differences[0].startswith("line 6: ben flattrs song: refused: You need")


@pytest.mark.parametrize(
    "line",
    [
        "  ada  flatters  song",
        "  ada  adds means  10.0 EUR",
        "  ada  adds means  10.00 USD",
        "  ada  flattrs  song,essay",
        "  ada  sets budget  10.00 EUR, flattrs song",
        "  ada  month ends  2026-02",
        "  --   flattrs  song",
        "    ada  flattrs  song",
        "  stone  earned  1.00 EUR",
        "And so it ends.",
    ],
)
async def test_a_malformed_line_is_an_error_that_names_it(
    line: str, tell: Tell
) -> None:
    with pytest.raises(Exception, match=r"line 6: ") as caught:
        await tell(SHARED + line + "\n")

    assert "MalformedStory" == caught.typename
