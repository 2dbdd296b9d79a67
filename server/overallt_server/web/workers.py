"""Several processes behind one port: started, followed where one dies, ended together.

Each opens the port for itself (``SO_REUSEPORT``), and the kernel divides among them
whoever comes. They share nothing but the database, where what must be counted, numbered
or done once is so, and a folder in which each keeps its ``metrics``. Whoever shares a
port is let in beside anybody who does so, too, so it is opened alone first: a second
server on it is refused.

A worker that dies is followed by another, since the fault may have been one request's.
Where they die faster than that can explain, something else is wrong: then all end.
"""

import asyncio
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Final

from overallt_server.settings import Settings
from overallt_server.web.metrics import shared_by_workers
from overallt_server.web.serving import refuse_port_in_use, serve

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

MOST_DEATHS: Final = 10
WITHIN_SECONDS: Final = 60.0

# A fork would copy whatever threads there are in the middle of what they do.
_CONTEXT: Final = multiprocessing.get_context("spawn")


class WorkersFailed(Exception):
    """One could not be started, or they die all the time; they have said why."""


def serve_by(workers: int, settings: Settings, ready: Callable[[], None]) -> None:
    """Serve by so many *workers* until SIGINT or SIGTERM; call *ready* when all do.

    Raises:
        CannotListen: with a sentence for the person at the terminal.
        WorkersFailed: they do not stay alive.
    """
    asyncio.run(refuse_port_in_use(settings))
    with shared_by_workers():
        _Workers(settings, workers, ready).keep()


class _Workers:
    def __init__(
        self, settings: Settings, count: int, ready: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._starting = count
        self._ready = ready
        # By the pipe on which each says that it is ready, and which ends with it.
        self._running: dict[Connection, BaseProcess] = {}
        self._died_at: deque[float] = deque(maxlen=MOST_DEATHS)
        self._stopping = False

    def keep(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop())
        for _ in range(self._starting):
            self._start()
        try:
            while self._running:
                heard = wait(list(self._running))
                for pipe in [each for each in self._running if each in heard]:
                    self._hear(pipe)
        finally:
            self._stop()
            for process in self._running.values():
                process.join()

    def _start(self) -> None:
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        process = _CONTEXT.Process(target=_work, args=(self._settings, theirs))
        process.start()
        theirs.close()
        self._running[ours] = process
        if self._stopping:
            process.terminate()

    def _stop(self) -> None:
        self._stopping = True
        for process in self._running.values():
            process.terminate()

    def _hear(self, pipe: Connection) -> None:
        try:
            pipe.recv()
        except EOFError:
            self._bury(pipe)
            return
        if self._starting:
            self._starting -= 1
            if not self._starting:
                self._ready()

    def _bury(self, pipe: Connection) -> None:
        process = self._running.pop(pipe)
        process.join()
        pipe.close()
        if self._stopping:
            return
        now = time.monotonic()
        too_many = len(self._died_at) == MOST_DEATHS
        if self._starting or (too_many and now - self._died_at[0] < WITHIN_SECONDS):
            raise WorkersFailed
        self._died_at.append(now)
        self._start()


def _work(settings: Settings, pipe: Connection) -> None:
    """Be one of the workers."""
    asyncio.run(serve(settings, lambda: pipe.send(None), shares_port=True))
