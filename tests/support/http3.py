"""HTTP/3: a site that says one page, and who asks for one."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, override

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import serve
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent
from loopback import HOST, free_port

ALPN: Final = ["h3"]
PATIENCE_SECONDS: Final = 5

type Fields = list[tuple[bytes, bytes]]


@dataclass
class Http3Site:
    """A site that answers every request with *body*, under *headers*."""

    port: int
    headers: Fields = field(default_factory=list)
    body: bytes = b""
    asked: list[dict[bytes, bytes]] = field(default_factory=list)


class _Answering(QuicConnectionProtocol):
    site: Http3Site
    http: H3Connection | None = None

    @override
    def quic_event_received(self, event: QuicEvent) -> None:
        self.http = self.http or H3Connection(self._quic)
        for each in self.http.handle_event(event):
            if isinstance(each, HeadersReceived):
                self.site.asked.append(dict(each.headers))
                fields = [(b":status", b"200"), *self.site.headers]
                self.http.send_headers(each.stream_id, fields)
                self.http.send_data(each.stream_id, self.site.body, end_stream=True)
        self.transmit()


@asynccontextmanager
async def http3_site(chain: Path) -> AsyncIterator[Http3Site]:
    """Serve a site over QUIC while the context lasts."""
    configuration = QuicConfiguration(is_client=False, alpn_protocols=ALPN)
    configuration.load_cert_chain(chain, chain)
    site = Http3Site(free_port())

    def answering(*arguments: object, **named: object) -> _Answering:
        protocol = _Answering(*arguments, **named)  # type: ignore[arg-type]
        protocol.site = site
        return protocol

    server = await serve(
        HOST, site.port, configuration=configuration, create_protocol=answering
    )
    try:
        yield site
    finally:
        server.close()  # type: ignore[no-untyped-call]  # It gives no types.
        # Its socket closes in the loop's next round.
        await asyncio.sleep(0)


@dataclass
class Answer:
    """What came back."""

    headers: dict[bytes, bytes]
    body: bytes


class _Asking(QuicConnectionProtocol):
    _headers: Fields
    _body = b""
    _ended: asyncio.Future[Answer]

    async def ask(self, fields: Fields) -> Answer:
        """Ask once."""
        self._ended = asyncio.get_running_loop().create_future()
        self._http = H3Connection(self._quic)
        self._http.send_headers(
            self._quic.get_next_available_stream_id(), fields, end_stream=True
        )
        self.transmit()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._ended

    @override
    def quic_event_received(self, event: QuicEvent) -> None:
        if not hasattr(self, "_http"):
            return
        for each in self._http.handle_event(event):
            if isinstance(each, HeadersReceived):
                self._headers = each.headers
            if isinstance(each, DataReceived):
                self._body += each.data
            if isinstance(each, HeadersReceived | DataReceived) and each.stream_ended:
                self._ended.set_result(Answer(dict(self._headers), self._body))


async def ask(port: int, ca: Path, host: str, sni: str | None = None) -> Answer:
    """Ask for the first page of *host*, greeting as *sni*, by this machine's *port*.

    Raises:
        ConnectionError: there is no connection to be had.
    """
    configuration = QuicConfiguration(
        alpn_protocols=ALPN, server_name=sni or host, verify_mode=ssl.CERT_REQUIRED
    )
    configuration.load_verify_locations(cafile=str(ca))
    async with connect(
        HOST, port, configuration=configuration, create_protocol=_Asking
    ) as asking:
        assert isinstance(asking, _Asking)
        return await asking.ask(
            [
                (b":method", b"GET"),
                (b":scheme", b"https"),
                (b":authority", host.encode()),
                (b":path", b"/"),
                (b"accept-encoding", b"gzip"),
            ]
        )
