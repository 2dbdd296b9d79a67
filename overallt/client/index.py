"""Which things exist, known without asking about any one of them.

The server sends eight bytes for each thing there is: the whole list, so it
learns nothing about what is read. One question is always open: the server
answers it when the list has changed. So a new thing is known at once, and so is
a server that stopped; then nothing is known to exist, and pages keep their text
as it is: a button whose click could not be delivered is not offered.
"""

import asyncio
import logging
import sys
import time
from array import array
from bisect import bisect_left
from itertools import pairwise
from typing import Final

from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.protocol.ids import INDEX_KEY_BYTES, index_key

FIRST_RETRY_SECONDS: Final = 1.0
LAST_RETRY_SECONDS: Final = 30.0
# A server that does not keep the question open is asked no faster than this.
PACE_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)


class Index:
    """The index of *server*, followed while ``follow`` runs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._keys = array("Q")
        self._etag: str | None = None
        self.reachable = False

    def knows(self, tag_id: str) -> bool:
        """Tell whether a thing exists for what a text tag says."""
        key = int.from_bytes(index_key(tag_id), "big")
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place] == key

    def __len__(self) -> int:
        return len(self._keys)

    async def follow(self) -> None:
        """Keep the index as the server's is, until cancelled."""
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            asked_at = time.monotonic()
            try:
                await self.ask_once()
            except (ServerUnreachable, Refused):
                self._forget()
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(retry_seconds * 2, LAST_RETRY_SECONDS)
                continue
            retry_seconds = FIRST_RETRY_SECONDS
            took = time.monotonic() - asked_at
            await asyncio.sleep(max(0.0, PACE_SECONDS - took))

    async def ask_once(self) -> None:
        """Take the server's next answer over.

        Raises:
            ServerUnreachable: there is none, or it is no index.
            Refused: the server does not give its index.
        """
        answer = await self._server.index(self._etag)
        if answer.content is not None:
            self._keys = _parse(answer.content)
            self._etag = answer.etag
        if not self.reachable:
            self.reachable = True
            logger.info("index reachable=yes things=%d", len(self._keys))

    def _forget(self) -> None:
        if self.reachable:
            logger.warning("index reachable=no")
        self.reachable = False
        self._keys = array("Q")
        self._etag = None


def _parse(content: bytes) -> array[int]:
    """Turn the index's bytes into sorted numbers that can be searched."""
    if len(content) % INDEX_KEY_BYTES:
        raise ServerUnreachable("The server's index is cut off.")
    keys = array("Q", content)
    if sys.byteorder == "little":
        keys.byteswap()
    if any(left >= right for left, right in pairwise(keys)):
        raise ServerUnreachable("The server's index is not in order.")
    return keys
