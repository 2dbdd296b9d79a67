"""Requests as another program writes them: any bytes, in any tunnel of the proxy."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, ResponseReceived, StreamEnded, StreamReset
from loopback import HOST

PATIENCE_SECONDS: Final = 5

type Headers = Sequence[tuple[str, str]]


class Wire:
    """A program that speaks to the proxy at *port*, whose authority is *ca*."""

    def __init__(self, port: int, ca: Path) -> None:
        self._port = port
        self._ca = ca

    async def plainly(self, said: bytes) -> bytes:
        """Say it to the proxy itself; return what it answers until it closes."""
        reader, writer = await asyncio.open_connection(HOST, self._port)
        return await _say(reader, writer, said)

    async def through(
        self, host: str, said: bytes, *, sni: str | None = None, tls: bool = True
    ) -> bytes:
        """Say it in a tunnel to *host*, greeting as *sni*; return what is answered."""
        reader, writer = await self._tunnel(host)
        if tls:
            try:
                await writer.start_tls(self._trusting(), server_hostname=sni or host)
            except OSError:
                writer.transport.abort()
                return b""
        return await _say(reader, writer, said)

    async def by_http2(self, host: str, headers: Headers, body: bytes = b"") -> str:
        """Ask in a tunnel to *host*; return the status, or ``""`` if it is cut off."""
        reader, writer = await self._tunnel(host)
        await writer.start_tls(self._trusting("h2"), server_hostname=host)
        # What no browser would send goes out as it stands.
        connection = H2Connection(
            H2Configuration(
                validate_outbound_headers=False, normalize_outbound_headers=False
            )
        )
        connection.initiate_connection()
        connection.send_headers(1, headers, end_stream=not body)
        largest = connection.max_outbound_frame_size
        for at in range(0, len(body), largest):
            is_last = at + largest >= len(body)
            connection.send_data(1, body[at : at + largest], end_stream=is_last)
        status = ""
        writer.write(connection.data_to_send())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while data := await reader.read(65535):
                for event in connection.receive_data(data):
                    if isinstance(event, ResponseReceived):
                        status = dict(event.headers)[b":status"].decode()
                    if isinstance(
                        event, (ConnectionTerminated, StreamEnded, StreamReset)
                    ):
                        writer.transport.abort()
                        return status
                writer.write(connection.data_to_send())
        writer.transport.abort()
        return status

    async def _tunnel(
        self, host: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(HOST, self._port)
        writer.write(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer

    def _trusting(self, *protocols: str) -> ssl.SSLContext:
        tls = ssl.create_default_context(cafile=self._ca)
        tls.set_alpn_protocols([*protocols] or ["http/1.1"])
        return tls


async def _say(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytes
) -> bytes:
    answered = b""
    # Whoever is refused may find the connection closed before he has said all.
    with suppress(OSError):
        writer.write(said)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while data := await reader.read(65535):
                answered += data
    writer.transport.abort()
    return answered
