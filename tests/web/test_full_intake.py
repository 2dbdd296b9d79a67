"""Past what may wait a flattr is refused for a moment; what waits is stored."""

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import aiohttp
import pytest
from loopback import free_port

from overallt.protocol import codec, messages
from overallt_server.settings import Settings
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.web.serving import serve

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import ClientResponse

    from tests.web.conftest import World


@pytest.fixture
def settings(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    return Settings(listen_port=free_port(), flattrs_waiting=2, flattrs_at_once=1)


async def _stored(database: Database) -> int:
    async with database.snapshot() as tx:
        return len((await tx.execute(schema.flattrs.select())).all())


async def test_past_what_may_wait_it_is_503_and_when_to_come_back(
    world: "World",
) -> None:
    bo = await world.user("bo")
    headers = await world.bearer(await world.patron("ada"))
    things = [await world.thing(bo, str(number)) for number in range(8)]

    def flattr(number: int) -> "asyncio.Task[ClientResponse]":
        path = f"/rest/v2/things/{things[number].id}/flattr"
        return asyncio.create_task(world.client.post(path, headers=headers))

    async with world.database.transaction():
        asked = [flattr(number) for number in range(8)]
        # One at most is served and two wait: the others are told so meanwhile.
        while sum(each.done() for each in asked) < 5:
            waiting = [each for each in asked if not each.done()]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    answers = await asyncio.gather(*asked)
    busy = [each for each in answers if each.status == 503]
    error = codec.decode(messages.Error, await busy[0].text())

    assert {200, 503} == {each.status for each in answers}
    assert {"1"} == {each.headers["Retry-After"] for each in busy}
    assert "server_busy" == error.error
    assert 8 - len(busy) == await _stored(world.database)


async def test_who_waits_as_the_server_ends_is_answered_first(
    world: "World", sqlite_url: str
) -> None:
    world.settings.database = sqlite_url
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    await world.client.close()
    ready = asyncio.Event()
    serving = asyncio.create_task(serve(world.settings, ready.set))
    await asyncio.wait_for(ready.wait(), 10)
    path = f"{world.settings.public_url}/rest/v2/things/{thing.id}/flattr"
    async with aiohttp.ClientSession() as session:
        async with world.database.transaction() as tx:
            await tx.execute(schema.flattrs.delete())
            asked = asyncio.create_task(session.post(path, headers=headers))
            await asyncio.wait([asked], timeout=0.3)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait([asked, serving], timeout=0.1)
        answer = await asyncio.wait_for(asked, 10)
        await asyncio.wait_for(serving, 10)

    assert 200 == answer.status
    assert 1 == await _stored(world.database)
