"""The addon in front of an owner's own site: the second place where all parts meet.

Its visitors have no proxy, no gateway and no sign-in here. A button is a link to its
thing's page on the server; nothing is asked, sealed or kept for anybody.

```
next_layer       TLS or not: as the owner says, not as the visitor does
requestheaders   whom it is for and whom it is from, said as the upstream reads it
server_connect   to the upstream, and never anywhere else
responseheaders  a page in pieces? then its body streams through a rewriter
response         a page that came whole? then it is rewritten whole
```

What a visitor says about hosts (an address in the request line, ``Host``, the name in
his TLS greeting) goes to the upstream as text. It never decides where to connect.
"""

import asyncio
import contextlib
from typing import Protocol

from mitmproxy import http
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers import ClientTLSLayer, HttpLayer, ServerTLSLayer
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.proxy.tunnel import LayerStack
from mitmproxy.tls import TlsData

from overallt.proxy.following import keep_up
from overallt.proxy.forwarded import fit_forwarded
from overallt.proxy.pages import Pages, Printing
from overallt.proxy.site_certificate import SiteCertificate
from overallt.proxy.site_settings import SiteSettings
from overallt.proxy.thing_buttons import ThingButtons


class Things(Protocol):
    """Which things exist, followed while ``follow`` runs."""

    def knows(self, tag_id: str) -> bool:
        """Tell whether a thing exists for what a text tag says."""
        ...  # pragma: no cover

    async def follow(self) -> None:
        """Keep up with the server, until cancelled."""
        ...  # pragma: no cover


class SiteAddon:
    """What mitmproxy calls; one for each worker.

    Raises:
        OSError, OpenSSL.SSL.Error: the settings' certificate cannot be used.
    """

    def __init__(self, settings: SiteSettings, things: Things) -> None:
        self._settings = settings
        self._things = things
        # The owner's web server in front of us may be on this machine; the reader is
        # somewhere else.
        self._pages = Pages(self._printing, is_here=lambda _: False)
        self._certificate = (
            None
            if settings.certificate is None
            else SiteCertificate(settings.certificate)
        )
        self._following: asyncio.Task[None] | None = None

    def running(self) -> None:
        """Begin to follow which things exist."""
        self._following = asyncio.create_task(keep_up(self._things.follow))

    async def done(self) -> None:
        """Stop following."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following

    def next_layer(self, nextlayer: NextLayer) -> None:
        """Speak TLS with the visitor, or do not; HTTP comes next in any case."""
        context, upstream = nextlayer.context, self._settings.upstream
        stack = LayerStack()
        if upstream.scheme == "https":
            # By whatever name the visitor asks, this one has to answer.
            context.server.sni = upstream.host
            stack /= ServerTLSLayer(context)
        if self._certificate is not None:
            stack /= ClientTLSLayer(context)
        stack /= HttpLayer(context, HTTPMode.transparent)
        nextlayer.layer = stack[0]

    def tls_start_client(self, data: TlsData) -> None:
        """Show the visitor the site's own certificate."""
        if self._certificate is not None:
            data.ssl_conn = self._certificate.connection()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Fit the request to a web server that has a proxy before it."""
        request, client = flow.request, flow.client_conn
        if request.authority and request.http_version.startswith("HTTP/1"):
            # RFC 9112, 3.2.2: an address in the request line outweighs Host. As it
            # stands it would ask the upstream to be a proxy itself.
            request.headers["Host"] = request.authority
            request.authority = ""
        fit_forwarded(
            request.headers,
            peer=client.peername[0],
            tls=client.tls_established,
            host=request.host_header,
        )
        self._pages.requestheaders(flow)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Connect to the upstream only."""
        upstream = self._settings.upstream
        if data.server.address != (upstream.host, upstream.port):
            data.server.error = "Only the site itself is connected to."

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream every response that is not here whole, a page through its rewriter."""
        self._pages.responseheaders(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        """Rewrite a page that is here whole."""
        self._pages.response(flow)

    def _printing(self, _flow: http.HTTPFlow, *, sandboxed: bool) -> Printing:
        buttons = ThingButtons(
            self._settings.server_url,
            exist=self._things.knows,
            max_buttons=self._settings.max_buttons,
            sandboxed=sandboxed,
        )
        # Old markup stays: an address has no page on the server before it is a thing,
        # and who owns the site can write a text tag in its place.
        return Printing(buttons.text_tag, None)
