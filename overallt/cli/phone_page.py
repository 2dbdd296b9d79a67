"""The page where a phone gets the certificate authority and is told the rest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from overallt.cli.places import HostPort
from overallt.gateway.languages import preferred
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages

# What both Android and iOS take for an authority to be installed.
_CERTIFICATE_TYPE = "application/x-x509-ca-cert"


@dataclass(frozen=True, slots=True)
class PhonePage:
    """The page of the CA in the file *ca*, for the phone's proxy at *proxy*."""

    server_url: str
    ca: Path
    proxy: HostPort

    def app(self) -> web.Application:
        """Make the little site: the page, its style, the authority."""
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/gateway.css", self._style)
        app.router.add_get("/overallt.crt", self._certificate)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        host, port = self.proxy
        return _response(self._pages(request).show("phone.html", host=host, port=port))

    async def _style(self, request: web.Request) -> web.Response:
        return _response(self._pages(request).part("gateway.css", "text/css"))

    async def _certificate(self, _: web.Request) -> web.Response:
        return web.Response(
            body=self.ca.read_bytes(), headers={"Content-Type": _CERTIFICATE_TYPE}
        )

    def _pages(self, request: web.Request) -> Pages:
        language = preferred(request.headers.get("Accept-Language", ""))
        return Pages(self.server_url, language)


@asynccontextmanager
async def serving(page: PhonePage, host: str) -> AsyncIterator[str]:
    """Serve *page* on *host* while the context lasts; gives its address."""
    runner = web.AppRunner(page.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
        yield f"http://{host}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def _response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status, body=answer.body, headers=dict(answer.headers)
    )
