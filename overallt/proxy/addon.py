"""The addon: the one place where mitmproxy, tagging, gateway and index meet.

```
requestheaders   take out what could not be answered
request          for the reserved host: the gateway answers
server_connect   only to public addresses
responseheaders  a page in pieces? then its body streams through a rewriter
response         a page that came whole? then it is rewritten whole
```

What it takes to rewrite a page is in ``pages``; here is said what to print.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from ipaddress import ip_address

from mitmproxy import http
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from overallt.client.index import Index
from overallt.client.sending import Sending
from overallt.gateway.gateway import Gateway
from overallt.gateway.messages import HOST, Request
from overallt.gateway.seals import Printed
from overallt.proxy.buttons import Buttons
from overallt.proxy.egress import Egress, EgressRefused, Pinned, Resolver
from overallt.proxy.following import keep_up
from overallt.proxy.legacy_embeds import LegacyEmbeds
from overallt.proxy.names import Names
from overallt.proxy.pages import Pages, Printing, may_be_large
from overallt.proxy.settings import BY_ADDRESS, Mode, ProxySettings
from overallt.proxy.tunnels import Tunnels


class Addon:
    """What mitmproxy calls; one for each running proxy."""

    def __init__(
        self,
        settings: ProxySettings,
        gateway: Gateway,
        index: Index,
        sending: Sending,
        *,
        clock: Callable[[], datetime],
        resolve: Resolver,
    ) -> None:
        self._settings = settings
        self._gateway = gateway
        self._index = index
        self._sending = sending
        self._clock = clock
        self._buttons = Buttons(
            gateway, index, max_buttons=settings.max_buttons, clock=clock
        )
        self._pages = Pages(self._printing, is_here=self._is_here)
        own_network = settings.mode is Mode.LOCAL
        self._egress = Egress(
            local_sites=settings.local_sites,
            reserved=frozenset({HOST}),
            own_network=own_network,
            resolve=resolve,
        )
        # It is asked before all others: they go by names.
        self.before: list[object] = []
        if settings.mode in BY_ADDRESS:
            sites = settings.local_sites
            self.before.append(Names(self._egress, sites, own_network=own_network))
        self._following: list[asyncio.Task[None]] = []
        # mitmproxy calls these, too.
        self.beside: list[object] = [Tunnels(settings.opt_out, clock=clock)]
        if settings.legacy:
            self.beside.append(
                LegacyEmbeds(self._buttons, is_left_alone=self._is_left_alone)
            )

    def running(self) -> None:
        """Begin to follow which things exist, and to send what waits."""
        self._following = [
            asyncio.create_task(keep_up(each.follow))
            for each in (self._index, self._sending)
        ]

    async def done(self) -> None:
        """Stop following and sending."""
        for task in self._following:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Fit the request to what this proxy can pass back."""
        request = flow.request
        if _is_for_gateway(flow):
            if request.method not in {"GET", "HEAD"} and may_be_large(request):
                # No form of the gateway's is; the connection is cut, since what
                # would be left on it could be read as the next request.
                flow.kill()  # type: ignore[no-untyped-call]  # It gives no types.
            return
        self._pages.requestheaders(flow)

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Let the gateway answer what is meant for it, or pretends to be."""
        # Who did not send the proxy's password has had his answer.
        if flow.response is not None or not _is_for_gateway(flow):
            return None
        return self._ask_gateway(flow)

    async def _ask_gateway(self, flow: http.HTTPFlow) -> None:
        answer = await self._gateway.answer(_gateway_request(flow), now=self._clock())
        flow.response = http.Response.make(
            answer.status, answer.body, dict(answer.headers)
        )

    async def server_connect(self, data: ServerConnectionHookData) -> None:
        """Connect to the one address that was judged."""
        # First the no: whatever fails in here, nothing unjudged is connected to.
        data.server.error = "Överallt connects to public addresses only."
        asked_for = data.server.address
        if asked_for is None:
            return
        try:
            judged = await self._egress.pin(*asked_for[:2])
        except EgressRefused:
            return
        data.server.address = Pinned.instead_of(asked_for, judged)
        data.server.error = None

    def server_connected(self, data: ServerConnectionHookData) -> None:
        """Give the connection its name back, by which it is found for reuse."""
        pinned = data.server.address
        if isinstance(pinned, Pinned):
            # mitmproxy guards an open connection's address against a change of
            # mind; this is none. Certificates are checked against the name.
            object.__setattr__(data.server, "address", pinned.asked_for)

    def server_connect_error(self, data: ServerConnectionHookData) -> None:
        """Remember the failure by the name that was asked for."""
        self.server_connected(data)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream every response that is not here whole, a page through its rewriter."""
        self._pages.responseheaders(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        """Rewrite a page that is here whole."""
        self._pages.response(flow)

    def _printing(self, flow: http.HTTPFlow, *, sandboxed: bool) -> Printing | None:
        """Return what is printed into a page; ``None`` if it is left alone."""
        request = flow.request
        if len(self._index) == 0 or _is_for_gateway(flow):
            return None
        if self._is_left_alone(request.pretty_host):
            return None
        # What scripts fetch is left alone; what a frame shows is printed for a frame.
        in_document = request.headers.get("sec-fetch-dest") == "document"
        printed = Printed(request.url, in_document=in_document)
        buttons = self._buttons.on(printed, sandboxed=sandboxed)
        return Printing(
            buttons.text_tag, buttons.old if self._settings.legacy else None
        )

    def _is_here(self, flow: http.HTTPFlow) -> bool:
        """Tell whether the browser runs on this machine."""
        if self._settings.mode is Mode.LOCAL:
            return True
        return ip_address(flow.client_conn.peername[0]).is_loopback

    def _is_left_alone(self, host: str) -> bool:
        paused = self._gateway.is_paused(host, now=self._clock())
        return paused or self._settings.opt_out.covers(host)


def _is_for_gateway(flow: http.HTTPFlow) -> bool:
    """Tell whether anything about a request names the reserved host."""
    request, sni = flow.request, flow.client_conn.sni
    # Every request comes here more than once, and to take its names apart is slow.
    if HOST not in f"{request.host} {request.host_header} {sni}".lower():
        return False
    names = (request.host, request.pretty_host, sni or "")
    return any(name.lower().rstrip(".") == HOST for name in names)


def _gateway_request(flow: http.HTTPFlow) -> Request:
    request = flow.request
    fields = {
        name.decode("latin-1").lower(): request.headers[name.decode("latin-1")]
        for name, _ in request.headers.fields
    }
    fields["host"] = request.host_header or ""
    # HTTP/2 may send one cookie a line (RFC 9113, 8.2.3).
    fields["cookie"] = "; ".join(request.headers.get_all("cookie"))
    return Request(
        method=request.method,
        target=request.path,
        headers=fields,
        body=request.raw_content or b"",
        tls=flow.client_conn.tls_established,
        connect_host=request.host,
        connect_port=request.port,
        sni=flow.client_conn.sni,
    )
