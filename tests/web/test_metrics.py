"""Metrics, as a program that watches over servers reads them."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from killing import running
from loopback import HOST, free_port
from prometheus_client.parser import text_string_to_metric_families

from overallt_server.settings import Settings
from overallt_server.web.metrics import SHARED_FOLDER, shared_by_workers

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

ASKED = 12


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.metrics_networks = "127.0.0.0/8, 203.0.113.0/24"
    return settings


def _values(text: str, name: str) -> dict[tuple[str, ...], float]:
    """Return the values of *name* by its labels, but for what asks for them."""
    return {
        tuple(sample.labels[each] for each in sorted(sample.labels)): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and sample.labels.get("path") != "/metrics"
    }


async def test_answers_are_counted_by_the_pattern_of_their_address(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    for path in (f"/thing/{thing.id}", "/thing/bo", "/thing/999", "/nowhere/at/all"):
        await stranger.get(path)

    counted = _values(await stranger.text("/metrics"), "overallt_requests_total")

    assert {
        ("GET", "/thing/{id}", "200"): 2.0,
        ("GET", "/thing/{id}", "404"): 1.0,
        ("GET", "other", "404"): 1.0,
    } == counted


async def test_it_is_told_how_long_they_took(stranger: "Browser") -> None:
    await stranger.get("/healthz")

    text = await stranger.text("/metrics")

    assert {("GET", "/healthz"): 1.0} == _values(text, "overallt_request_seconds_count")
    assert 0 < _values(text, "process_resident_memory_bytes")[()]
    assert {(): 1.0} == _values(text, "overallt_database_answers")


async def test_nothing_in_them_is_about_a_person_or_a_page(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    ada = await world.browser(await world.patron("ada"))
    await ada.post(f"/thing/{thing.id}/flattr")
    await ada.session.request("SPY", "/profile/bo", params={"token": "a" * 40})

    text = await stranger.text("/metrics")

    assert [] == [
        each for each in ("ada", "bo", "SPY", "a" * 40, f"/{thing.id}") if each in text
    ]


@pytest.mark.parametrize(
    ("address", "status"),
    [("203.0.113.9", 200), ("198.51.100.7", 404), ("2001:db8::1", 404), ("", 404)],
)
async def test_only_networks_that_are_named_are_told(
    stranger: "Browser", address: str, status: int
) -> None:
    stranger.headers["X-Forwarded-For"] = address

    answer = await stranger.session.get("/metrics", headers=stranger.headers)

    assert status == answer.status


async def test_as_long_as_nobody_is_named_nobody_is_told(
    world: "World", stranger: "Browser"
) -> None:
    world.settings.metrics_networks = ""

    assert 404 == (await stranger.get("/metrics")).status


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    """Give the address of a server of two workers."""
    port = free_port()
    command = running(
        "",
        tmp_path,
        *("serve", "--workers", "2"),
        listen_port=str(port),
        metrics_networks="127.0.0.1/32",
    )
    with command as process:
        assert process.stdout is not None
        assert "answers" in process.stdout.readline()
        yield f"http://{HOST}:{port}"


async def test_any_worker_tells_what_all_have_answered(server: str) -> None:
    told = []
    for _ in range(ASKED):
        # Another connection each time, so that both are asked.
        async with aiohttp.ClientSession() as session:
            await session.get(f"{server}/healthz")
    for _ in range(4):
        async with aiohttp.ClientSession() as session:
            text = await (await session.get(f"{server}/metrics")).text()
            told.append(_values(text, "overallt_requests_total"))

    assert 4 * [{("GET", "/healthz", "200"): float(ASKED)}] == told


@contextmanager
def _unshared() -> Iterator[None]:
    assert SHARED_FOLDER not in os.environ
    yield
    assert SHARED_FOLDER not in os.environ


def test_the_folder_is_there_as_long_as_there_are_workers() -> None:
    with _unshared(), shared_by_workers():
        folder = Path(os.environ[SHARED_FOLDER])
        was_there = folder.is_dir()

    assert was_there
    assert not folder.exists()
