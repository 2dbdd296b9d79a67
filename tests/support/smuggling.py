"""Requests hidden in others, and a site that says which requests it saw."""

import asyncio
import dataclasses
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

# The last word on each connection: so it is closed once all before it is answered.
LAST = b"GET /last HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: plain.test\r\n\r\n"


def around(hidden: bytes) -> dict[str, tuple[bytes, bytes]]:
    """Hide a request in others, each a head's last lines and what follows it."""
    size = b"%d" % len(hidden)
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(hidden), hidden)
    chunk_head = b"%d" % (len(b"%x" % len(hidden)) + 2)
    none = b"0\r\n\r\n" + hidden
    all_of_it = b"Content-Length: %d" % len(none)
    large = hidden.ljust(66_000, b" ")
    return {
        "a body": (b"Content-Length: " + size, hidden),
        "a large body": (b"Content-Length: 66000", large),
        "a body in chunks": (b"Transfer-Encoding: chunked", chunk),
        "CL.TE": (all_of_it + b"\r\nTransfer-Encoding: chunked", none),
        "TE.CL": (
            b"Transfer-Encoding: chunked\r\nContent-Length: " + chunk_head,
            chunk,
        ),
        "TE.TE": (
            all_of_it + b"\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: cow",
            none,
        ),
        "TE of a kind": (all_of_it + b"\r\nTransfer-Encoding: xchunked", none),
        "TE with a blank": (all_of_it + b"\r\nTransfer-Encoding : chunked", none),
        "TE with a tab": (all_of_it + b"\r\nTransfer-Encoding:\x0bchunked", none),
        "TE in a folded line": (
            all_of_it + b"\r\nTransfer-Encoding:\r\n chunked",
            none,
        ),
        "TE after a bare LF": (
            all_of_it + b"\r\nX: y\nTransfer-Encoding: chunked",
            none,
        ),
        "two lengths": (b"Content-Length: 0\r\nContent-Length: " + size, hidden),
        "two lengths in one": (b"Content-Length: 0, " + size, hidden),
        "a length in a folded line": (b"Content-Length: " + size + b"\r\n 0", hidden),
        "a length with a sign": (b"Content-Length: +0", hidden),
        "a length below zero": (b"Content-Length: -1", hidden),
        "a chunk that is too long": (
            b"Transfer-Encoding: chunked",
            b"1\r\nxx\r\n0\r\n\r\n" + hidden,
        ),
        "a chunk ended by a bare LF": (
            b"Transfer-Encoding: chunked",
            b"1\nx\n0\n\n" + hidden,
        ),
    }


@dataclasses.dataclass
class Upstream:
    """A site of another make than the proxy: which paths were asked for, with what.

    ``begun`` is set once something of a body is there.
    """

    asked: list[tuple[str, bytes]] = dataclasses.field(default_factory=list)
    begun: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    port: int = 0
    secure_port: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        first = await request.content.readany()
        self.begun.set()
        self.asked.append((request.path, first + await request.content.read()))
        return web.Response(text="ok")


@asynccontextmanager
async def upstream_site(chain: Path) -> AsyncIterator[Upstream]:
    """Serve such a site, over TLS with the certificate in *chain*, too."""
    upstream = Upstream()
    app = web.Application(client_max_size=200_000)
    app.router.add_route("*", "/{path:.*}", upstream.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(chain)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    upstream.port, upstream.secure_port = (port for _, port in runner.addresses)
    yield upstream
    await runner.cleanup()
