"""Programs that the bench starts, and what they use up."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # It brings no types of its own.
from loopback import HOST

START_SECONDS = 30
# A program's peak of memory begins at that of what started it; so that is a small one.
LAUNCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.perf_counter() - began)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of a program took."""

    seconds: float
    megabytes: float


def run_to_the_end(command: Sequence[str], environment: Mapping[str, str]) -> Ran:
    """Run *command*, whatever it prints.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    launched = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command],
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    seconds, megabytes = map(float, launched.stdout.split())
    return Ran(seconds, megabytes)


@contextmanager
def running(
    command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run *command*, which listens on *port*; gives its process id."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def cpu_seconds(process: int) -> float:
    """Return the time on a processor that *process* has had."""
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


def memory_bytes(process: int) -> int:
    """Return what *process* holds in memory."""
    size: int = psutil.Process(process).memory_info().rss
    return size


def open_files(process: int) -> int:
    """Return how many files and connections *process* has open."""
    count: int = psutil.Process(process).num_fds()
    return count


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port)).close()
        except OSError:
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return
