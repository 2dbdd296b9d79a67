"""Serving: listen until somebody asks to stop, then end cleanly.

Whoever asks to stop stops us from listening first, so that nobody new comes; who is
here is answered, and only then all is closed.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing import parent_process
from typing import Final, cast

from aiohttp import web

from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.use_cases.passwords import Passwords
from overallt_server.web.app import make_app
from overallt_server.web.connections import ConnectionBounds, Connections
from overallt_server.web.logs import begin_log
from overallt_server.web.open_files import make_room_for

# Who is being answered may finish; a browser's idle connection must not hold us up.
SHUTDOWN_SECONDS: Final = 5.0
# Who still sends what we do not want may do so until he has read why not.
LINGER_SECONDS: Final = 2.0
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class CannotListen(OSError):
    """The address to listen on is taken, or not ours."""


async def serve(
    settings: Settings, ready: Callable[[], None], *, shares_port: bool = False
) -> None:
    """Serve until SIGINT or SIGTERM; call *ready* as soon as requests are answered.

    A worker *shares_port* with others, and ends with the process that started it.

    Raises:
        CannotListen: with a sentence for the person at the terminal.
    """
    begin_log(settings.log_format)
    patience = settings.database_seconds
    database = Database(settings.database_url, patience_seconds=patience)
    runner = web.AppRunner(
        make_app(settings, database, Passwords()),
        # An access log would tell who reads what.
        access_log=None,
        # A body as small as a postcard could otherwise unpack to a library.
        auto_decompress=False,
        # Also for who never sends one head whole. A server in front of us keeps its
        # connections for a minute: ours last longer, so that it is not surprised.
        keepalive_timeout=settings.request_seconds,
        lingering_time=LINGER_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    try:
        await runner.setup()
        async with _letting_in(runner, settings, shares_port=shares_port):
            stop = _stop_signal()
            ready()
            await stop.wait()
    finally:
        await runner.cleanup()
        await database.close()


async def refuse_port_in_use(settings: Settings) -> None:
    """Refuse to begin where anybody listens already, even who would share the port.

    Raises:
        CannotListen: with a sentence for the person at the terminal.
    """
    with _listening(settings):
        alone = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, settings.listen_host, settings.listen_port
        )
    alone.close()
    await alone.wait_closed()


@asynccontextmanager
async def _letting_in(
    runner: web.AppRunner, settings: Settings, *, shares_port: bool
) -> AsyncIterator[None]:
    bounds = ConnectionBounds(
        all=make_room_for(settings.connections),
        line=settings.connections_per_line,
        seconds=settings.request_seconds,
    )
    connections = Connections(cast("web.Server", runner.server), bounds)
    with _listening(settings):
        listening = await asyncio.get_running_loop().create_server(
            connections.door,
            settings.listen_host,
            settings.listen_port,
            reuse_port=shares_port or None,
        )
    looking = asyncio.create_task(connections.end_slow_readers())
    try:
        yield
    finally:
        looking.cancel()
        listening.close()


@contextmanager
def _listening(settings: Settings) -> Iterator[None]:
    try:
        yield
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

    parent = parent_process()

    def end() -> None:
        stop.set()
        if parent is not None:
            loop.remove_reader(parent.sentinel)
        # Workers are told by their parent and by who tells its whole group: once will
        # do, and a loop that is closed can hear no more.
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)
    if parent is not None:
        # A worker whose parent was killed would hold the port for ever.
        loop.add_reader(parent.sentinel, end)
    return stop
