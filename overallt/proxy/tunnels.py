"""Tunnels: TLS that passes through the proxy without being opened.

Two kinds of connections are none of ours: those to hosts that are left alone, and
those of programs that trust one certificate only, their own site's ("pinned"). Of the
second nobody knows before one of them has refused the certificate that we made. That
connection is lost; the next is a tunnel, for as long as it is remembered::

    TLS greeting ──▶ left alone, or refused us before? ──yes──▶ tunnel
                              │ no
                              ▼
                       our certificate ──refused──▶ remembered for a while

By QUIC there is no tunnel: whoever greets a host that is left alone finds no protocol
to speak, and comes back by TCP. Nor is it remembered who refuses our certificate there:
browsers do, since over QUIC they take no authority that their user has added, and
come back by TCP, where they do; a tunnel would keep them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

from mitmproxy.connection import Client
from mitmproxy.tls import ClientHelloData, TlsData

from overallt.gateway.messages import HOST
from overallt.proxy.opt_out import OptOut
from overallt.proxy.pinned_hosts import Caller, PinnedHosts, caller_of

# All that mitmproxy then offers; nobody has heard of it, so the greeting ends here.
NO_PROTOCOL: Final = b"none"


class Tunnels:
    """What mitmproxy calls when a client greets by TLS, and what came of it."""

    def __init__(self, opt_out: OptOut, *, clock: Callable[[], datetime]) -> None:
        self._opt_out = opt_out
        self._clock = clock
        self._pinned_hosts = PinnedHosts()
        self._callers = WeakKeyDictionary[Client, Caller]()

    def tls_clienthello(self, data: ClientHelloData) -> None:
        """Let through unopened what is none of ours."""
        client, server = data.context.client, data.context.server
        named = [data.client_hello.sni, *(server.address or ())[:1]]
        hosts = {host.lower().rstrip(".") for host in named if host}
        if HOST in hosts:
            return
        left_alone = any(map(self._opt_out.covers, hosts))
        if client.transport_protocol == "udp":
            if left_alone:
                client.alpn = NO_PROTOCOL
            return
        caller = caller_of(client.peername[0], hosts, data.client_hello)
        if left_alone or self._pinned_hosts.knows(caller, self._clock()):
            data.ignore_connection = True
        else:
            self._callers[client] = caller

    def tls_established_client(self, data: TlsData) -> None:
        """Note who takes our certificate."""
        caller = self._callers.pop(data.context.client, None)
        if caller is not None:
            self._pinned_hosts.accept(caller)

    def tls_failed_client(self, data: TlsData) -> None:
        """Remember who does not take our certificate."""
        caller = self._callers.pop(data.context.client, None)
        if caller is not None:
            error = data.conn.error or ""
            self._pinned_hosts.break_off(caller, error, self._clock())
