"""Runs the patron's proxy until it is told to end."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from overallt.cli.connecting import Connecting
from overallt.cli.folders import DataFolder
from overallt.cli.places import HostPort
from overallt.client.index import Index
from overallt.client.index_file import IndexFile
from overallt.client.queue import Queue
from overallt.client.sending import Sending
from overallt.client.server import Server
from overallt.gateway.browsers import Browsers
from overallt.gateway.gateway import Gateway
from overallt.gateway.paused_sites import PausedSites
from overallt.gateway.seals import Seals, load_key
from overallt.gateway.trusted_sites import TrustedSites
from overallt.proxy.addon import Addon
from overallt.proxy.egress import resolve
from overallt.proxy.master import running_proxy
from overallt.proxy.settings import ProxySettings


def now() -> datetime:
    """Read the clock."""
    return datetime.now(tz=UTC)


async def run_proxy(
    folder: DataFolder,
    settings: ProxySettings,
    server_url: str,
    *,
    ready: Callable[[Sequence[HostPort]], None],
    stop: asyncio.Event,
) -> None:
    """Run a proxy until *stop* is set; *ready* is told where it listens.

    Raises:
        CannotListen: what browsers send cannot be had as *settings* says.
        OSError: the data folder cannot be used.
    """
    connect = Connecting(folder, server_url)
    sites = TrustedSites(folder.sites)
    sending = Sending(Queue(folder.queue), connect, clock=now, on_counted=sites.count)
    gateway = Gateway(
        connect=connect,
        sending=sending,
        server_url=server_url,
        browsers=Browsers(folder.browsers),
        paused_sites=PausedSites(folder.paused_sites),
        seals=Seals(load_key(folder.seal_key)),
        sites=sites,
        one_clicks_a_day=settings.one_clicks_a_day,
    )
    # The index is public: it is asked for without saying who asks.
    async with Server(server_url, None) as server:
        file = IndexFile(folder.index, server_url)
        index = Index(server, file, clock=now, on_return=sending.wake)
        addon = Addon(settings, gateway, index, sending, clock=now, resolve=resolve)
        async with running_proxy(settings, addon, now=now()) as listening:
            ready(listening)
            await stop.wait()
