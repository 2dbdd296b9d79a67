"""Keeps worker programs running: starts them, starts again who dies, ends them all.

Each is told of one listening socket. It says on its standard output that it is ready,
in a first line, and in further ones what it *wants* to know. Its standard input is a
pipe that nothing is written to: when it closes we are gone, and the worker ends, too.

A worker that dies is followed by another, since the fault may have been one visitor's.
Where they die faster than that can explain, something else is wrong: then all end.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

MOST_DEATHS: Final = 10
WITHIN_SECONDS: Final = 60.0
END_SECONDS: Final = 10.0

logger = logging.getLogger(__name__)


class WorkersFailed(Exception):
    """One could not be started, or they die all the time; they have said why."""


class Workers:
    """Runs *command* with ``--socket NUMBER`` after it, once for each socket."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        ready: Callable[[], None],
        wants: Callable[[str], object],
    ) -> None:
        self._command = command
        self._ready = ready
        self._wants = wants
        self._starting = 0
        self._died_at: deque[float] = deque(maxlen=MOST_DEATHS)

    async def keep(self, sockets: Sequence[socket.socket], stop: asyncio.Event) -> None:
        """Keep a worker for each of *sockets* until *stop* is set.

        Raises:
            WorkersFailed: they do not stay alive.
        """
        self._starting = len(sockets)
        stopping = asyncio.create_task(stop.wait())
        kept = [asyncio.create_task(self._keep_one(each)) for each in sockets]
        everything = (stopping, *kept)
        try:
            done, _ = await asyncio.wait(
                everything, return_when=asyncio.FIRST_COMPLETED
            )
            for each in done:
                each.result()
        finally:
            for each in everything:
                each.cancel()
            await asyncio.gather(*everything, return_exceptions=True)

    async def _keep_one(self, listening: socket.socket) -> None:
        while True:
            await self._run_one(listening.fileno())
            now = asyncio.get_running_loop().time()
            too_many = len(self._died_at) == MOST_DEATHS
            if self._starting or (too_many and now - self._died_at[0] < WITHIN_SECONDS):
                raise WorkersFailed
            self._died_at.append(now)

    async def _run_one(self, number: int) -> None:
        process = await asyncio.create_subprocess_exec(
            *(*self._command, "--socket", str(number)),
            pass_fds=(number,),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Ctrl-C in a terminal is for us; we end them.
            process_group=0,
        )
        try:
            await self._listen(process)
            logger.warning("worker died code=%d", await process.wait())
        finally:
            await _end(process)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Hear what a worker says, until it has ended."""
        said = process.stdout
        if said is None or not await said.readline():
            return
        if self._starting:
            self._starting -= 1
            if not self._starting:
                self._ready()
        async for line in said:
            self._wants(line.decode("ascii").strip())


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
