"""Posters, scanned back from what is printed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import ImageFilter
from pypdfium2 import PdfDocument
from scanning import printed, scanned

from overallt_server.web.drawings import code_of
from overallt_server.web.posters import ASKING, Paper, Poster

ADDRESS = "https://flattr.example.org/t/1214915"
POSTER = Poster(
    code=code_of(ADDRESS),
    title="A song about the sea",
    owner="ada",
    address="flattr.example.org/t/1214915",
    language="en",
    since=datetime(2026, 11, 23, tzinfo=UTC),
)
# A phone's view is 1.3 times as wide as what it looks at is away, its video 1920 dots.
DOTS_ACROSS = 1920
VIEW = 1.3


def _texts(pdf: bytes) -> str:
    document = PdfDocument(pdf)
    text: str = document[0].get_textpage().get_text_range()
    document.close()
    return text


@pytest.mark.parametrize(
    ("paper", "codes"), [(Paper.A3, 1), (Paper.A4, 1), (Paper.A6, 1), (Paper.LABELS, 8)]
)
def test_a_poster_leads_to_its_thing(paper: Paper, codes: int) -> None:
    page = printed(POSTER.print(paper), dots_per_mm=4)

    assert [ADDRESS] * codes == scanned(page)


@pytest.mark.parametrize(
    ("paper", "away_mm", "width"),
    [(Paper.A3, 2000, 200), (Paper.A4, 1600, 160), (Paper.A6, 800, 80)],
)
def test_a_code_is_a_tenth_as_wide_as_it_is_far_away_and_is_read_there(
    paper: Paper, away_mm: int, width: int
) -> None:
    pdf = POSTER.print(paper)
    dark = printed(pdf, dots_per_mm=1).convert("L").point(lambda dot: 255 - dot)
    left, _, right, _ = dark.getbbox() or (0, 0, 0, 0)

    seen = printed(pdf, dots_per_mm=DOTS_ACROSS / (away_mm * VIEW))
    shaken = seen.filter(ImageFilter.GaussianBlur(1))

    assert width <= right - left
    assert [ADDRESS] == scanned(shaken)


@pytest.mark.parametrize("language", ASKING)
def test_a_poster_asks_in_the_language_of_who_prints_it(language: str) -> None:
    text = _texts(replace(POSTER, language=language).print(Paper.A4))

    assert ASKING[language] in text


@pytest.mark.parametrize("title", ["Ljud & bild", "Песня про море", "Τραγούδι", "Łódź"])
def test_a_title_stands_on_the_poster(title: str) -> None:
    assert title in _texts(replace(POSTER, title=title).print(Paper.A4))


def test_a_title_in_signs_that_cannot_be_printed_is_left_out() -> None:
    pdf = replace(POSTER, title="海についての歌").print(Paper.A4)

    assert "海" not in _texts(pdf)
    assert [ADDRESS] == scanned(printed(pdf, dots_per_mm=4))


@pytest.mark.parametrize("title", [100 * "W", 20 * "word ", 50 * "é" + " " + 49 * "Ш"])
def test_the_longest_title_does_not_touch_what_is_below(title: str) -> None:
    poster = replace(POSTER, title=title, owner=30 * "W", address=150 * "w")

    text = _texts(poster.print(Paper.A4)).splitlines()

    assert [30 * "W", 150 * "w"] == text[-2:]


def test_the_same_poster_is_the_same_bytes() -> None:
    assert POSTER.print(Paper.A6) == POSTER.print(Paper.A6)
