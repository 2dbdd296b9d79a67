"""The proxy as a program of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override

import pytest
from mitmproxy_rs.wireguard import pubkey
from tunnelled import Phone
from wireguard import tunnel_to

from overallt.proxy.names import PHONE
from overallt.proxy.wireguard_keys import WireGuardKeys


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


class OneThing(BaseHTTPRequestHandler):
    """A server whose index has one thing and never changes."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(200)
        self.send_header("Content-Length", "8")
        self.end_headers()
        self.wfile.write(bytes(8))

    @override
    def log_message(self, *_: object) -> None:
        pass


def test_while_all_is_well_it_says_no_more_than_that_it_is_ready(home: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), OneThing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        with started(home, "--listen", "127.0.0.1:0", "--server", url) as process:
            assert process.stdout is not None
            process.stdout.readline()
            # Asked for a second time, the first answer has been taken in.
            end = time.monotonic() + 20
            while OneThing.asked < 2 and time.monotonic() < end:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=20)
        server.shutdown()
        thread.join()

    assert OneThing.asked >= 2
    assert ("", "") == said


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
        ("--socks", "--wireguard"),
        ("--local", "firefox", "--socks"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    run: Any, arguments: tuple[str, ...]
) -> None:
    result = run("proxy", *arguments)

    assert result.exit_code == 2
    assert arguments[0] in result.stderr


async def test_a_phone_with_its_key_reads_the_gateway_through_the_tunnel(
    tmp_path: Path,
) -> None:
    home = tmp_path
    keys = WireGuardKeys.ensure(home / "wireguard.json")
    with started(home, "--wireguard", "--listen", "127.0.0.1:0") as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        port = int(ready.rpartition(":")[2].rstrip(".\n"))
        async with tunnel_to(port, keys.phone, pubkey(keys.proxy)) as tunnel:
            await tunnel.ready.wait()
            async with Phone(tunnel, PHONE).tcp(("198.51.100.1", 80)) as door:
                reader, writer = await asyncio.open_connection("127.0.0.1", door)
                writer.write(b"GET / HTTP/1.1\r\nHost: flattr.internal\r\n\r\n")
                answer = await reader.readline()
                writer.close()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)

    assert b"HTTP/1.1 421 " in answer
    assert (out, err, process.returncode) == ("", "", 0)


def test_a_udp_port_in_use_is_said_in_one_sentence(home: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        listen = ("--listen", f"127.0.0.1:{port}")
        with started(home, "--wireguard", *listen) as process:
            out, err = process.communicate(timeout=20)

    assert (out, process.returncode) == ("", 1)
    assert err == f"The port {port} on 127.0.0.1 is in use, or not yours to use.\n"
