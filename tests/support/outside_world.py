"""An internet of its own on this machine: names, public addresses, and sites at them.

The server's one way out is used as it is. What is made up is what it meets there: the
domain name system is a server that speaks it, on loopback, and a socket to a public
address is connected to a local port instead.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, override

import dns.message
import dns.rrset
import trustme
from aiohttp import AddrInfoType, web
from dns.asyncresolver import Resolver
from dns.rdatatype import RdataType
from loopback import HOST

from overallt_server.outside.fetching import WayOut
from overallt_server.outside.names import Names

type Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]

_UNKNOWN = 3
_SECONDS = 60


@dataclass
class OutsideWorld:
    """What there is outside; to be changed by the test while it is asked.

    *addresses* holds for each name what it resolves to, one answer after the other, the
    last one for ever. *texts* are the records of a name. *ports* says which local port
    a public address and its port lead to.
    """

    authority: trustme.CA = field(default_factory=trustme.CA)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    ports: dict[tuple[str, int], int] = field(default_factory=dict)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    dns_port: int = 0
    _numbers: Any = field(default_factory=lambda: count(1))
    _runners: list[web.AppRunner] = field(default_factory=list)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def way_out(self) -> WayOut:
        resolver = Resolver(configure=False)
        resolver.nameservers = [HOST]
        resolver.port = self.dns_port
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.authority.configure_trust(trusting)
        return WayOut(Names(resolver), dial=self._dial, tls=trusting)

    def name(self, host: str, *addresses: str) -> str:
        """Let *host* have these addresses, else a public one of its own; return it."""
        own = addresses or (f"93.184.216.{next(self._numbers)}",)
        self.addresses[host] = list(own)
        return own[0]

    async def site(self, host: str, serve: Serve) -> None:
        """Let *serve* answer for *host*, by http and by https."""
        address = self.name(host)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        self._runners.append(runner)
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert(host).configure_cert(tls)
        await web.TCPSite(runner, HOST, 0).start()
        await web.TCPSite(runner, HOST, 0, ssl_context=tls).start()
        for port, (_, local) in zip((80, 443), runner.addresses, strict=True):
            self.ports[address, port] = local

    async def pages(self, host: str, pages: Mapping[str, str]) -> None:
        """Let *host* have these *pages* by their paths; ``to:URL`` leads on."""

        async def serve(request: web.Request) -> web.StreamResponse:
            text = pages.get(request.path)
            if text is None:
                raise web.HTTPNotFound
            if text.startswith("to:"):
                raise web.HTTPFound(text.removeprefix("to:"))
            return web.Response(text=text, content_type="text/html")

        await self.site(host, serve)

    async def raw(self, host: str, answer: bytes, again: bytes = b"") -> str:
        """Let *host* say *answer*, and *again* while anybody listens.

        Its address is returned. It hangs up no sooner than the world ends.
        """

        async def talk(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            self._writers.append(writer)
            with contextlib.suppress(OSError):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                while again:
                    writer.write(again)
                    await writer.drain()

        server = await asyncio.start_server(talk, HOST, 0)
        self._servers.append(server)
        self.ports[self.name(host), 80] = server.sockets[0].getsockname()[1]
        return f"http://{host}/"

    async def close(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        for server in self._servers:
            server.close()
            await server.wait_closed()
        for runner in self._runners:
            await runner.cleanup()

    def _dial(self, address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = address
        self.dialled.append((str(host), int(port)))
        led = _Led(family, kind, protocol)
        # What leads nowhere is refused at once, and not left to the real internet.
        led.to = HOST, self.ports.get((str(host), int(port)), 1)
        return led


class _Led(socket.socket):
    to: tuple[str, int]

    @override
    def connect(self, address: Any, /) -> None:
        super().connect(self.to)


class _NameServer(asyncio.DatagramProtocol):
    def __init__(self, world: OutsideWorld) -> None:
        self._world = world

    @override
    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        if name not in self._world.addresses | self._world.texts:
            answer.set_rcode(dns.rcode.Rcode(_UNKNOWN))
        records = self._records(name, question.rdtype)
        if records:
            answer.answer.append(
                dns.rrset.from_text_list(
                    question.name, _SECONDS, "IN", question.rdtype, records
                )
            )
        self._transport.sendto(answer.to_wire(), addr)

    def _records(self, name: str, kind: RdataType) -> Sequence[str]:
        if kind == RdataType.TXT:
            return [f'"{text}"' for text in self._world.texts.get(name, [])]
        answers = self._world.addresses.get(name, [])
        if kind == RdataType.AAAA:
            return [each for each in answers if ":" in each]
        if len(answers) > 1 and ":" not in answers[0]:
            return [answers.pop(0)]
        return [each for each in answers if ":" not in each]


@asynccontextmanager
async def outside_world() -> AsyncIterator[OutsideWorld]:
    """Give a world in which nothing is yet."""
    world = OutsideWorld()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _NameServer(world), local_addr=(HOST, 0)
    )
    world.dns_port = transport.get_extra_info("sockname")[1]
    try:
        yield world
    finally:
        transport.close()
        await world.close()
