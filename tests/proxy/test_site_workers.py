"""The command ``overallt site`` with several workers, as an owner runs it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil  # type: ignore[import-untyped]  # It brings no types of its own.
import pytest
from loopback import HOST, free_port

# Each starts the real program, and most kill some of it.
pytestmark = pytest.mark.long

PAGE = b"<p>Read [Flattr=7] on.</p>"
END_SECONDS = 20


@dataclass
class Command:
    """How the command is run for one site, with *more* at its end."""

    site_port: int
    api_port: int
    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    async def start(self) -> asyncio.subprocess.Process:
        """Start it with two workers."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "overallt", "site", "--workers", "2"),
            *(f"http://{HOST}:{self.site_port}", "--listen", f"{HOST}:{self.port}"),
            *("--server", f"http://{HOST}:{self.api_port}"),
            env={**os.environ, "OVERALLT_HOME": str(self.folder)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run it until the block ends."""
        process = await self.start()
        try:
            assert process.stdout is not None
            assert str(self.port).encode() in await process.stdout.readline()
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            async with asyncio.timeout(END_SECONDS):
                await process.communicate()


def workers_of(parent: asyncio.subprocess.Process) -> list[psutil.Process]:
    """Return the workers that run now."""
    found: list[psutil.Process] = psutil.Process(parent.pid).children()
    return found


@pytest.fixture
def command(site: Any, api: Any, tmp_path: Path) -> Command:
    site.add("/", PAGE)
    return Command(site.port, api.port, tmp_path)


async def until[T](ask: Callable[[], T | None]) -> T:
    """Return what *ask* gives once that is something."""
    async with asyncio.timeout(END_SECONDS):
        while not (found := await asyncio.to_thread(ask)):  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.05)
    return found


async def page(command: Command) -> bytes:
    """Read the page as a new visitor."""
    async with aiohttp.ClientSession() as session, session.get(command.url) as answer:
        assert 200 == answer.status
        return await answer.read()


async def live_page(command: Command) -> bytes:
    """Read the page once its button is there."""
    async with asyncio.timeout(END_SECONDS):
        while (found := await page(command)) == PAGE:  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.05)
    return found


def served_by(workers: list[psutil.Process], port: int) -> list[int]:
    """Count the visitors of each worker."""
    visits = [
        each.pid
        for each in psutil.net_connections("tcp")
        if each.laddr.port == port and each.status == psutil.CONN_ESTABLISHED
    ]
    return [visits.count(worker.pid) for worker in workers]


async def test_visitors_are_divided_among_workers_which_ask_the_server_once(
    command: Command, api: Any
) -> None:
    async with command.running() as parent:
        workers = workers_of(parent)
        await live_page(command)
        with ExitStack() as stack:
            for _ in range(40):
                stack.enter_context(socket.create_connection((HOST, command.port)))
            counts = await until(
                lambda: (
                    found
                    if sum(found := served_by(workers, command.port)) == 40
                    else None
                )
            )

    assert 2 == len(counts)
    assert all(counts), counts
    assert 1 == api.fetched


async def test_of_a_divided_index_the_parts_are_fetched_that_pages_need(
    command: Command, api: Any
) -> None:
    """The workers have no way to the server: they say what they do not know."""
    api.divided = True

    async with command.running():
        live = await live_page(command)

    assert live.startswith(b"<p>Read <a ")
    assert 1 == api.fetched


async def test_a_site_outlives_its_workers(command: Command) -> None:
    async with command.running() as parent:
        live = await live_page(command)
        before = set(workers_of(parent))
        for worker in before:
            worker.kill()
            # Those who come while there is none yet wait for the next.
            assert {live} == {await page(command) for _ in range(10)}
        after = await until(
            lambda: (
                found if len(found := set(workers_of(parent)) - before) == 2 else None
            )
        )
        assert live == await page(command)

    assert not before & after


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_end_it_leaves_nothing_behind(
    command: Command, number: signal.Signals
) -> None:
    async with command.running() as parent:
        workers = workers_of(parent)
        parent.send_signal(number)
        await until(lambda: not any(each.is_running() for each in workers))
        await parent.wait()

    assert 0 == parent.returncode


async def test_workers_do_not_outlive_who_started_them(command: Command) -> None:
    async with command.running() as parent:
        workers = workers_of(parent)
        parent.kill()

        await until(lambda: not any(each.is_running() for each in workers))


async def test_a_port_that_another_site_has_is_not_shared(command: Command) -> None:
    async with command.running():
        second = await command.start()
        _, said = await second.communicate()

    assert 1 == second.returncode
    assert f"The port {command.port} on {HOST} is in use".encode() in said
