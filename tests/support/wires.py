"""What lies between a program and its database, and may swallow every byte.

A firewall that has forgotten a connection, or a machine that has lost its network, says
nothing to either end: what is sent is gone, and so is the word that one has hung up.
Each end's TCP asks now and then whether there is anybody, and finds that there is not.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

PIECE_BYTES = 65_536
# By what the server asks for it is a minute; no test waits that long.
NOTICED_AFTER_SECONDS = 1


def _whole() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Wire:
    """A way to the *port* of this machine; *url* is to be asked in its stead."""

    url: str
    port: int
    _whole: asyncio.Event = field(default_factory=_whole)

    @contextmanager
    def swallowing(self) -> Iterator[None]:
        """Swallow all until the end of the block.

        Then new connections pass; those of before are lost for good.
        """
        self._whole.clear()
        yield
        self._whole = _whole()

    async def carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one connection there, until this is cancelled."""
        whole = self._whole
        there, onwards = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.TaskGroup() as both_ways:
                both_ways.create_task(_pass_on(reader, onwards, whole))
                both_ways.create_task(_pass_on(there, writer, whole))
        finally:
            writer.close()
            onwards.close()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whole: asyncio.Event
) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(PIECE_BYTES):
            if whole.is_set():
                writer.write(piece)
                await writer.drain()
    if not whole.is_set():
        await asyncio.sleep(NOTICED_AFTER_SECONDS)
    writer.close()


@asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    """Lay a way to the database at *url*; it is gone with the end of the block."""
    address, name = url.rsplit("/", 1)
    host, port = address.rsplit(":", 1)
    made = Wire("", int(port))
    connections: set[asyncio.Task[Any]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        await made.carry(reader, writer)

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    made.url = f"{host}:{server.sockets[0].getsockname()[1]}/{name}"
    try:
        yield made
    finally:
        server.close()
        for each in connections:
            each.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
