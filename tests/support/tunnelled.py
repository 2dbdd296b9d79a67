"""What a phone sends through its tunnel: ports of this machine that lead into it.

TCP is the least that a tunnel without losses needs: all in order, nothing sent twice.
"""

import asyncio
import itertools
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, override

from loopback import HOST
from wireguard import Tunnel

TCP, UDP = 6, 17
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
TCP_HEAD: Final = struct.Struct("!HHIIBBHHH")
WINDOW: Final = 32_000
SEGMENT: Final = 1200
PATIENCE_SECONDS: Final = 5

type Address = tuple[str, int]


class Phone:
    """A phone at the end of *tunnel*, with its own *addresses*, old and new."""

    def __init__(self, tunnel: Tunnel, addresses: tuple[str, str]) -> None:
        self._tunnel = tunnel
        self._own = {ip_address(each).version: each for each in addresses}
        self._ports = itertools.count(20_000)
        self._queues: dict[int, asyncio.Queue[bytes]] = {}
        tunnel.take = self._take

    async def ask(self, to: Address, datagram: bytes) -> bytes:
        """Send one datagram; return the one that comes back."""
        port, queue = self._open()
        self.send(UDP, to, _udp(port, to[1], datagram))
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await queue.get())[8:]

    @asynccontextmanager
    async def tcp(self, to: Address) -> AsyncIterator[int]:
        """Lead a port of this machine to *to*; give the port."""

        async def join(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            port, queue = self._open()
            stream = _Stream(self, port, to, queue)
            await stream.join(reader, writer)
            writer.close()

        server = await asyncio.start_server(join, HOST, 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    @asynccontextmanager
    async def udp(self, to: Address) -> AsyncIterator[int]:
        """Lead a port of this machine to *to*; give the port."""
        port, queue = self._open()
        loop = asyncio.get_running_loop()
        transport, door = await loop.create_datagram_endpoint(
            lambda: _Door(self, port, to), (HOST, 0)
        )
        back = asyncio.create_task(door.bring(queue))
        try:
            yield transport.get_extra_info("sockname")[1]
        finally:
            back.cancel()
            transport.close()

    def send(self, protocol: int, to: Address, segment: bytes) -> None:
        """Send *segment*, with its sum, to *to*."""
        target = ip_address(to[0])
        ends = ip_address(self._own[target.version]).packed + target.packed
        at = 16 if protocol == TCP else 6
        common = ends + struct.pack("!II", len(segment), protocol)
        total = struct.pack("!H", _sum(common + segment) or 0xFFFF)
        segment = segment[:at] + total + segment[at + 2 :]
        if target.version == 6:
            head = struct.pack("!IHBB", 6 << 28, len(segment), protocol, 64) + ends
        else:
            length = 20 + len(segment)
            head = struct.pack("!BBHIBBH", 0x45, 0, length, 0, 64, protocol, 0)
            head += ends
            head = head[:10] + struct.pack("!H", _sum(head)) + head[12:]
        self._tunnel.send(head + segment)

    def _open(self) -> tuple[int, asyncio.Queue[bytes]]:
        port = next(self._ports)
        return port, self._queues.setdefault(port, asyncio.Queue())

    def _take(self, packet: bytes) -> None:
        if packet[0] >> 4 == 6:
            (length,) = struct.unpack_from("!H", packet, 4)
            segment = packet[40 : 40 + length]
        else:
            (length,) = struct.unpack_from("!H", packet, 2)
            segment = packet[20:length]
        (port,) = struct.unpack_from("!H", segment, 2)
        self._queues[port].put_nowait(segment)


class _Door(asyncio.DatagramProtocol):
    """A port of this machine through which datagrams pass into the tunnel."""

    def __init__(self, phone: Phone, port: int, to: Address) -> None:
        self._phone, self._port, self._to = phone, port, to

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._caller = addr
        segment = _udp(self._port, self._to[1], data)
        self._phone.send(UDP, self._to, segment)

    async def bring(self, queue: asyncio.Queue[bytes]) -> None:
        """Bring back to the caller what comes."""
        while True:
            self._transport.sendto((await queue.get())[8:], self._caller)


@dataclass
class _Stream:
    """One TCP connection through the tunnel."""

    phone: Phone
    port: int
    to: Address
    queue: asyncio.Queue[bytes]
    sent: int = 1000
    seen: int = 0

    async def join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on both ways until both ends have closed."""
        self._say(SYN)
        self.sent += 1
        _, number, _ = _parts(await self.queue.get())
        self.seen = number + 1
        self._say(ACK)
        out = asyncio.create_task(self._out(reader))
        await self._back(writer)
        out.cancel()

    async def _out(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(SEGMENT):
            self._say(ACK | PSH, data)
            self.sent += len(data)
        self._say(ACK | FIN)
        self.sent += 1

    async def _back(self, writer: asyncio.StreamWriter) -> None:
        while True:
            flags, number, data = _parts(await self.queue.get())
            if flags & RST:
                return
            if number == self.seen and (data or flags & FIN):
                self.seen += len(data) + bool(flags & FIN)
                self._say(ACK)
                writer.write(data)
                if flags & FIN:
                    return

    def _say(self, flags: int, data: bytes = b"") -> None:
        head = TCP_HEAD.pack(
            *(self.port, self.to[1], self.sent, self.seen),
            *(5 << 4, flags, WINDOW, 0, 0),
        )
        self.phone.send(TCP, self.to, head + data)


def _parts(segment: bytes) -> tuple[int, int, bytes]:
    """Return a segment's flags, number and data."""
    _, _, number, _, length, flags, *_ = TCP_HEAD.unpack_from(segment)
    return flags, number, segment[(length >> 4) * 4 :]


def _udp(port: int, to: int, datagram: bytes) -> bytes:
    return struct.pack("!HHHH", port, to, 8 + len(datagram), 0) + datagram


def _sum(text: bytes) -> int:
    """Return the sum that IP, UDP and TCP protect themselves by (RFC 1071)."""
    text += bytes(len(text) % 2)
    total: int = sum(struct.unpack(f"!{len(text) // 2}H", text))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
