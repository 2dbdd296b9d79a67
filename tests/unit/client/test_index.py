"""Which things exist, known without asking about any one of them."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from overallt.client import index as client_index
from overallt.client.index import Index
from overallt.client.index_file import HeardIndex, IndexFile
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.protocol.ids import index_key
from overallt.protocol.index_keys import version_of

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://server.test"
PATH = "GET /rest/v2/things/index"
# By which a client says what it has (RFC 9110, 13.1).
CONDITIONS = (
    *("If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since"),
    "If-Range",
)


def keys_of(*ids: str) -> bytes:
    return b"".join(sorted(map(index_key, ids)))


def content(*ids: str) -> web.Response:
    return told(*ids, whole=ids)


def told(*ids: str, whole: tuple[str, ...]) -> web.Response:
    """Answer with the keys of *ids* under the version of the *whole* index."""
    etag = f'"{version_of(keys_of(*whole))}"'
    return web.Response(body=keys_of(*ids), headers={"ETag": etag})


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response(status=304)


class World:
    """What an index is made with: its file, the time, and who hears of a return."""

    def __init__(self, server: Server, path: Path) -> None:
        self.server = server
        self.file = IndexFile(path, URL)
        self.now = START
        self.returns = 0

    def index(self) -> Index:
        return Index(
            self.server, self.file, clock=lambda: self.now, on_return=self.hear
        )

    def hear(self) -> None:
        self.returns += 1

    def write(self, *ids: str) -> None:
        self.file.write(HeardIndex(keys_of(*ids), self.now))


@pytest.fixture
def world(server: Server, tmp_path: Path) -> World:
    return World(server, tmp_path / "index")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_index, "PACE_SECONDS", 0.01)
    monkeypatch.setattr(client_index, "FIRST_PAUSE_SECONDS", 0.01)


async def test_it_knows_what_exists_and_nothing_else(api: Any, world: World) -> None:
    ids = [str(number) for number in range(1, 500)] + ["ada"]
    api.answers[PATH] = [content(*ids)]
    index = world.index()

    await index.ask_once()

    assert all(index.knows(each) for each in ids)
    assert index.knows("Ada")
    assert not any(index.knows(each) for each in ("500", "0", "grace"))
    assert len(index) == 500


async def test_before_the_first_answer_it_knows_nothing(world: World) -> None:
    index = world.index()

    assert not index.knows("7")
    assert not index.reachable


async def test_unchanged_it_keeps_what_it_has(api: Any, world: World) -> None:
    api.answers[PATH] = [content("7"), web.Response(status=304)]
    index = world.index()

    await index.ask_once()
    await index.ask_once()

    assert index.knows("7")


@pytest.mark.parametrize(
    "body", [b"1234567", b"\2" * 8 + b"\1" * 8, b"\1" * 8 + b"\1" * 8]
)
async def test_what_is_no_index_is_refused(api: Any, world: World, body: bytes) -> None:
    api.answers[PATH] = [web.Response(body=body)]

    with pytest.raises(ServerUnreachable):
        await world.index().ask_once()


async def test_a_new_thing_is_known_at_once(api: Any, world: World) -> None:
    api.answers[PATH] = [content("7"), content("7", "8"), hang]
    index = world.index()
    following = asyncio.create_task(index.follow())

    await until(lambda: index.knows("8"))
    following.cancel()

    assert index.knows("7")


async def test_without_its_server_it_stays_and_the_return_is_told(
    api: Any, world: World
) -> None:
    broken = web.Response(status=503, text="stopping")
    api.answers[PATH] = [content("7"), broken]
    index = world.index()
    following = asyncio.create_task(index.follow())

    await until(lambda: len(api.asked) > 2 and not index.reachable)
    known_while_stopped = index.knows("7")
    api.answers[PATH] = [web.Response(status=304), hang]
    await until(lambda: index.reachable)
    following.cancel()

    assert known_while_stopped
    assert index.knows("7")
    assert world.returns == 2


async def test_who_has_lost_the_server_does_not_wait_to_hear_of_it(
    api: Any, world: World
) -> None:
    world.write("7")
    api.answers[PATH] = [web.Response(status=304)]
    index = world.index()

    await index.ask_once()
    await index.ask_once()

    first, second = (sent for _, sent, _ in api.asked)
    etag = f'"{version_of(keys_of("7"))}"'
    assert first["If-None-Match"] == second["If-None-Match"] == etag
    assert "Prefer" not in first
    assert second["Prefer"] == "wait=25"


async def test_what_was_heard_yesterday_is_known_before_the_server_answers(
    world: World,
) -> None:
    world.write("7", "ada")
    world.now += timedelta(days=1)

    index = world.index()

    assert index.knows("7")
    assert index.knows("ada")
    assert not index.knows("8")
    assert not index.reachable


async def test_what_the_server_says_is_there_for_the_next_program(
    api: Any, world: World
) -> None:
    api.answers[PATH] = [content("7")]

    await world.index().ask_once()

    assert world.index().knows("7")


async def test_without_a_word_for_a_week_it_is_forgotten(
    api: Any, world: World
) -> None:
    api.answers[PATH] = [web.Response(status=503)]
    world.write("7")
    world.now += timedelta(days=7)
    index = world.index()
    following = asyncio.create_task(index.follow())
    await until(lambda: len(api.asked) > 1)
    known_for_a_week = index.knows("7")

    world.now += timedelta(seconds=1)
    await until(lambda: not index.knows("7"))
    following.cancel()

    assert known_for_a_week
    assert not world.index().knows("7")


async def test_while_the_server_says_it_is_still_so_it_does_not_age(
    api: Any, world: World
) -> None:
    api.answers[PATH] = [web.Response(status=304)]
    world.write("7")
    index = world.index()

    for _ in range(20):
        world.now += timedelta(days=1)
        await index.ask_once()

    assert world.index().knows("7")


async def test_a_file_that_is_no_index_is_as_none(api: Any, world: World) -> None:
    world.file.write(HeardIndex(b"1234567", START))
    api.answers[PATH] = [content("7")]
    index = world.index()

    await index.ask_once()

    assert "If-None-Match" not in api.asked[0][1]
    assert index.knows("7")


async def test_a_disk_that_is_full_costs_the_file_only(
    api: Any, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    api.answers[PATH] = [content("7")]
    # In the place of the file that is to be written there is a folder.
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "inside").touch()
    index = world.index()

    await index.ask_once()

    assert index.knows("7")
    assert "index written=no reason=IsADirectoryError" in caplog.messages
    assert [each.name for each in (tmp_path / "index").iterdir()] == ["inside"]


async def test_a_difference_is_joined_to_what_is_here(api: Any, world: World) -> None:
    api.answers[PATH] = [
        told("7", "ada", whole=("7", "ada")),
        told("ada", "8", whole=("7", "8", "ada")),
    ]
    index = world.index()

    await index.ask_once()
    await index.ask_once()

    assert [None, "1768474800"] == api.since
    assert all(index.knows(each) for each in ("7", "8", "ada"))
    assert 3 == len(index)


async def test_a_difference_that_does_not_come_out_is_replaced_by_the_whole(
    api: Any, world: World
) -> None:
    """Whatever was erased, renamed or late: the version is that of the whole."""
    api.answers[PATH] = [
        told("7", "ada", whole=("7", "ada")),
        told("8", whole=("7", "8")),
        told("7", "8", whole=("7", "8")),
    ]
    index = world.index()

    await index.ask_once()
    await index.ask_once()

    assert [None, "1768474800", None] == api.since
    assert "If-None-Match" not in api.asked[-1][1]
    assert [True, True, False] == [index.knows(each) for each in ("7", "8", "ada")]


async def test_yesterdays_index_needs_the_difference_only(
    api: Any, world: World
) -> None:
    api.answers[PATH] = [told("7", whole=("7",)), told("8", whole=("7", "8"))]
    await world.index().ask_once()
    world.now += timedelta(days=1)
    index = world.index()

    await index.ask_once()

    assert [None, "1768474800"] == api.since
    assert index.knows("7")
    assert index.knows("8")


async def test_who_joins_many_differences_writes_once_an_hour_and_at_the_end(
    api: Any, world: World
) -> None:
    api.answers[PATH] = [told("7", whole=("7",)), told("8", whole=("7", "8")), hang]
    index = world.index()
    following = asyncio.create_task(index.follow())

    await until(lambda: index.knows("8"))
    known_meanwhile = world.index().knows("8")
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following

    assert not known_meanwhile
    assert world.index().knows("8")


async def test_a_difference_is_written_after_an_hour(api: Any, world: World) -> None:
    api.answers[PATH] = [told("7", whole=("7",)), told("8", whole=("7", "8"))]
    index = world.index()
    await index.ask_once()
    world.now += timedelta(hours=1, seconds=1)

    await index.ask_once()

    assert world.index().knows("8")


async def test_what_the_server_calls_an_index_is_not_said_to_it_again(
    api: Any, world: World
) -> None:
    """It could be this client's name, given once and heard again for ever."""
    name = {"ETag": '"you-7"', "Last-Modified": "Thu, 15 Jan 2026 12:34:56 GMT"}
    body = keys_of("7")
    api.answers[PATH] = [
        web.Response(body=body, headers=name),
        web.Response(status=304, headers=name),
    ]
    await world.index().ask_once()
    world.now += timedelta(minutes=59, seconds=59)
    index = world.index()

    await index.ask_once()
    await index.ask_once()

    said = [{name: head.get(name) for name in CONDITIONS} for _, head, _ in api.asked]
    etag = f'"{version_of(body)}"'
    assert said == [dict.fromkeys(CONDITIONS)] + 2 * [
        dict.fromkeys(CONDITIONS) | {"If-None-Match": etag}
    ]
    # What is an hour's is many clients'.
    assert [None, "1768474800", "1768474800"] == api.since


async def test_a_tag_that_was_made_weak_on_its_way_is_the_same(
    api: Any, world: World
) -> None:
    joined = told("8", whole=("7", "8"))
    joined.headers["ETag"] = f"W/{joined.headers['ETag']}"
    api.answers[PATH] = [content("7"), joined]
    index = world.index()

    await index.ask_once()
    await index.ask_once()

    assert 2 == len(api.asked)
    assert index.knows("8")


async def test_another_refusal_is_one(api: Any, world: World) -> None:
    error = {"error": "forbidden", "error_description": "", "error_uri": ""}
    api.answers[PATH] = [web.json_response(error, status=403)]

    with pytest.raises(Refused):
        await world.index().ask_once()
