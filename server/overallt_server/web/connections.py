"""Connections: how many are open, in all and from one line, and how slow one may be.

Each open connection costs us memory and a file, before it has asked for anything. So
they are counted where they begin: past what there is room for one is told when to come
back, and closed, and past what one line may have too, so that nobody fills the room
alone. Who does not ask is ended by the framework; who does not fetch what he asked for
is ended here, once his answer has waited for too long. A server in front has one line,
this computer's, for all whom it serves: there only the room counts.
"""

import asyncio
import socket
import struct
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast, override

from overallt_server.core.networks import THIS_COMPUTER, line_of

# No request was read yet, so there is nothing to answer by but the words themselves.
FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Retry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)
_LOOK_EVERY: Final = 1.0
# Whoever knocks at a full house makes us look who has left, but no oftener.
_COUNT_AGAIN_AFTER: Final = 0.05
# On, for no seconds: socket(7), SO_LINGER.
_AT_ONCE: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """How many there may be in *all* and of a *line*, and an answer's patience."""

    all: int
    line: int
    seconds: float


class Connections:
    """Those who are connected, and the door through which each of them comes."""

    def __init__(
        self,
        serve: Callable[[], asyncio.BaseProtocol],
        bounds: ConnectionBounds,
        line_of_peer: Callable[[str], str] = line_of,
    ) -> None:
        """Let *serve* speak with each who is let in."""
        self._serve = serve
        self._bounds = bounds
        self._line_of = line_of_peer
        self._by_line = defaultdict[str, set[asyncio.Transport]](set)
        # Of all that were let in, as many may have gone since they were counted.
        self._count = 0
        self._counted_at = time.monotonic()
        self._waits_since: dict[asyncio.Transport, float] = {}

    def door(self) -> asyncio.Protocol:
        """Return what stands at the beginning of a connection."""
        return _Door(self)

    def let_in(self, transport: asyncio.Transport) -> None:
        """Count *transport* and let it be served, or tell it that there is no room."""
        line = self._line_of(str(transport.get_extra_info("peername")[0]))
        if self._is_full(line):
            transport.write(FULL)
            transport.close()
            return
        self._by_line[line].add(transport)
        self._count += 1
        protocol = self._serve()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    async def end_slow_readers(self) -> None:
        """Look again and again for answers that nobody fetches; never returns."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            self._forget_closed()
            now = time.monotonic()
            waiting = [each for each in self._open() if each.get_write_buffer_size()]
            self._waits_since = {
                each: self._waits_since.get(each, now) for each in waiting
            }
            for transport, since in self._waits_since.items():
                if now - since >= self._bounds.seconds:
                    # What the kernel keeps for him is thrown away, too.
                    socket_ = transport.get_extra_info("socket")
                    socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                    transport.abort()

    def _is_full(self, line: str) -> bool:
        since = time.monotonic() - self._counted_at
        if self._is_at_bound(line) and since >= _COUNT_AGAIN_AFTER:
            self._forget_closed()
        return self._is_at_bound(line)

    def _is_at_bound(self, line: str) -> bool:
        if self._count >= self._bounds.all:
            return True
        of_line = len(self._by_line.get(line, ()))
        return line != THIS_COMPUTER and of_line >= self._bounds.line

    def _forget_closed(self) -> None:
        still_open = {each for each in self._open() if not each.is_closing()}
        self._by_line = defaultdict(
            set,
            {
                line: kept
                for line, some in self._by_line.items()
                if (kept := some & still_open)
            },
        )
        self._count = len(still_open)
        self._counted_at = time.monotonic()

    def _open(self) -> list[asyncio.Transport]:
        return [each for some in self._by_line.values() for each in some]


class _Door(asyncio.Protocol):
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.let_in(cast("asyncio.Transport", transport))
