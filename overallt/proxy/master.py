"""Runs mitmproxy with the few of its addons that are needed, and ours.

The proxy listens, verifies what it connects to, and opens that only when there
is a request for it, so that the gateway's host need not exist.
"""

# mypy: allow-untyped-calls
# (mitmproxy types what passes through it, its own machinery only in part.)

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import certifi
from mitmproxy.addons.core import Core
from mitmproxy.addons.disable_h2c import DisableH2C
from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.addons.proxyauth import ProxyAuth
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy.mode_specs import ProxyMode

from overallt.client.hosts import read_list
from overallt.proxy.authority import ensure_authority
from overallt.proxy.failures import log_discreetly
from overallt.proxy.handler import use_lean_handler
from overallt.proxy.http1 import use_patient_client
from overallt.proxy.http2 import use_foreseeing_client
from overallt.proxy.local_capture import end_redirector, probe
from overallt.proxy.messages import use_unchecked_messages
from overallt.proxy.opt_out import known_hosts
from overallt.proxy.settings import Mode, ProxySettings

if TYPE_CHECKING:
    from overallt.proxy.addon import Addon

UPSTREAM_CA_FILE: Final = "upstream-cas.pem"
CLOSING_SECONDS: Final = 5.0


class CannotListen(Exception):
    """What browsers send cannot be had: the text says why, in mitmproxy's words."""


class _Started:
    """An addon that tells when mitmproxy has brought up all it will."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def running(self) -> None:
        self.event.set()


@asynccontextmanager
async def running_proxy(
    settings: ProxySettings, addon: "Addon", *, now: datetime
) -> AsyncIterator[Sequence[tuple[str, int]]]:
    """Run a proxy while the context lasts; gives the addresses it listens on.

    Local capture has none.

    Raises:
        CannotListen: an address in *settings* cannot be had, or capture not begun.
    """
    ensure_authority(settings.authority_folder, now)
    # What takes its time the first time is done before anybody waits for a page.
    read_list()
    known_hosts()
    # Ours come first: what they decide about a connection holds for the others.
    addons = [*addon.before, addon, *addon.beside, NextLayer(), TlsConfig()]
    more = {}
    if settings.sign_in is not None:
        addons.append(ProxyAuth())
        more["proxyauth"] = settings.sign_in
    async with running_master(_options(settings), addons, **more) as proxyserver:
        for server in proxyserver.servers:
            if not server.is_running:
                raise CannotListen(str(server.last_exception).partition("\n")[0])
        if settings.mode is Mode.LOCAL:
            await _check_capture(proxyserver, settings)
        yield [(host, port) for host, port, *_ in proxyserver.listen_addrs()]


@asynccontextmanager
async def running_master(
    options: Options, addons: Sequence[object], **more: object
) -> AsyncIterator[Proxyserver]:
    """Run mitmproxy with *addons* and what every proxy needs of its own.

    *more* are options that addons bring along.
    """
    # mitmproxy's own log names every address that is visited.
    logging.getLogger("mitmproxy").setLevel(logging.ERROR)
    # That it could not listen is told by CannotListen.
    logging.getLogger("mitmproxy.addons.proxyserver").setLevel(logging.CRITICAL)
    log_discreetly()
    use_patient_client()
    use_foreseeing_client()
    use_lean_handler()
    use_unchecked_messages()
    master = Master(options, event_loop=asyncio.get_running_loop())
    proxyserver = Proxyserver()
    started = _Started()
    master.addons.add(*addons, Core(), DisableH2C(), proxyserver, started)
    master.options.update(connection_strategy="lazy", **more)
    run = asyncio.create_task(master.run())
    try:
        await _either(started.event, run)
        yield proxyserver
    finally:
        await proxyserver.servers.update([])
        await end_redirector()
        await _close_connections(proxyserver)
        master.shutdown()
        await run


def _options(settings: ProxySettings) -> Options:
    return Options(
        mode=[_mode(settings)],
        listen_host=settings.listen_host,
        listen_port=settings.listen_port,
        confdir=str(settings.authority_folder),
        ssl_verify_upstream_trusted_ca=_upstream_cas(settings),
    )


def _mode(settings: ProxySettings) -> str:
    """Say the mode as mitmproxy's option does."""
    match settings.mode:
        case Mode.WIREGUARD:
            # Said at the end, the port keeps an "@" in the file's name from being one.
            return f"{settings.mode}:{settings.mode_detail}@{settings.listen_port}"
        case Mode.LOCAL:
            return f"{settings.mode}:{settings.mode_detail}"
        case Mode.HTTP | Mode.SOCKS:
            return settings.mode.value


async def _check_capture(proxyserver: Proxyserver, settings: ProxySettings) -> None:
    async with probe() as program:
        both = f"{_mode(settings)},{program.pid}"
        await proxyserver.servers.update([ProxyMode.parse(both)])
        if not await program.is_captured():
            raise CannotListen("The system does not let it.")
    await proxyserver.servers.update([ProxyMode.parse(_mode(settings))])


def _upstream_cas(settings: ProxySettings) -> str:
    """Return a file of the CAs that sites may have: the public ones and one more."""
    public = Path(certifi.where())
    if settings.upstream_ca is None:
        return str(public)
    both = settings.authority_folder / UPSTREAM_CA_FILE
    both.write_bytes(public.read_bytes() + b"\n" + settings.upstream_ca.read_bytes())
    return str(both)


async def _either(event: asyncio.Event, run: asyncio.Task[None]) -> None:
    waiting = asyncio.create_task(event.wait())
    done, _ = await asyncio.wait({waiting, run}, return_when=asyncio.FIRST_COMPLETED)
    if run in done:
        waiting.cancel()
        run.result()


async def _close_connections(proxyserver: Proxyserver) -> None:
    for connection in list(proxyserver.connections.values()):
        client = connection.transports.get(connection.client)
        if client is not None and client.handler is not None:
            client.handler.cancel("the proxy ends")
    async with asyncio.timeout(CLOSING_SECONDS):
        # Nothing tells when a connection is gone; looking is what there is.
        while proxyserver.connections:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
