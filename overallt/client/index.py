"""Which things exist, known without asking about any one of them.

The server sends eight bytes for each thing there is: the whole list, so it
learns nothing about what is read. One question is always open: the server
answers it when the list has changed. So a new thing is known at once, and so is
a server that stopped, and one that is back.

What was heard is kept in a file. Without a server the index of yesterday serves:
things are never deleted, so an old index lacks only what is new, and clicks are
kept until they can be sent. After a week without a word it is forgotten: nobody
should press buttons of a server that is gone.
"""

import asyncio
import logging
import sys
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from overallt.client.index_file import HeardIndex, IndexFile
from overallt.client.pauses import Pauses
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.protocol.ids import INDEX_KEY_BYTES, index_key

FIRST_PAUSE_SECONDS: Final = 1.0
LAST_PAUSE_SECONDS: Final = 30.0
# A server that does not keep the question open is asked no faster than this.
PACE_SECONDS: Final = 1.0

# Without a word of the server the index is forgotten after this.
LIFETIME: Final = timedelta(days=7)
# That the server still answers need not be written down each time it does.
CONFIRM_EVERY: Final = timedelta(hours=1)

logger = logging.getLogger(__name__)


class Index:
    """The index of *server*, followed while ``follow`` runs.

    It begins with what *file* has; *on_return* is called whenever the server is
    heard of for the first time, or again.
    """

    def __init__(
        self,
        server: Server,
        file: IndexFile,
        *,
        clock: Callable[[], datetime],
        on_return: Callable[[], None],
    ) -> None:
        self._server = server
        self._file = file
        self._clock = clock
        self._on_return = on_return
        self._keys = array("Q")
        self._etag: str | None = None
        self._heard_at: datetime | None = None
        self._written_at: datetime | None = None
        self.reachable = False
        self._load()

    def knows(self, tag_id: str) -> bool:
        """Tell whether a thing exists for what a text tag says."""
        key = int.from_bytes(index_key(tag_id), "big")
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place] == key

    def __len__(self) -> int:
        return len(self._keys)

    async def follow(self) -> None:
        """Keep the index as the server's is, until cancelled."""
        pauses = Pauses(
            first_seconds=FIRST_PAUSE_SECONDS, last_seconds=LAST_PAUSE_SECONDS
        )
        while True:
            asked_at = time.monotonic()
            try:
                await self.ask_once()
            except (ServerUnreachable, Refused):
                self._miss()
                await asyncio.sleep(pauses.next())
                continue
            pauses.start_over()
            took = time.monotonic() - asked_at
            await asyncio.sleep(max(0.0, PACE_SECONDS - took))

    async def ask_once(self) -> None:
        """Take the server's next answer over.

        Raises:
            ServerUnreachable: there is none, or it is no index.
            Refused: the server does not give its index.
        """
        # Who does not know whether the server is there must not wait to hear it.
        answer = await self._server.index(self._etag, wait=self.reachable)
        now = self._clock()
        if answer.content is not None:
            self._keys = _parse(answer.content)
            self._etag = answer.etag
        self._heard_at = now
        await self._write(answer.content, now)
        if not self.reachable:
            self.reachable = True
            logger.info("index reachable=yes things=%d", len(self._keys))
            self._on_return()

    def _load(self) -> None:
        heard = self._file.read()
        if heard is None:
            return
        try:
            self._keys = _parse(heard.content)
        except ServerUnreachable:
            return  # Whatever has happened to the file, the server has a good one.
        self._etag = heard.etag
        self._heard_at = self._written_at = heard.heard_at
        self._forget_if_old()

    async def _write(self, content: bytes | None, now: datetime) -> None:
        """Write down what was heard; without *content*, that it is still so."""
        try:
            if content is not None:
                heard = HeardIndex(content, self._etag, now)
                await asyncio.to_thread(self._file.write, heard)
            elif self._written_at is None or now - self._written_at > CONFIRM_EVERY:
                self._file.confirm(now)
            else:
                return
        except OSError as error:
            logger.warning("index written=no reason=%s", type(error).__name__)
        self._written_at = now

    def _miss(self) -> None:
        if self.reachable:
            logger.warning("index reachable=no")
        self.reachable = False
        self._forget_if_old()

    def _forget_if_old(self) -> None:
        if self._heard_at is None or self._clock() - self._heard_at <= LIFETIME:
            return
        self._keys = array("Q")
        self._etag = None
        self._heard_at = None


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
