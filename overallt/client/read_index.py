"""The index as another process has heard of it, for those who only read.

Where several processes print buttons, one of them follows the server (``client.index``)
and keeps its files up to date; the others look every second whether these have changed.
So the server is asked once, however many they are.

Of an index in buckets only those are on the disk that were needed. A name that is not
known is told to whoever follows (*want*), who knows what to make of it.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from overallt.client.bucket_files import BucketFiles
from overallt.client.index_file import LIFETIME, HeardIndex, IndexFile
from overallt.protocol.ids import index_number
from overallt.protocol.index_keys import IndexKeys, MalformedKeys

LOOK_EVERY_SECONDS: Final = 1.0
# A page may say thousands of names that nobody has.
MOST_WANTED: Final = 64

logger = logging.getLogger(__name__)

type _State = tuple[tuple[int, int], ...]


class ReadIndex:
    """The index in *file* and in the folder of buckets beside it."""

    def __init__(
        self,
        file: IndexFile,
        *,
        clock: Callable[[], datetime],
        want: Callable[[str], None],
    ) -> None:
        self._file = file
        self._buckets = BucketFiles(file.bucket_folder, file.server_url)
        self._clock = clock
        self._want = want
        self._wanted: set[str] = set()
        self._state: _State | None = None
        # Each part with the time when the server last spoke of it.
        self._parts: list[tuple[IndexKeys, datetime]] = []
        self._read()

    def knows(self, tag_id: str) -> bool:
        """Tell whether a thing exists for what a text tag says, as far as is known."""
        number = index_number(tag_id)
        oldest = self._clock() - LIFETIME
        if any(number in keys and heard >= oldest for keys, heard in self._parts):
            return True
        if len(self._wanted) < MOST_WANTED and tag_id not in self._wanted:
            self._wanted.add(tag_id)
            self._want(tag_id)
        return False

    async def follow(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            self._wanted.clear()
            # To read a large index takes a while: pages must not wait for it.
            await asyncio.to_thread(self._read)

    def _read(self) -> None:
        state = _state_of(self._file.path), _state_of(self._file.bucket_folder)
        if state == self._state:
            return
        whole = self._file.read()
        heard = [*([] if whole is None else [whole]), *self._buckets.read().values()]
        self._parts = [part for each in heard for part in _parsed(each)]
        self._state = state


def _parsed(heard: HeardIndex) -> list[tuple[IndexKeys, datetime]]:
    try:
        return [(IndexKeys.parse(heard.content), heard.heard_at)]
    except MalformedKeys:
        logger.warning("index read=no")
        return []


def _state_of(path: Path) -> tuple[int, int]:
    """Return what is another after *path* was replaced, or confirmed."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns
