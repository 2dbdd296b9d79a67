"""Which things exist, known without asking about any one of them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from overallt.client import index as client_index
from overallt.client.index import Index
from overallt.client.server import Server, ServerUnreachable
from overallt.protocol.ids import index_key

PATH = "GET /rest/v2/things/index"


def content(*ids: str) -> web.Response:
    keys = b"".join(sorted(map(index_key, ids)))
    return web.Response(body=keys, headers={"ETag": f'"{"-".join(ids)}"'})


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response(status=304)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_index, "PACE_SECONDS", 0.01)
    monkeypatch.setattr(client_index, "FIRST_RETRY_SECONDS", 0.01)


async def test_it_knows_what_exists_and_nothing_else(api: Any, server: Server) -> None:
    ids = [str(number) for number in range(1, 500)] + ["ada"]
    api.answers[PATH] = [content(*ids)]
    index = Index(server)

    await index.ask_once()

    assert all(index.knows(each) for each in ids)
    assert index.knows("Ada")
    assert not any(index.knows(each) for each in ("500", "0", "grace"))
    assert len(index) == 500


async def test_before_the_first_answer_it_knows_nothing(server: Server) -> None:
    index = Index(server)

    assert not index.knows("7")
    assert not index.reachable


async def test_unchanged_it_keeps_what_it_has(api: Any, server: Server) -> None:
    api.answers[PATH] = [content("7"), web.Response(status=304)]
    index = Index(server)

    await index.ask_once()
    await index.ask_once()

    assert index.knows("7")


@pytest.mark.parametrize(
    "body", [b"1234567", b"\2" * 8 + b"\1" * 8, b"\1" * 8 + b"\1" * 8]
)
async def test_what_is_no_index_is_refused(
    api: Any, server: Server, body: bytes
) -> None:
    api.answers[PATH] = [web.Response(body=body)]

    with pytest.raises(ServerUnreachable):
        await Index(server).ask_once()


async def test_a_new_thing_is_known_at_once(api: Any, server: Server) -> None:
    api.answers[PATH] = [content("7"), content("7", "8"), hang]
    index = Index(server)
    following = asyncio.create_task(index.follow())

    await until(lambda: index.knows("8"))
    following.cancel()

    assert index.knows("7")


async def test_a_server_that_stopped_has_no_things_until_it_is_back(
    api: Any, server: Server
) -> None:
    broken = web.Response(status=503, text="stopping")
    api.answers[PATH] = [content("7"), broken]
    index = Index(server)
    following = asyncio.create_task(index.follow())

    await until(lambda: len(api.asked) > 2 and not index.reachable)
    known_while_stopped = index.knows("7")
    api.answers[PATH] = [content("7"), hang]
    await until(lambda: index.knows("7"))
    following.cancel()

    assert not known_while_stopped
    assert index.reachable
