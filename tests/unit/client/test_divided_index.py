"""An index that is too large to be sent whole, and one that has become so."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from overallt.client import buckets as client_buckets
from overallt.client.index import Index
from overallt.client.index_file import HeardIndex, IndexFile
from overallt.client.server import Server
from overallt.protocol.ids import index_key, index_number
from overallt.protocol.index_keys import IndexKeys, version_of

PATH = "GET /rest/v2/things/index"


class World:
    """What an index is made with: its file and the time."""

    def __init__(self, server: Server, path: Path) -> None:
        self.server = server
        self.file = IndexFile(path, "https://server.test")
        self.now = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

    def index(self) -> Index:
        return Index(
            self.server, self.file, clock=lambda: self.now, on_return=lambda: None
        )


@pytest.fixture
def world(server: Server, tmp_path: Path) -> World:
    return World(server, tmp_path / "index")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)


def too_large() -> web.Response:
    error = {"error": "index_too_large", "error_description": "", "error_uri": ""}
    return web.json_response(error, status=413)


def divided(api: Any, *, things: int) -> str:
    """Let the index be divided into two; return an id in the bucket "0"."""
    numbers = [index_number(str(number)) for number in range(1, things + 1)]
    keys = IndexKeys(number for number in numbers if number < 1 << 63)
    told = {"things": things, "prefix_bits": 1}
    api.answers = {
        PATH: [too_large()],
        "GET /rest/v2/things/range": [web.json_response(told)],
        "GET /rest/v2/things/range/0": [web.Response(body=keys.content)],
    }
    return next(str(id_) for id_, key in enumerate(numbers, 1) if key in keys)


async def test_a_server_with_too_many_things_is_asked_for_a_bucket(
    api: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_buckets, "LONGEST_DELAY_SECONDS", 0.01)
    tag_id = divided(api, things=3_000)
    index = world.index()
    following = asyncio.create_task(index.follow())

    await until(lambda: len(index) == 3_000)
    known_at_once = index.knows(tag_id)
    await until(lambda: index.knows(tag_id))
    following.cancel()

    assert index.reachable
    assert not known_at_once
    assert ["index", "range", "0"] == [
        what.rpartition("/")[2] for what, _, _ in api.asked
    ]


async def test_what_was_known_stays_known_as_the_index_becomes_too_large(
    api: Any, world: World
) -> None:
    world.file.write(HeardIndex(index_key("no-number"), world.now))
    divided(api, things=3_000)
    index = world.index()

    await index.ask_once()
    known_before = index.knows("no-number")
    world.now += timedelta(days=7, seconds=1)
    await index.ask_once()

    assert known_before
    assert not index.knows("no-number")


async def test_a_server_that_gives_the_whole_again_needs_no_buckets(
    api: Any, world: World, tmp_path: Path
) -> None:
    tag_id = divided(api, things=3_000)
    index = world.index()
    await index.ask_once()
    index.knows(tag_id)
    await index._buckets.ask_once()
    known_meanwhile = index.knows(tag_id), world.index().knows(tag_id)
    api.answers[PATH] = [web.Response(body=index_key("ada"))]

    await index.ask_once()

    assert (True, True) == known_meanwhile
    assert [True, False] == [index.knows(each) for each in ("ada", tag_id)]
    assert [] == list((tmp_path / "index.buckets").iterdir())


async def test_what_the_server_calls_a_bucket_is_not_said_to_it_again(
    api: Any, world: World
) -> None:
    """It could be this client's name, given once and heard again each day."""
    tag_id = divided(api, things=3_000)
    bucket = api.answers["GET /rest/v2/things/range/0"][0]
    name = {"ETag": '"you-7"', "Last-Modified": "Thu, 15 Jan 2026 12:34:56 GMT"}
    bucket.headers.update(name)
    index = world.index()
    await index.ask_once()
    index.knows(tag_id)

    await index._buckets.ask_once()
    world.now += timedelta(days=1)
    await index._buckets.ask_once()

    (*_, first), (*_, second) = [
        (what, head) for what, head, _ in api.asked if what.endswith("/range/0")
    ]
    assert second.pop("If-None-Match") == f'"{version_of(bucket.body)}"'
    assert first == second
