"""A site that speaks HTTP/2 and answers with what was written beforehand."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived

type Headers = Sequence[tuple[str, str]]


@dataclass
class Http2Site:
    """What it says to each path: headers, and pieces with a moment between them.

    *open* counts the connections that were opened.
    """

    pages: dict[str, tuple[Headers, list[bytes]]] = field(default_factory=dict)
    opened: int = 0
    port: int = 0

    async def answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer all requests of one connection."""
        self.opened += 1
        connection = H2Connection(H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        async with asyncio.TaskGroup() as answers:
            while data := await reader.read(65535):
                for event in connection.receive_data(data):
                    if isinstance(event, RequestReceived):
                        path = dict(event.headers)[b":path"].decode()
                        answers.create_task(
                            self._say(connection, writer, event.stream_id, path)
                        )
                    elif isinstance(event, DataReceived):
                        connection.acknowledge_received_data(
                            event.flow_controlled_length, event.stream_id
                        )
                writer.write(connection.data_to_send())
        writer.close()

    async def _say(
        self,
        connection: H2Connection,
        writer: asyncio.StreamWriter,
        stream: int,
        path: str,
    ) -> None:
        headers, pieces = self.pages[path]
        connection.send_headers(stream, [(":status", "200"), *headers])
        for number, piece in enumerate(pieces):
            if number:
                writer.write(connection.data_to_send())
                await asyncio.sleep(0.01)
            size = connection.max_outbound_frame_size
            for at in range(0, len(piece), size):
                connection.send_data(stream, piece[at : at + size])
        connection.end_stream(stream)
        writer.write(connection.data_to_send())


@asynccontextmanager
async def http2_site(chain: Path) -> AsyncIterator[Http2Site]:
    """Run a site with the certificate of *chain*; its pages are at most 64 KB."""
    site = Http2Site()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(chain)
    tls.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()
    await server.wait_closed()
