"""Browsers for whole-program tests; every test here is marked ``e2e``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import missing
from world import World, world

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(params=["chromium", "firefox"])
def kind(request: pytest.FixtureRequest) -> str:
    """Run the test once in each browser."""
    name: str = request.param
    reason = missing(name)
    if reason is not None:
        pytest.skip(reason)
    return name


@pytest.fixture
def earth(tmp_path: Path) -> Iterator[World]:
    """Give the test a world of its own."""
    with world(tmp_path) as made:
        yield made
