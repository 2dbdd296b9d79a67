"""Past what may be read at once one is refused for a moment; who waits is no reader."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from loopback import free_port

from overallt.protocol import codec, messages
from overallt_server.settings import Settings
from overallt_server.web.readers import READERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.conftest import World


@pytest.fixture
def settings(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    return Settings(listen_port=free_port(), readers_at_once=1)


async def test_past_what_may_be_read_it_is_503_and_when_to_come_back(
    world: "World",
) -> None:
    with world.app[READERS].inside():
        refused = await world.client.get("/rest/v2/languages")
        page = await world.client.get("/")
    after = await world.client.get("/rest/v2/languages")
    error = codec.decode(messages.Error, await refused.text())

    assert [503, 503, 200] == [each.status for each in (refused, page, after)]
    assert "1" == refused.headers["Retry-After"]
    assert "server_busy" == error.error


async def test_a_full_house_lives_and_takes_flattrs(world: "World") -> None:
    thing = await world.thing(await world.user("bo"))
    headers = await world.bearer(await world.patron("ada"))
    with world.app[READERS].inside():
        health = await world.client.get("/healthz")
        flattr = await world.client.post(
            f"/rest/v2/things/{thing.id}/flattr", headers=headers
        )

    assert [200, 200] == [health.status, flattr.status]


async def test_who_waits_for_the_index_keeps_nobody_out(world: "World") -> None:
    path = "/rest/v2/things/index"
    etag = (await world.client.get(path)).headers["ETag"]
    headers = {"If-None-Match": etag, "Prefer": "wait=25"}
    waiting = asyncio.create_task(world.client.get(path, headers=headers))

    async with asyncio.timeout(10):
        while (await world.client.get("/rest/v2/languages")).status != 200:
            pass  # It has not come to wait yet.

    assert not waiting.done()
    waiting.cancel()
