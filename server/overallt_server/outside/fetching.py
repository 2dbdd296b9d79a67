"""The one way out: whatever the server fetches goes through here.

Others name the addresses, so an address may be meant to reach what only this machine
can: a database, a router, a cloud's own keys. Hence no address is judged by its name.
It is judged where the socket is made, by the very address that it is connected to: so a
name that is harmless when it is looked at and 127.0.0.1 a moment later gains nothing
(DNS rebinding), nor does another spelling, nor a redirect, of which each is a request
like the first.

Whoever answers may be hostile, too: there is one time for all of it, redirects and slow
bodies included, and of what comes only so much is unpacked and kept.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit

from aiohttp import (
    AddrInfoType,
    ClientError,
    ClientResponse,
    ClientSession,
    DummyCookieJar,
    TCPConnector,
)

from overallt.protocol.public_addresses import is_public
from overallt_server.core.found_pages import FoundPage, Unreachable
from overallt_server.core.refusals import InvalidThing
from overallt_server.core.urls import normal_url
from overallt_server.outside.names import Names

SECONDS: Final = 10.0
MAX_BYTES: Final = 1024 * 1024
MAX_REDIRECTS: Final = 5
AT_ONCE: Final = 16
PORTS: Final = frozenset({80, 443})

_PIECE_BYTES: Final = 16 * 1024
_HEADERS: Final = {
    # What is not asked for we need not unpack.
    "Accept-Encoding": "gzip",
    "Accept-Language": "en, *;q=0.5",
    "User-Agent": "overallt-server (reads pages that its users name)",
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# Either of gzip and zlib, by its first bytes.
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS

type Dial = Callable[[AddrInfoType], socket.socket]


def dial(address: AddrInfoType) -> socket.socket:
    """Return a socket for *address*, not connected yet."""
    family, kind, protocol, *_ = address
    return socket.socket(family, kind, protocol)


class WayOut:
    """Fetches pages; *names*, *dial* and *tls* are the world's edge."""

    def __init__(
        self,
        names: Names,
        *,
        dial: Dial = dial,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.names = names
        self._dial = dial
        self._tls = tls or ssl.create_default_context()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, url: str, *, leaves_host: bool = True) -> FoundPage:
        """Return what is at *url*, at most ``MAX_BYTES`` of it.

        Redirects are followed; to another host only if it *leaves_host*.

        Raises:
            Unreachable: it cannot be reached, or may not.
        """
        try:
            async with asyncio.timeout(SECONDS), self._turns:
                return await self._fetch(url, leaves_host=leaves_host)
        except TimeoutError as error:
            raise Unreachable("It took too long to answer.") from error
        except (ClientError, OSError, ValueError) as error:
            raise Unreachable("It could not be reached.") from error
        except zlib.error as error:
            raise Unreachable("What it answered could not be unpacked.") from error

    async def _fetch(self, url: str, *, leaves_host: bool) -> FoundPage:
        async with ClientSession(
            connector=TCPConnector(
                resolver=self.names,
                use_dns_cache=False,
                socket_factory=self._judged,
                ssl=self._tls,
                force_close=True,
            ),
            cookie_jar=DummyCookieJar(),
            headers=_HEADERS,
            auto_decompress=False,
        ) as session:
            for _ in range(1 + MAX_REDIRECTS):
                async with session.get(_way_to(url), allow_redirects=False) as answer:
                    if answer.status not in _REDIRECTS:
                        return await _page(url, answer)
                    target = urljoin(url, answer.headers.get("Location", ""))
                if not leaves_host and _host(target) != _host(url):
                    raise Unreachable("It leads to another host.")
                url = target
        raise Unreachable("It leads from one address to the next without an end.")

    def _judged(self, address: AddrInfoType) -> socket.socket:
        host, port = address[4][:2]
        if port not in PORTS or not is_public(str(host)):
            raise OSError("This is no address of the public internet.")
        return self._dial(address)


def _way_to(url: str) -> str:
    try:
        return normal_url(url).partition("#")[0]
    except InvalidThing as error:
        raise Unreachable(str(error)) from error


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


async def _page(url: str, answer: ClientResponse) -> FoundPage:
    if answer.status != HTTPStatus.OK:
        raise Unreachable(f"It answered {answer.status}.")
    return FoundPage(
        url=url,
        media_type=answer.content_type.lower(),
        charset=answer.charset,
        body=await _body(answer),
    )


async def _body(answer: ClientResponse) -> bytes:
    unpacks = _unpacking(answer.headers.get("Content-Encoding", "identity"))
    body = bytearray()
    while len(body) < MAX_BYTES and (piece := await answer.content.read(_PIECE_BYTES)):
        body += unpacks(piece, MAX_BYTES - len(body))
    return bytes(body[:MAX_BYTES])


def _unpacking(encoding: str) -> Callable[[bytes, int], bytes]:
    if encoding.lower() == "identity":
        return lambda piece, _most: piece
    if encoding.lower() not in {"gzip", "x-gzip", "deflate"}:
        raise Unreachable("It answered in an encoding that nobody asked for.")
    # What is left over, once it is more than is wanted, is never looked at.
    return zlib.decompressobj(_GZIP_OR_ZLIB).decompress
