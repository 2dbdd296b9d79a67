"""Browsers for whole-program tests; every test here is marked ``e2e``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import missing
from prey import Prey
from prey import prey as hunted
from skips import skip_for_want_of
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


@pytest.fixture(scope="session", params=["chromium", "firefox"])
def prey(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prey]:
    """Give the tests of one browser a patron for hostile pages, the same for all."""
    reason = missing(request.param)
    if reason is not None:
        skip_for_want_of(reason)
    with hunted(request.param, tmp_path_factory.mktemp("prey")) as made:
        yield made
