"""What rewriting costs on the way: our proxy beside mitmproxy's own, untouched.

Ours is ``overallt proxy`` as a patron runs it; theirs is ``mitmdump -q``, which looks
at nothing. Both fetch the same page of 100 KB from the same origin on this computer,
over eight connections that stay open.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web
from figures import Figure, ratio
from loopback import free_port

from overallt.protocol.ids import index_key

CONNECTIONS: Final = 8
REQUESTS: Final = 160
ROUNDS: Final = 5
HOST: Final = "bench.test"
PARAGRAPH: Final = "<p class=plain>A page has [brackets] and <b>markup</b>.</p>\n"
PAGE: Final = f"<!doctype html><title>t</title>{PARAGRAPH * 1750}"
START_SECONDS: Final = 30


def figures() -> list[Figure]:
    """Fetch a page without and one with a text tag through both proxies."""
    with ExitStack() as stack, asyncio.Runner() as runner:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = runner.run(_serve())
        ours = stack.enter_context(_our_proxy(folder, port))
        theirs = stack.enter_context(_mitmdump(folder))
        runner.run(_index_is_here(ours))

        def faster(path: str) -> float:
            return ratio(
                lambda: runner.run(_fetch(f"http://{HOST}{path}", ours)),
                lambda: runner.run(_fetch(f"http://127.0.0.1:{port}{path}", theirs)),
                rounds=ROUNDS,
            )

        return [
            Figure(
                "proxy: 100 KB without a tag, requests/s over mitmdump -q",
                faster("/plain"),
                must=None,
            ),
            Figure(
                "proxy: 100 KB with one tag, requests/s over mitmdump -q",
                faster("/tagged"),
                must=None,
            ),
        ]


async def _serve() -> int:
    """Serve both pages and the index in which thing 7 exists; return the port."""

    async def page(request: web.Request) -> web.Response:
        tag = "[Flattr=7]" if request.path == "/tagged" else "no tag"
        return web.Response(text=f"{PAGE}<p>{tag}</p>", content_type="text/html")

    async def index(request: web.Request) -> web.Response:
        if "If-None-Match" in request.headers:
            await asyncio.sleep(60)
        return web.Response(body=index_key("7"), headers={"ETag": '"1"'})

    app = web.Application()
    app.add_routes(
        [
            web.get("/plain", page),
            web.get("/tagged", page),
            web.get("/rest/v2/things/index", index),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port: int = runner.addresses[0][1]
    return port


async def _fetch(url: str, proxy: str) -> None:
    """Fetch *url* REQUESTS times through *proxy*."""
    left = iter(range(REQUESTS))
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def fetch() -> None:
            for _ in left:
                async with session.get(url, proxy=proxy) as response:
                    response.raise_for_status()
                    await response.read()

        await asyncio.gather(*(fetch() for _ in range(CONNECTIONS)))


async def _index_is_here(proxy: str) -> None:
    """Wait until our proxy knows of thing 7, so that it really rewrites."""
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
        while True:
            url = f"http://{HOST}/tagged"
            async with session.get(url, proxy=proxy) as response:
                if "https://flattr.internal/give/7" in await response.text():
                    return
            await asyncio.sleep(0.1)


@contextmanager
def _our_proxy(folder: Path, origin: int) -> Iterator[str]:
    listen = f"127.0.0.1:{free_port()}"
    command = [
        *("overallt", "proxy", "--listen", listen),
        *("--server", f"http://127.0.0.1:{origin}"),
        *("--local-site", f"{HOST}=127.0.0.1:{origin}"),
    ]
    with _running([sys.executable, "-m", *command], folder, listen) as url:
        yield url


@contextmanager
def _mitmdump(folder: Path) -> Iterator[str]:
    listen = f"127.0.0.1:{free_port()}"
    host, port = listen.split(":")
    program = str(Path(sys.executable).with_name("mitmdump"))
    command = [
        *(program, "-q", "--listen-host", host, "-p", port),
        *("--set", f"confdir={folder / 'mitmdump'}"),
    ]
    with _running(command, folder, listen) as url:
        yield url


@contextmanager
def _running(command: list[str], folder: Path, listen: str) -> Iterator[str]:
    environment = {**os.environ, "OVERALLT_HOME": str(folder / "patron")}
    host, port = listen.split(":")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        asyncio.run(_answering(host, int(port)))
        yield f"http://{listen}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


async def _answering(host: str, port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
