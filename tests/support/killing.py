"""The server's program in processes of its own, for tests that kill it at any instant.

A test waits until the program has come as far as it wants, watching from outside, and
sends it SIGKILL, which no program can answer. ``make kill`` (``tests/fuzz/kills.py``)
runs these tests again and again, each time from another seed, and counts the kills.
"""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

PATIENCE_SECONDS: Final = 60
# What ``make kill`` says to the tests: where chance begins, where kills are counted.
SEED: Final = "OVERALLT_KILL_SEED"
COUNTED: Final = "OVERALLT_KILLS_COUNTED"


def chance() -> random.Random:
    """Return where instants come from: other ones in every run, but for a seed."""
    seed = os.environ.get(SEED)
    return random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - it chooses instants.


def count_kill(what: str) -> None:
    """Count that *what* was killed, if anybody wants to know."""
    file = os.environ.get(COUNTED)
    if file is not None:
        with Path(file).open("a", encoding="utf-8") as counted:
            counted.write(f"{what}\n")


@contextmanager
def running(
    url: str, folder: Path, *command: str, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """Run a *command* on the database at *url*; it is dead when this ends."""
    named = {f"OVERALLT_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "overallt_server", *command],
        env=os.environ
        | {"OVERALLT_DATA": str(folder), "OVERALLT_DATABASE": url}
        | {"OVERALLT_OPERATORS_NEEDED": "1"}
        | named,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait until *process* has ended; return its status and what it said of errors."""
    _out, errors = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, errors


@contextmanager
def watching(url: str) -> Iterator[Callable[[str], int]]:
    """Look at the database at *url* from outside; gives what counts by a query."""
    file = url.removeprefix("sqlite:///")
    connection: Any = (
        psycopg.connect(url, autocommit=True) if file == url else sqlite3.connect(file)
    )
    with closing(connection):
        yield lambda query: int(connection.execute(query).fetchone()[0])


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something *is_so*, or *process* has ended without it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so() and process.poll() is None:
        assert time.monotonic() < give_up
        time.sleep(0.002)


def wait_for(
    look: Callable[[str], int], query: str, count: int, process: subprocess.Popen[str]
) -> None:
    """Wait until the *query* counts that many, or *process* has ended without it."""
    wait_until(lambda: look(query) >= count, process)


def somebody_waits(connection: psycopg.Connection) -> bool:
    """Tell whether anybody in PostgreSQL waits for a lock that another holds."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    row = connection.execute(query).fetchone()
    return row is not None and row[0] > 0
