"""The index as another process has heard of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overallt.client import read_index
from overallt.client.bucket_files import BucketFiles
from overallt.client.index_file import LIFETIME, HeardIndex, IndexFile
from overallt.client.read_index import MOST_WANTED, ReadIndex
from overallt.protocol.ids import index_key

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://server.test"


class World:
    """An index's file, the time, and what is wanted of who writes it."""

    def __init__(self, folder: Path) -> None:
        self.file = IndexFile(folder / "index", URL)
        self.now = START
        self.wanted: list[str] = []

    def write(self, *ids: str) -> None:
        self.file.write(heard(*ids, at=self.now))

    def index(self) -> ReadIndex:
        return ReadIndex(self.file, clock=lambda: self.now, want=self.wanted.append)


def heard(*ids: str, at: datetime) -> HeardIndex:
    return HeardIndex(b"".join(sorted(map(index_key, ids))), at)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(read_index, "LOOK_EVERY_SECONDS", 0.01)
    return World(tmp_path)


@asynccontextmanager
async def followed(index: ReadIndex) -> AsyncIterator[ReadIndex]:
    following = asyncio.create_task(index.follow())
    try:
        yield index
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)


def test_what_is_in_the_file_is_known_at_once(world: World) -> None:
    world.write("7", "ada")

    index = world.index()

    assert [True, True, False] == [index.knows(each) for each in ("7", "Ada", "8")]


def test_without_a_file_nothing_is_known(world: World) -> None:
    assert not world.index().knows("7")


async def test_what_is_written_later_is_known_soon(world: World) -> None:
    async with followed(world.index()) as index:
        world.write("7")
        await until(lambda: index.knows("7"))
        world.now += timedelta(seconds=1)
        world.write("8")
        await until(lambda: index.knows("8"))

        assert not index.knows("7")


async def test_a_bucket_that_came_is_known_beside_the_others(world: World) -> None:
    buckets = BucketFiles(world.file.bucket_folder, URL)
    buckets.write("0", heard("7", at=START))

    async with followed(world.index()) as index:
        assert index.knows("7")
        buckets.write("1", heard("8", at=START))
        await until(lambda: index.knows("8"))

        assert index.knows("7")


def test_what_was_heard_too_long_ago_is_not_known(world: World) -> None:
    world.write("7")
    index = world.index()

    world.now += LIFETIME + timedelta(seconds=1)

    assert not index.knows("7")


async def test_who_follows_is_told_once_what_is_not_known(world: World) -> None:
    world.write("7")
    index = world.index()

    for each in ("7", "8", "8"):
        index.knows(each)

    assert ["8"] == world.wanted
    async with followed(index):
        await until(lambda: not index.knows("8") and len(world.wanted) == 2)


def test_a_page_that_says_thousands_of_names_is_not_told_on(world: World) -> None:
    index = world.index()

    for number in range(5000):
        index.knows(str(number))

    assert MOST_WANTED == len(world.wanted)


def test_a_file_that_is_no_index_is_as_good_as_none(world: World) -> None:
    world.file.write(HeardIndex(b"1234567", START))

    assert not world.index().knows("7")
