"""The servers that the benches of the API ask, and those who ask them.

Ours is the server whole, a process of its own as an operator starts it. It is compared
with a process of the same framework that answers the same bytes and does nothing for
them. 64 clients ask, each over a connection of his own, from this process; they speak
just as much HTTP as it takes.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final, override

from aiohttp import web
from loopback import HOST, free_port

CONNECTIONS: Final = 64
START_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """How many requests a second were answered, and how long the slowest waited."""

    a_second: float
    p99_seconds: float


@dataclass(frozen=True, slots=True)
class Constant:
    """What is always answered."""

    status: int
    body: bytes
    content_type: str


# The requests of the client with that number, at a server on that port.
type Asking = Callable[[int, int], Iterator[bytes]]


class _Client(asyncio.Protocol):
    """One who asks over his connection, each time he is answered, or at his pace.

    At a pace he counts how long he waited from when he wanted to ask, also where the
    answer before was still to come: else who answers slowly would be asked less.
    """

    def __init__(self, requests: Iterator[bytes], pace_seconds: float) -> None:
        self._requests = requests
        self._pace = pace_seconds
        self._answer = b""
        self._asked_at = 0.0
        self.waited: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._asked_at = time.perf_counter()
        self._ask()

    @override
    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        _, _, length = head.partition(b"Content-Length: ")
        if not blank or len(body) < int(length.partition(b"\r\n")[0]):
            return
        if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 302 ")):
            self.ended.set_exception(AssertionError(self._answer))
            return
        now = time.perf_counter()
        self.waited.append(now - self._asked_at)
        self._answer = b""
        if self._pace:
            self._asked_at += self._pace
            asyncio.get_running_loop().call_later(self._asked_at - now, self._ask)
        else:
            self._asked_at = now
            self._ask()

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.ended.set_result(None)
        else:
            self._transport.write(request)


async def measure(port: int, asking: Asking, *, pace_seconds: float = 0) -> Measured:
    """Let all clients ask at once, each every *pace_seconds* or as he is answered."""
    loop = asyncio.get_running_loop()
    clients = [
        _Client(asking(number, port), pace_seconds) for number in range(CONNECTIONS)
    ]
    begin = time.perf_counter()
    for client in clients:
        await loop.create_connection(lambda client=client: client, HOST, port)  # type: ignore[misc]
    await asyncio.gather(*(client.ended for client in clients))
    seconds = time.perf_counter() - begin
    waited = sorted(each for client in clients for each in client.waited)
    return Measured(len(waited) / seconds, waited[len(waited) * 99 // 100])


@contextmanager
def ours(url: str, **settings: str) -> Iterator[int]:
    """Run the server on the database at *url*; gives its port."""
    port = free_port()
    named = {f"OVERALLT_{name.upper()}": value for name, value in settings.items()}
    environment = {"OVERALLT_DATABASE": url, "OVERALLT_LISTEN_PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-m", "overallt_server", "serve"],
        env=os.environ | environment | named,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


@contextmanager
def constant(answers: Mapping[str, Constant]) -> Iterator[int]:
    """Run a server that answers each path as it is told; gives its port."""
    port = free_port()
    process = get_context("spawn").Process(target=_answer, args=(port, dict(answers)))
    process.start()
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.join()


def _answer(port: int, answers: Mapping[str, Constant]) -> None:
    def answering(path: str, what: Constant) -> web.RouteDef:
        async def answer(_request: web.Request) -> web.Response:
            return web.Response(
                status=what.status, body=what.body, content_type=what.content_type
            )

        return web.route("*", path, answer)

    app = web.Application()
    app.add_routes([answering(path, what) for path, what in answers.items()])
    web.run_app(app, host=HOST, port=port, access_log=None, print=None)


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            asyncio.run(_connect(port))
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return


async def _connect(port: int) -> None:
    _reader, writer = await asyncio.open_connection(HOST, port)
    writer.close()
    await writer.wait_closed()
