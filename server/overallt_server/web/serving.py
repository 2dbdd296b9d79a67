"""Serving: listen until somebody asks to stop, then end cleanly."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Final

from aiohttp import web

from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.use_cases.passwords import Passwords
from overallt_server.web.app import make_app

# Who is being answered may finish; a browser's idle connection must not hold us up.
SHUTDOWN_SECONDS: Final = 5.0


class CannotListen(OSError):
    """The address to listen on is taken, or not ours."""


async def serve(settings: Settings, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; call *ready* as soon as requests are answered.

    Raises:
        CannotListen: with a sentence for the person at the terminal.
    """
    patience = settings.database_seconds
    database = Database(settings.database_url, patience_seconds=patience)
    runner = web.AppRunner(
        make_app(settings, database, Passwords()),
        # An access log would tell who reads what.
        access_log=None,
        # A body as small as a postcard could otherwise unpack to a library.
        auto_decompress=False,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    try:
        await runner.setup()
        await _listen(runner, settings)
        stop = _stop_signal()
        ready()
        await stop.wait()
    finally:
        await runner.cleanup()
        await database.close()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    site = web.TCPSite(runner, settings.listen_host, settings.listen_port)
    try:
        await site.start()
    except OSError as error:
        where = f"{settings.listen_host}:{settings.listen_port}"
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CannotListen(
            f"Cannot listen on {where}: {why}. Is the server running already? "
            "Another port can be chosen by OVERALLT_LISTEN_PORT."
        ) from error


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
