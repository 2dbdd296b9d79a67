"""Connections are bounded, in all and by line, and who does not read is ended."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, override

import aiohttp
import pytest
from loopback import HOST

from overallt_server.core.networks import line_of
from overallt_server.web.connections import FULL, ConnectionBounds, Connections
from overallt_server.web.serving import serve

if TYPE_CHECKING:
    from overallt_server.settings import Settings

MORE_THAN_A_SOCKET_HOLDS = 32 * 1024 * 1024


class Greeting(asyncio.Protocol):
    """Says so many bytes to whoever comes, and knows when he has gone."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.ended = asyncio.Event()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"x" * self._size)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()


@dataclass(frozen=True, slots=True)
class Listening:
    """A port at which one is greeted, and everybody who was."""

    port: int
    greeted: list[Greeting]


@asynccontextmanager
async def listening(
    bounds: ConnectionBounds, *, line: Callable[[str], str] = line_of, size: int = 1
) -> AsyncIterator[Listening]:
    """Listen within *bounds*; all have gone when this ends."""
    greeted: list[Greeting] = []

    def greet() -> Greeting:
        greeted.append(Greeting(size))
        return greeted[-1]

    connections = Connections(greet, bounds, line)
    server = await asyncio.get_running_loop().create_server(connections.door, HOST, 0)
    looking = asyncio.create_task(connections.end_slow_readers())
    try:
        yield Listening(server.sockets[0].getsockname()[1], greeted)
    finally:
        looking.cancel()
        server.close()
        async with asyncio.timeout(10):
            await asyncio.gather(*(each.ended.wait() for each in greeted))


async def _said_to(port: int, people: int) -> list[bytes]:
    """Return what the first bytes are that each of so many is told; all stay."""
    streams = [await asyncio.open_connection(HOST, port) for _ in range(people)]
    said = [await reader.read(len(FULL)) for reader, _ in streams]
    for _, writer in streams:
        writer.close()
        await writer.wait_closed()
    return said


async def test_past_the_room_for_all_one_is_told_when_to_come_back() -> None:
    async with listening(ConnectionBounds(all=2, line=1, seconds=60)) as here:
        said = await _said_to(here.port, 3)

    assert [b"x", b"x", FULL] == said


async def test_past_what_a_line_may_have_it_is_told_so() -> None:
    bounds = ConnectionBounds(all=9, line=1, seconds=60)
    async with listening(bounds, line=lambda _peer: "203.0.113.7/32") as here:
        said = await _said_to(here.port, 2)

    assert [b"x", FULL] == said


async def test_whoever_leaves_makes_room() -> None:
    async with listening(ConnectionBounds(all=1, line=1, seconds=60)) as here:
        first = await _said_to(here.port, 1)
        async with asyncio.timeout(10):
            while (again := await _said_to(here.port, 1)) == [FULL]:
                pass  # It has not been noticed yet that he has left.

    assert [[b"x"], [b"x"]] == [first, again]


async def test_who_does_not_fetch_an_answer_is_ended() -> None:
    bounds = ConnectionBounds(all=9, line=9, seconds=0.5)
    async with listening(bounds, size=MORE_THAN_A_SOCKET_HOLDS) as here:
        reader, writer = await asyncio.open_connection(HOST, here.port, limit=1)
        first = await reader.read(1)

        async with asyncio.timeout(10):
            await here.greeted[0].ended.wait()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.transport.abort()

    assert b"x" == first


async def test_a_full_server_answers_503(settings: "Settings", sqlite_url: str) -> None:
    settings.database = sqlite_url
    settings.connections = 1
    ready = asyncio.Event()
    serving = asyncio.create_task(serve(settings, ready.set))
    await asyncio.wait_for(ready.wait(), 10)
    address = f"{settings.public_url}/healthz"
    async with aiohttp.ClientSession() as first, aiohttp.ClientSession() as second:
        statuses = [
            (await first.get(address)).status,
            (await second.get(address)).status,
        ]
    serving.cancel()
    await asyncio.wait([serving])

    assert [200, 503] == statuses
