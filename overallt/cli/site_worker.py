"""One worker of a site: answers visitors who come to a socket that it was given."""

import asyncio
import contextlib
import signal
import socket
import sys
from datetime import UTC, datetime

from overallt.cli.folders import DataFolder
from overallt.client.index_file import IndexFile
from overallt.client.read_index import ReadIndex
from overallt.proxy.site_addon import SiteAddon
from overallt.proxy.site_master import running_site
from overallt.proxy.site_settings import SiteSettings


async def work(folder: DataFolder, settings: SiteSettings, number: int) -> None:
    """Answer on the socket with this file *number* until SIGTERM, or left alone.

    Raises:
        OSError, OpenSSL.SSL.Error: the certificate cannot be used.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # Nothing is ever written to it: what can be read is its end.
    loop.add_reader(sys.stdin.fileno(), stop.set)
    file = IndexFile(folder.site_index, settings.server_url)
    things = ReadIndex(file, clock=lambda: datetime.now(tz=UTC), want=_say)
    addon = SiteAddon(settings, things)
    with socket.socket(fileno=number) as listening:
        async with running_site(settings, addon, listening):
            _say("ready")
            await stop.wait()


def _say(line: str) -> None:
    # Whoever is not there any more need not hear it.
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
