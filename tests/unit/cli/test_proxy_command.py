"""The proxy as a program of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def started(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "overallt", "proxy", *arguments],
        env=os.environ | {"OVERALLT_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_when_it_is_ready_and_ends_cleanly(home: Path, number: int) -> None:
    with started(home, "--listen", "127.0.0.1:0") as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        port = int(ready.rpartition(":")[2].rstrip(".\n"))
        socket.create_connection(("127.0.0.1", port)).close()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert ready == f"The proxy listens on 127.0.0.1:{port}.\n"
    assert (out, err, process.returncode) == ("", "", 0)


def test_a_port_in_use_is_said_in_one_sentence(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(home, "--listen", f"127.0.0.1:{port}") as process:
            out, err = process.communicate(timeout=20)

    assert (out, process.returncode) == ("", 1)
    assert err == f"The port {port} on 127.0.0.1 is in use, or not yours to use.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--listen", "8080"),
        ("--listen", "127.0.0.1:99999"),
        ("--local-site", "demo.test"),
        ("--local-site", "demo.test=8710"),
        ("--server", "ftp://server.test"),
        ("--upstream-ca", "/nowhere/ca.pem"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    run: Any, arguments: tuple[str, str]
) -> None:
    result = run("proxy", *arguments)

    assert result.exit_code == 2
    assert arguments[0] in result.stderr
