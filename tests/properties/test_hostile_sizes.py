"""Hostile pages cost time in proportion to their size, and hardly any memory."""

import pytest
from adversaries import ADVERSARIES, doubling
from endless_pages import MOST_GROWTH_MEGABYTES, endure

pytestmark = pytest.mark.long

TWICE = 2.2
MEGABYTES = 64
SECONDS = 0.5


@pytest.mark.parametrize("name", ADVERSARIES)
def test_twice_the_page_takes_about_twice_as_long(name: str) -> None:
    assert doubling(ADVERSARIES[name], TWICE) <= TWICE


@pytest.mark.parametrize("name", ADVERSARIES)
def test_an_endless_page_needs_hardly_any_memory(name: str) -> None:
    assert endure(name, MEGABYTES, SECONDS).growth_megabytes <= MOST_GROWTH_MEGABYTES
