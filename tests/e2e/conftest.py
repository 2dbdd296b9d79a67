"""Browsers for whole-program tests; every test here is marked ``e2e``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import axe_script
from browsers import CHROMIUM, missing
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Give a Chromium in which contexts are opened."""
    reason = missing("chromium")
    if reason is not None:
        skip_for_want_of(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the script that looks for what some readers could not read."""
    return axe_script(tmp_path_factory.mktemp("axe"))
