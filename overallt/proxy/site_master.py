"""Runs mitmproxy in front of an owner's own site, on a socket that is there already.

mitmproxy would open one for each process, and with ``https`` upstreams one for HTTP/3
with certificates of its own making. So it is told to open none.
"""

# mypy: allow-untyped-calls
# (mitmproxy types what passes through it, its own machinery only in part.)

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import certifi
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.options import Options
from mitmproxy.proxy.mode_servers import ServerInstance

from overallt.proxy.master import running_master
from overallt.proxy.site_addon import SiteAddon
from overallt.proxy.site_settings import SiteSettings
from overallt.proxy.visitors import guarded_server

if TYPE_CHECKING:
    from mitmproxy.addonmanager import Loader
    from mitmproxy.proxy.mode_specs import ReverseMode
    from mitmproxy.tls import TlsData


class UpstreamTls:
    """Of mitmproxy's TLS that towards the upstream; it needs no authority."""

    def __init__(self) -> None:
        self._tls = TlsConfig()

    def load(self, loader: "Loader") -> None:
        """Add its options."""
        self._tls.load(loader)

    def tls_start_server(self, data: "TlsData") -> None:
        """Greet the upstream, and verify who it is."""
        self._tls.tls_start_server(data)


@asynccontextmanager
async def running_site(
    settings: SiteSettings, addon: SiteAddon, listening: socket.socket
) -> AsyncIterator[None]:
    """Answer who comes to the socket *listening* while the context lasts."""
    mode = f"reverse:{settings.upstream}"
    options = Options(
        mode=[mode],
        server=False,
        ssl_verify_upstream_trusted_ca=str(settings.upstream_ca or certifi.where()),
    )
    addons = (addon, UpstreamTls())
    with guarded_server():
        async with running_master(options, addons, keep_host_header=True) as running:
            instance: ServerInstance[ReverseMode] = ServerInstance.make(mode, running)
            server = await asyncio.start_server(instance.handle_stream, sock=listening)
            try:
                yield
            finally:
                server.close()
