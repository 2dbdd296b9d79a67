"""A proxy in front of an owner's own site, whose server knows thing 7 and user ada."""

import socket
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from loopback import HOST

from overallt.client.index_file import HeardIndex, IndexFile
from overallt.client.read_index import ReadIndex
from overallt.protocol.ids import index_key

with warnings.catch_warnings():
    # What mitmproxy's own dependencies warn of while they load is not ours.
    warnings.simplefilter("ignore", DeprecationWarning)
    from overallt.proxy.site_addon import SiteAddon
    from overallt.proxy.site_master import running_site
    from overallt.proxy.site_settings import SiteSettings, Upstream

SERVER = "https://flattr.test"


def settings_for(port: int, *, scheme: str = "http") -> SiteSettings:
    """Return the settings of a proxy in front of what listens on *port*."""
    return SiteSettings(Upstream(scheme, HOST, port), None, None, SERVER, 50)


@asynccontextmanager
async def own_site(settings: SiteSettings, folder: Path) -> AsyncIterator[int]:
    """Run such a proxy; gives the port that it listens on."""
    addon = addon_for(settings, folder)
    with socket.create_server((HOST, 0)) as listening:
        async with running_site(settings, addon, listening):
            yield listening.getsockname()[1]


def addon_for(settings: SiteSettings, folder: Path) -> SiteAddon:
    """Return what decides in such a proxy; its index lies in *folder*."""
    file = IndexFile(folder / "index", SERVER)
    keys = b"".join(sorted(map(index_key, ("7", "ada"))))
    file.write(HeardIndex(keys, _now()))
    things = ReadIndex(file, clock=_now, want=lambda _: None)
    return SiteAddon(settings, things)


def _now() -> datetime:
    return datetime.now(tz=UTC)
