"""How many read at the same time: past that, others are told when to come back.

Whoever is let in is answered soon, however many stand outside. What is written has
rooms of its own: flattrs a queue, passwords their turns. Who only waits for something
to happen takes nothing from anybody and stands aside, and whether the process lives
must be told above all when it is full.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from overallt_server.core.refusals import ServerBusy

_READS: Final = frozenset({"GET", "HEAD"})
_ALWAYS: Final = "/healthz"


class Readers:
    """Those who are being answered, *most* of them at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be one of them.

        Raises:
            ServerBusy: there are as many already.
        """
        if self._inside >= self._most:
            raise ServerBusy
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let somebody else in meanwhile."""
        self._inside -= 1
        try:
            yield
        finally:
            self._inside += 1


READERS: Final = web.AppKey("READERS", Readers)


@web.middleware
async def refuse_too_many_readers(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Answer those who are let in."""
    if request.method not in _READS or request.path == _ALWAYS:
        return await handler(request)
    with request.app[READERS].inside():
        return await handler(request)
