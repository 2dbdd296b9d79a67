"""Local capture: what a program on this computer sends comes here, unasked.

mitmproxy's redirector does it, as root. That it runs does not say that the system lets
it capture anything: on Linux it may end a moment later, and nobody here is told. So a
program of our own is captured first, and asks for the gateway by the address that only
this proxy answers at.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from mitmproxy.proxy.mode_servers import LocalRedirectorInstance

from overallt.gateway.messages import HOST
from overallt.proxy.names import GATEWAY

PATIENCE_SECONDS: Final = 8
# The redirector takes a moment to begin, and each socket is captured or not when it is
# made: so each try needs its own.
ASK: Final = f"""\
import socket, sys, time
sys.stdin.read()
end = time.monotonic() + {PATIENCE_SECONDS}
while time.monotonic() < end:
    try:
        with socket.create_connection(({GATEWAY!r}, 80), timeout=1) as gateway:
            gateway.sendall(b"GET / HTTP/1.1\\r\\nHost: {HOST}\\r\\n\\r\\n")
            if b" 421 " in gateway.recv(99):
                sys.exit(0)
    except OSError:
        pass
    time.sleep(0.1)
sys.exit(1)
"""


class Probe:
    """A program that is to be captured."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its number, by which it is named to the redirector."""
        return self._process.pid

    async def is_captured(self) -> bool:
        """Let it ask, once; tell whether this proxy was who answered."""
        await self._process.communicate(b"")
        return self._process.returncode == 0


@asynccontextmanager
async def probe() -> AsyncIterator[Probe]:
    """Start a program that waits to be captured; end it with the context."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", ASK), stdin=asyncio.subprocess.PIPE
    )
    try:
        yield Probe(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def end_redirector() -> None:
    """End the redirector; mitmproxy would keep it for its next proxy."""
    redirector = LocalRedirectorInstance._server  # noqa: SLF001 - Nobody else has it.
    if redirector is not None:
        LocalRedirectorInstance._server = None  # noqa: SLF001 - See above.
        redirector.close()
        await redirector.wait_closed()
