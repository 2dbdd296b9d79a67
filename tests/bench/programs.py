"""Programs that the bench starts, and what they use up."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psutil  # type: ignore[import-untyped]  # It brings no types of its own.
from loopback import HOST

START_SECONDS = 30


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
