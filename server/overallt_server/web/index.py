"""The index of things in the API, its differences, and waiting until it changes.

A client asks with the version it has (``If-None-Match``) and how long it likes to
wait (``Prefer: wait=25``, RFC 7240): one open request then tells it of new things
within a second, also of those that another process has made, and of a server that
stops. Who also says how old his version is (``since``, its ``Last-Modified`` in Unix
seconds) is sent only what came after it.
"""

import asyncio
import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from aiohttp import web

from overallt_server.core import refusals
from overallt_server.core.index import ThingsIndex
from overallt_server.use_cases.indexing_things import IndexingThings
from overallt_server.web import inputs
from overallt_server.web.endpoints import answers
from overallt_server.web.readers import Readers

KEYS: Final = "application/octet-stream"
MAX_WAIT_SECONDS: Final = 25
# All who wait share one look, so that it does not matter how many they are.
LOOK_EVERY_SECONDS: Final = 0.5

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,6})(?:$|[,;\s])", re.ASCII)


class IndexWatch:
    """The newest index, looked for at most every half second."""

    def __init__(self, indexing: IndexingThings, readers: Readers) -> None:
        self._indexing = indexing
        self._readers = readers
        self._looking = asyncio.Lock()
        self._last: ThingsIndex | None = None
        self._looked_at = 0.0
        self._stopping = asyncio.Event()

    async def other_than(
        self, known: Collection[str], *, wait_seconds: float
    ) -> ThingsIndex:
        """Return the index as soon as it is none of *known*, else in the end."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + wait_seconds
        index = await self._indexing.whole()
        while index.version in known and loop.time() < give_up:
            pause = min(LOOK_EVERY_SECONDS, give_up - loop.time())
            with self._readers.aside():
                stops = await self._stops_within(pause)
            if stops:
                break
            index = await self._looked_lately()
        return index

    def stop(self) -> None:
        """Let nobody wait any longer."""
        self._stopping.set()

    async def _looked_lately(self) -> ThingsIndex:
        loop = asyncio.get_running_loop()
        async with self._looking:
            is_old = loop.time() - self._looked_at >= LOOK_EVERY_SECONDS / 2
            if self._last is None or is_old:
                self._last = await self._indexing.whole()
                self._looked_at = loop.time()
            return self._last

    async def _stops_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True


INDEX_WATCH: Final = web.AppKey("INDEX_WATCH", IndexWatch)


async def stop_waiting(app: web.Application) -> None:
    """Send everybody away as the server stops."""
    app[INDEX_WATCH].stop()


@answers(query=inputs.Since, forms=(KEYS,), refusals=(refusals.IndexTooLarge,))
async def things_index(request: web.Request) -> web.Response:
    """Answer the keys of all things, or of those since: 8 bytes each, sorted, joined.

    The version (``ETag``) is that of the whole index, also beside a difference, so
    that who has joined the two can tell whether he has all.
    """
    since = inputs.query(request, inputs.Since).since
    known = {etag.value for etag in request.if_none_match or ()}
    watch = request.app[INDEX_WATCH]
    index = await watch.other_than(known, wait_seconds=_wait_seconds(request))
    if index.version in known:
        response = web.Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        keys = index.keys if since is None else index.since(since)
        response = web.Response(body=keys.content, content_type=KEYS)
    response.etag = index.version
    response.last_modified = index.newest
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _wait_seconds(request: web.Request) -> int:
    match = _WAIT.search(request.headers.get("Prefer", ""))
    return 0 if match is None else min(int(match[1]), MAX_WAIT_SECONDS)
