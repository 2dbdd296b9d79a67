"""The pages of a phone's set-up: one for the phone, one for this computer's screen.

On its own page the phone gets the certificate authority and is told the rest. Whoever
listens in its network can read that page; so the code with the tunnel's key is shown on
another one, which only this computer can open, and of those who use it only who knows
its address.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import segno
from aiohttp import web

from overallt.cli.places import HostPort
from overallt.gateway.languages import preferred
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages

# What both Android and iOS take for an authority to be installed.
_CERTIFICATE_TYPE = "application/x-x509-ca-cert"


@dataclass(frozen=True, slots=True)
class PhonePage:
    """The page of the CA in the file *ca*, for the phone's proxy at *proxy*.

    *wireguard* says that the phone will reach it through WireGuard.
    """

    server_url: str
    ca: Path
    proxy: HostPort
    wireguard: bool

    def app(self) -> web.Application:
        """Make the little site: the page, its style, the authority."""
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/gateway.css", _style)
        app.router.add_get("/overallt.crt", self._certificate)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        host, port = self.proxy
        pages = _pages(request, self.server_url)
        answer = pages.show(
            "phone.html", host=host, port=port, wireguard=self.wireguard
        )
        return _response(answer)

    async def _certificate(self, _: web.Request) -> web.Response:
        return web.Response(
            body=self.ca.read_bytes(), headers={"Content-Type": _CERTIFICATE_TYPE}
        )


@dataclass(frozen=True, slots=True)
class CodePage:
    """The page at *secret* that shows *text* as a code for a phone's camera."""

    server_url: str
    secret: str
    text: str

    def app(self) -> web.Application:
        """Make the little site: the page and its style."""
        app = web.Application()
        app.router.add_get(f"/{self.secret}", self._page)
        app.router.add_get("/gateway.css", _style)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        drawn = segno.make(self.text).svg_inline(light="white", omitsize=True)
        pages = _pages(request, self.server_url)
        return _response(pages.show("wireguard.html", code=drawn))


@asynccontextmanager
async def serving(page: PhonePage | CodePage, host: str) -> AsyncIterator[str]:
    """Serve *page* on *host* while the context lasts; gives its site's address."""
    runner = web.AppRunner(page.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        yield f"http://{host}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def _style(_: web.Request) -> web.Response:
    file = Pages("", "en").part("gateway.css", "text/css")
    return _response(file)


def _pages(request: web.Request, server_url: str) -> Pages:
    language = preferred(request.headers.get("Accept-Language", ""))
    return Pages(server_url, language)


def _response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status, body=answer.body, headers=dict(answer.headers)
    )
