"""Clicks are counted once although the program that has them is killed at any instant.

The server is the real one, in a process of its own; it is killed, too.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import clicking
import pytest
from killing import chance, count_kill
from loopback import free_port
from world import program

from overallt.client.queue import Queue
from overallt.demo import people
from overallt.demo.signing_in import get_token
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.storage.row_hashes import hashed

pytestmark = pytest.mark.long

THINGS: Final = 3000
FIRST_THING: Final = 1000
# In each round the clicking program is killed twice with the server there, then
# the server is killed under it, then the program again, without a server.
ROUNDS: Final = 4
PATIENCE_SECONDS: Final = 60


class Clicking:
    """The program that confirms clicks; *acknowledged* is what it has said."""

    def __init__(self, path: Path, url: str, token: str) -> None:
        self._arguments = [str(path), url, token]
        self._next = FIRST_THING
        self._ready = threading.Event()
        self.acknowledged: set[int] = set()

    @contextmanager
    def started(self) -> Iterator[None]:
        """Run it until it is killed with the end of the block."""
        with self._process(self._next, FIRST_THING + THINGS) as process:
            reading = threading.Thread(target=self._read, args=(process,))
            reading.start()
            try:
                assert self._ready.wait(PATIENCE_SECONDS)
                yield
            finally:
                process.kill()
                count_kill("a patron's program")
                reading.join()
        # What it was at when it was killed is nobody's promise.
        self._next = max({self._next, *self.acknowledged}) + 2
        self._ready.clear()

    def send_the_rest(self) -> None:
        """Run it without new clicks, to its end."""
        with self._process(1, 0) as process:
            try:
                assert process.wait(PATIENCE_SECONDS) == 0
            finally:
                process.kill()

    def _process(self, first: int, last: int) -> "subprocess.Popen[str]":
        command = [sys.executable, clicking.__file__, *self._arguments]
        return subprocess.Popen(
            [*command, str(first), str(last)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "ready\n":
                self._ready.set()
            elif line.endswith("\n"):
                self.acknowledged.add(int(line))


async def add_things(file: Path) -> None:
    with closing(sqlite3.connect(file)) as tx:
        of_name = "select id from users where username = ?"
        (owner,) = tx.execute(of_name, (people.OWNER,)).fetchone()
    things = [
        {
            "id": FIRST_THING + number,
            "owner_id": owner,
            "url": f"https://things.test/{number}",
            "title": f"Thing {number}",
            "description": "",
            "language": "en_GB",
            "category": "rest",
            "tags": [],
            "hidden": False,
            "charity": False,
            "created_at": datetime.now(UTC),
        }
        for number in range(THINGS)
    ]
    database = Database(f"sqlite:///{file}")
    async with database.transaction() as tx:
        hashed_things = [hashed(schema.things, each) for each in things]
        await tx.execute(schema.things.insert(), hashed_things)
    await database.close()


def counted(file: Path) -> tuple[list[int], list[int]]:
    """The things that have a flattr, and those whose click id the server has."""
    with closing(sqlite3.connect(file)) as tx:
        flattrs = tx.execute("select thing_id from flattrs order by 1").fetchall()
        keys = tx.execute("select key from idempotency_keys").fetchall()
    of_keys = sorted(int(key.removeprefix("click-")) for (key,) in keys)
    return [thing for (thing,) in flattrs], of_keys


def test_every_acknowledged_click_is_counted_once(tmp_path: Path) -> None:
    instants = chance()
    port = free_port()
    url = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "OVERALLT_DATA": str(tmp_path),
        "OVERALLT_LISTEN_PORT": str(port),
        "OVERALLT_OPERATORS_NEEDED": "1",
        # One patron clicks faster here than a person may.
        "OVERALLT_REQUESTS_PER_HOUR": "1000000",
    }
    serve = ["overallt_server", "serve"]
    with program(serve, environment):
        people.settle_in(environment)
        signing_in = get_token(url, people.PATRON, people.PASSWORD)
        token = asyncio.run(signing_in).access_token
        asyncio.run(add_things(tmp_path / "overallt.sqlite"))
    clicks = Clicking(tmp_path / "queue.sqlite", url, token)
    kept = 0

    for _ in range(ROUNDS):
        with program(serve, environment) as server:
            for _ in range(2):
                with clicks.started():
                    time.sleep(instants.uniform(0, 0.5))
            with clicks.started():
                time.sleep(instants.uniform(0, 0.3))
                server.kill()
                count_kill("a server")
                time.sleep(instants.uniform(0, 0.3))
        with clicks.started():
            time.sleep(instants.uniform(0, 0.3))
        kept += len(Queue(tmp_path / "queue.sqlite").unsent())
    with program(serve, environment):
        clicks.send_the_rest()

    flattrs, keys = counted(tmp_path / "overallt.sqlite")
    assert kept > 0
    assert len(clicks.acknowledged) > ROUNDS
    assert clicks.acknowledged <= set(flattrs)
    assert flattrs == keys
    assert Queue(tmp_path / "queue.sqlite").clicks() == []
