"""Workers are kept: who dies is followed, until there is no sense in it."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from overallt.cli.workers import MOST_DEATHS, Workers, WorkersFailed

# Says its number as what it wants, and stays until its input ends.
STAYS = "import os, sys\nprint(f'ready\\n{os.getpid()}', flush=True)\nsys.stdin.read()"
# Notes in the file that it is given that it was there.
SAYS_AND_DIES = "import sys; open(sys.argv[1], 'a').write('x'); print('ready')"


async def test_who_dies_is_followed_by_another() -> None:
    stop = asyncio.Event()
    said: asyncio.Queue[int] = asyncio.Queue()
    ready = asyncio.Event()
    workers = Workers(
        [sys.executable, "-c", STAYS],
        ready=ready.set,
        wants=lambda line: said.put_nowait(int(line)),
    )

    with socket.socket() as one, socket.socket() as two:
        keeping = asyncio.create_task(workers.keep([one, two], stop))
        async with asyncio.timeout(20):
            first, second = await said.get(), await said.get()
            os.kill(first, signal.SIGKILL)
            third = await said.get()
        stop.set()
        await keeping

    assert ready.is_set()
    assert 3 == len({first, second, third})
    for each in (second, third):
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)


async def test_where_one_cannot_be_started_none_is() -> None:
    workers = Workers(
        [sys.executable, "-c", "raise SystemExit(3)"],
        ready=lambda: None,
        wants=lambda _: None,
    )

    with socket.socket() as one, pytest.raises(WorkersFailed):
        await workers.keep([one], asyncio.Event())


async def test_workers_that_die_all_the_time_are_given_up(tmp_path: Path) -> None:
    log = tmp_path / "log"
    workers = Workers(
        [sys.executable, "-c", SAYS_AND_DIES, str(log)],
        ready=lambda: None,
        wants=lambda _: None,
    )

    with socket.socket() as one, pytest.raises(WorkersFailed):
        await workers.keep([one], asyncio.Event())

    assert MOST_DEATHS + 1 == len(log.read_text())
