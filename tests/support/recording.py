"""What programs of ours send: a relay that keeps every byte, and every connection."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from loopback import HOST

CHUNK_BYTES: Final = 64 * 1024

# Python's audit hooks stay for good: this one only listens while it is told to.
_listeners: Final[list[list[tuple[str, object]]]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    for heard in _listeners:
        if event in {"socket.connect", "socket.sendto"}:
            heard.append((event, arguments[1]))
        elif event.startswith("socket.get") and event.endswith(
            ("info", "name", "addr")
        ):
            heard.append((event, arguments[0]))


sys.addaudithook(_hear)


@contextmanager
def connecting() -> Iterator[list[tuple[str, object]]]:
    """Give all that this process connects to or looks up, until the block ends."""
    heard: list[tuple[str, object]] = []
    _listeners.append(heard)
    try:
        yield heard
    finally:
        _listeners.remove(heard)


class Recording:
    """Every byte that was sent to the server behind it, one value a connection."""

    def __init__(self, server_port: int) -> None:
        self.sent: list[bytearray] = []
        self._server_port = server_port

    @property
    def heads(self) -> list[str]:
        """The requests: heads, since none of them may have a body."""
        everything = b"".join(self.sent).decode("latin-1")
        assert everything.endswith("\r\n\r\n") or not everything
        return everything.split("\r\n\r\n")[:-1]

    async def relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass everything on in both directions."""
        sent = bytearray()
        self.sent.append(sent)
        from_server, to_server = await asyncio.open_connection(HOST, self._server_port)
        back = asyncio.create_task(_pump(from_server, writer, None))
        await _pump(reader, to_server, sent)
        await back


async def _pump(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, kept: bytearray | None
) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(CHUNK_BYTES):
            if kept is not None:
                kept += data
            target.write(data)
            await target.drain()
    target.close()
    with contextlib.suppress(OSError):
        await target.wait_closed()


@asynccontextmanager
async def recording(*, port: int, server_port: int) -> AsyncIterator[Recording]:
    """Stand at *port* for the server at *server_port* and record what is sent."""
    recording = Recording(server_port)
    async with await asyncio.start_server(recording.relay, HOST, port):
        yield recording
