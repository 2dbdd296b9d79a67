"""The server as a process: it listens, answers, and ends when it is asked to."""

import asyncio
import os
import signal
import socket
from typing import TYPE_CHECKING

import aiohttp
import pytest

from overallt_server.web.serving import CannotListen, serve

if TYPE_CHECKING:
    from overallt_server.settings import Settings


async def test_it_answers_until_it_is_asked_to_stop(
    settings: "Settings", sqlite_url: str
) -> None:
    settings.database = sqlite_url
    ready = asyncio.Event()
    serving = asyncio.create_task(serve(settings, ready.set))
    await asyncio.wait_for(ready.wait(), 10)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{settings.public_url}/healthz") as response,
    ):
        status = response.status

    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 10)

    assert 200 == status
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", settings.listen_port))


async def test_who_waits_for_the_index_does_not_hold_it_up(
    settings: "Settings", sqlite_url: str
) -> None:
    settings.database = sqlite_url
    ready = asyncio.Event()
    serving = asyncio.create_task(serve(settings, ready.set))
    await asyncio.wait_for(ready.wait(), 10)
    path = f"{settings.public_url}/rest/v2/things/index"
    async with aiohttp.ClientSession() as session:
        etag = (await session.get(path)).headers["ETag"]
        waiting = asyncio.create_task(
            session.get(path, headers={"If-None-Match": etag, "Prefer": "wait=25"})
        )
        await asyncio.sleep(0.2)

        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(serving, 4)
        response = await waiting

    assert 304 == response.status


async def test_a_port_in_use_is_one_clear_sentence(
    settings: "Settings", sqlite_url: str
) -> None:
    settings.database = sqlite_url
    with (
        socket.create_server(("127.0.0.1", settings.listen_port)),
        pytest.raises(CannotListen) as refused,
    ):
        await serve(settings, lambda: None)

    assert f"127.0.0.1:{settings.listen_port}" in str(refused.value)
    assert "running already" in str(refused.value)
